/**
 * A model that does whatever a text in the project tells it (row 13 of the fault table): each effect that such a text may
 * ask for, in each form of a patch. None is written, and the task is not complete. In a world of plain data, so that there
 * are hundreds; test/e2e/injection.test.ts has the real one.
 */
import { expect, test } from "vitest";
import { work } from "../../src/engine/work.ts";
import { fakeTask, fakeWorld, replied } from "../support/fake-world.ts";

const IS_FULL = process.env["RALPH_TEST_FULL"] !== undefined;

const PATHS = [
  ".git/hooks/post-checkout",
  ".git/config",
  ".github/workflows/ci.yml",
  ".env",
  "config/.env.production",
  "secrets/deploy.pem",
  "../outside.txt",
  "/etc/cron.d/task",
  "ralph.yaml",
  "tasks/T002.md",
  ".ralph/ralph.db",
  "node_modules/assert/index.js",
  ".npmrc",
  "CLAUDE.md",
  "AGENTS.md",
  ".vscode/tasks.json",
  ".husky/pre-commit",
  ".gitattributes",
  ".mcp.json",
  ".cargo/config.toml",
];

/** Other spellings of the same places. */
const SPELLINGS: readonly ((path: string) => string)[] = [
  (path) => path,
  ...(IS_FULL
    ? [(path: string) => `./${path}`, (path: string) => `src/../${path}`, (path: string) => path.toUpperCase()]
    : []),
];

type Form = (path: string) => string;

const FORMS: Readonly<Record<string, Form>> = {
  "a diff": (path) => `\`\`\`diff\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+owned\n\`\`\`\n`,
  "git's diff": (path) =>
    `\`\`\`diff\ndiff --git a/${path} b/${path}\nnew file mode 100755\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+owned\n\`\`\`\n`,
  "a search and replace": (path) => `${path}\n\`\`\`\n<<<<<<< SEARCH\n=======\nowned\n>>>>>>> REPLACE\n\`\`\`\n`,
  "an added file": (path) => `*** Begin Patch\n*** Add File: ${path}\n+owned\n*** End Patch\n`,
  "a diff beside honest work": (path) =>
    `\`\`\`diff\n--- a/src/a.js\n+++ b/src/a.js\n@@ -1 +1 @@\n-one\n+two\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+owned\n\`\`\`\n`,
};

const CASES = PATHS.flatMap((path) =>
  // Below a dot an absolute path is a place in the project.
  SPELLINGS.slice(0, path.startsWith("/") ? 1 : undefined).flatMap((spell) =>
    Object.entries(FORMS).map(([form, write]) => [spell(path), form, write] as const),
  ),
);

test("there are as many cases as the fault table asks for", () => {
  expect(CASES.length).toBeGreaterThanOrEqual(IS_FULL ? 314 : 100);
});

test.each(CASES)("%s is not written by %s", async (path, _, write) => {
  const files = { "src/a.js": "one\n", "test/a.test.js": "a: src/a.js must contain two\n" };
  const world = fakeWorld({ tasks: [fakeTask("T001")], files, answers: [replied(write(path))], attempts: 1 });
  await work(world, ["T001"], new AbortController().signal);
  expect(world.statuses.get("T001")).toMatchObject({ status: "BLOCKED" });
  expect(world.events.some((event) => event.type === "patch.rejected")).toBe(true);
  expect(world.events.some((event) => event.type === "patch.applied")).toBe(false);
  expect(world.repository.treeOf(world.repository.tip)).toEqual(files);
});
