import { describe, expect, test } from "vitest";
import type { TestRun } from "../../src/core/check.ts";
import type { FileChange } from "../../src/core/patch.ts";
import type { WritingRole } from "../../src/core/prompt.ts";
import { judgesOf, NO_BOUNDS, violations } from "../../src/engine/protect.ts";
import { blockPaths } from "../../src/policy/guard.ts";

const protection = { isBlocked: blockPaths({ add: ["/tasks/"] }), maxFiles: 20, maxChangedLines: 500 };

const change = (path: string, before: string | undefined, after: string | undefined): FileChange => ({
  path,
  ...(before === undefined ? {} : { before: { text: before, mode: "100644" } }),
  ...(after === undefined ? {} : { after: { text: after, mode: "100644" } }),
});

const refusals = (role: WritingRole, ...changes: readonly FileChange[]) =>
  violations(changes, { ...NO_BOUNDS, role, judges: new Set(["checks/all.js"]) }, protection).map(({ kind }) => kind);

describe("a builder's patch", () => {
  test.each<[string, FileChange, readonly string[]]>([
    ["may change code", change("src/a.js", "a\n", "b\n"), []],
    ["may not change a test", change("test/a.test.js", "a\n", "b\n"), ["frozen"]],
    ["may not add one", change("src/a.spec.ts", undefined, "b\n"), ["frozen"]],
    ["may not delete a snapshot", change("src/__snapshots__/a.snap", "a\n", undefined), ["frozen"]],
    ["may not change what judges under another name", change("checks/all.js", "a\n", "b\n"), ["frozen"]],
    ["may not configure the runner", change("vitest.config.ts", "a\n", "b\n"), ["frozen"]],
    ["may not change CI", change(".github/workflows/ci.yml", "a\n", "b\n"), ["blocked path"]],
    ["may not change a task file", change("tasks/T001.md", "a\n", "b\n"), ["blocked path"]],
    ["may not change secrets", change(".env.local", "a\n", "b\n"), ["blocked path"]],
    ["may add a dependency", change("package.json", '{"a":1}', '{"a":1,"dependencies":{"left-pad":"1.0.0"}}'), []],
    [
      "may not change the test script",
      change("package.json", '{"scripts":{"test":"x"}}', '{"scripts":{"test":"true"}}'),
      ["frozen"],
    ],
  ])("%s", (_, patch, expected) => {
    expect(refusals("builder", patch)).toEqual(expected);
  });
});

describe("a tester's patch", () => {
  test.each<[string, FileChange, readonly string[]]>([
    ["may add a test file", change("test/a.test.js", undefined, "a\n"), []],
    ["may add lines to one", change("test/a.test.js", "a\nb\n", "a\nnew\nb\nmore\n"), []],
    ["may not change a line of one", change("test/a.test.js", "a\nb\n", "a\nc\n"), ["frozen"]],
    ["may not reorder lines", change("test/a.test.js", "a\nb\n", "b\na\n"), ["frozen"]],
    ["may not delete one", change("test/a.test.js", "a\n", undefined), ["frozen"]],
    ["may not touch code", change("src/a.js", "a\n", "b\n"), ["blocked path"]],
    ["may not configure the runner", change("vitest.config.ts", undefined, "b\n"), ["blocked path"]],
  ])("%s", (_, patch, expected) => {
    expect(refusals("tester", patch)).toEqual(expected);
  });
});

test("files whose tests ran, and those that a check starts by name, judge the work", () => {
  const run = (command: string, file?: string): TestRun => ({
    name: command,
    command,
    runner: "node",
    tests: [{ id: "a", kind: "test", name: "a", status: "failed", ...(file === undefined ? {} : { file }) }],
    passed: false,
    timedOut: false,
    exitCode: 1,
    output: "",
    durationMs: 1,
  });
  const runs = [run("node --test", "checks/cart.js"), run("./verify.sh"), run("node src/main.js --self-test")];
  expect(
    judgesOf(
      runs,
      runs.map(({ command }) => command),
      { read: (path) => (path === "verify.sh" || path === "src/main.js" ? "" : undefined) },
    ),
  ).toEqual(new Set(["checks/cart.js", "verify.sh", "src/main.js"]));
});
