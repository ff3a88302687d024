import { describe, expect, test } from "vitest";
import type { FileChange } from "../../src/core/patch.ts";
import { blockPaths, type GuardPolicy, guardChanges, guardPath } from "../../src/policy/guard.ts";

const policy = (more: Partial<GuardPolicy> = {}): GuardPolicy => ({
  isBlocked: blockPaths(),
  maxFiles: 20,
  maxChangedLines: 500,
  ...more,
});

const isTest = (path: string): boolean => path.endsWith(".test.ts");
const text = (content: string): { text: string; mode: "100644" } => ({ text: content, mode: "100644" });
const lines = (count: number, word = "line"): string =>
  Array.from({ length: count }, (_, at) => `${word} ${at}\n`).join("");

describe("the guard", () => {
  test.each([
    ".env",
    "config/.ENV.local",
    "certs/server.pem",
    "deploy/ID.KEY",
    "secrets/token.txt",
    "node_modules/left-pad/index.js",
    ".git/hooks/pre-commit",
    "vendor/lib/.GIT/config",
    "a/git~1/config",
    "a/.g\u200cit/config",
    ".github/workflows/ci.yml",
    "packages/a/.npmrc",
    "ralph.yaml",
    ".ralph/ralph.db",
    "CLAUDE.md",
  ])("refuses %s", (path) => {
    expect(guardPath(path, policy())).toMatchObject({ kind: "blocked path", path });
  });

  test.each(["src/environment.ts", ".gitignore", "docs/key.md", "examples/ralph.yaml", "src/git.ts", "keys/a.ts"])(
    "lets %s pass",
    (path) => {
      expect(guardPath(path, policy())).toBeUndefined();
    },
  );

  test("the caller widens and narrows the list, and cannot open .git", () => {
    const isBlocked = blockPaths({ add: ["migrations/**", "tasks/"], remove: ["*.pem", ".git/"] });
    expect(
      ["migrations/1.sql", "tasks/T001.md", "a.pem", ".git/config"].map((path) => isBlocked(path) !== undefined),
    ).toEqual([true, true, false, true]);
  });

  test("frozen files and files outside a role are refused by kind", () => {
    expect(guardPath("a.test.ts", policy({ isFrozen: isTest }))).toMatchObject({ kind: "frozen" });
    expect(guardPath("a.ts", policy({ isAllowed: isTest }))).toMatchObject({ kind: "blocked path" });
  });

  test("too many files and too many lines are refused", () => {
    const many = Array.from({ length: 21 }, (_, at): FileChange => ({ path: `f${at}`, after: text("x\n") }));
    expect(guardChanges(many, policy())).toMatchObject([{ kind: "too large" }]);
    expect(guardChanges([{ path: "a", after: text(lines(501)) }], policy())).toMatchObject([{ kind: "too large" }]);
    expect(guardChanges([{ path: "a", after: text(lines(500)) }], policy())).toEqual([]);
  });

  test("a moved file counts what changed in it, not its length", () => {
    const moved: FileChange[] = [
      { path: "a", before: text(lines(900)) },
      { path: "b", after: text(`${lines(900)}more\n`) },
    ];
    expect(guardChanges(moved, policy())).toEqual([]);
  });
});
