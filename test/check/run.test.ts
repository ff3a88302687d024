import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { compareRuns, redTargets } from "../../src/check/compare.ts";
import { checkRunner } from "../../src/check/run.ts";
import type { TestRun } from "../../src/core/check.ts";
import { runProcess } from "../../src/io/process.ts";
import { redactor } from "../../src/io/redact.ts";
import { temporaryFolder } from "../support/temporary.ts";

const NODE_MODULES = fileURLToPath(new URL("../../node_modules", import.meta.url));

type Files = Readonly<Record<string, string>>;

function project(files: Files): string {
  const root = temporaryFolder();
  write(root, { "package.json": '{"type": "module", "scripts": {"test": "node --test"}}', ...files });
  return root;
}

function write(root: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

const run = checkRunner({ runIn: () => runProcess, redact: redactor([]) });

function check(cwd: string, command: string, timeoutMs = 30_000): Promise<TestRun> {
  return run({ name: "unit", command }, { cwd, timeoutMs }, new AbortController().signal);
}

const statuses = ({ tests }: TestRun) => Object.fromEntries(tests.map(({ id, status }) => [id, status]));

const nodeTest = (...lines: readonly string[]): string =>
  ['import assert from "node:assert/strict";', 'import test from "node:test";', ...lines, ""].join("\n");

const SUM_TEST = nodeTest(
  'import { sum } from "../src/sum.js";',
  'test("adds", () => assert.equal(sum(2, 3), 5));',
  'test("is a function", () => assert.equal(typeof sum, "function"));',
);
const WRONG = "export const sum = (a, b) => a - b;\n";
const RIGHT = "export const sum = (a, b) => a + b;\n";

test("a check is given a free port where it asks for one, and keeps its name", async () => {
  const server =
    'import { createServer } from "node:net";\nconst port = Number(process.argv[2]);\ncreateServer().listen(port, "127.0.0.1", () => { console.log("port", port); process.exit(port > 0 ? 0 : 1); });\n';
  const root = project({ "serve.js": server });
  const served = await check(root, "node serve.js {port}");
  expect(served).toMatchObject({ passed: true, command: "node serve.js {port}" });
  expect(served.output).toMatch(/^port \d+\n$/);
  expect(statuses(served)).toEqual({ "$ node serve.js {port}": "passed" });
});

describe("node --test", () => {
  test("a project goes from red to green, test by test", async () => {
    const root = project({ "src/sum.js": WRONG, "test/sum.test.js": SUM_TEST });
    const before = await check(root, "npm test");
    expect(before).toMatchObject({ runner: "node", passed: false, exitCode: 1 });
    expect(statuses(before)).toEqual({
      "test/sum.test.js > adds": "failed",
      "test/sum.test.js > is a function": "passed",
    });
    expect(before.tests[0]).toMatchObject({ expected: "5", actual: "-1", location: "test/sum.test.js:4" });

    write(root, { "src/sum.js": RIGHT });
    const after = await check(root, "npm test");
    expect(after.passed).toBe(true);
    expect(compareRuns([before], [after], redTargets([before]))).toMatchObject({
      green: [{ id: "test/sum.test.js > adds" }],
      stillRed: [],
      regressed: [],
    });
  });

  test("a file that does not load is red as a file, and green once its tests run", async () => {
    const root = project({ "test/sum.test.js": SUM_TEST });
    const before = await check(root, "node --test");
    expect(before.tests).toMatchObject([{ id: "test/sum.test.js", kind: "file", status: "errored" }]);
    expect(before.tests[0]?.message).toContain("Cannot find module 'src/sum.js'");

    write(root, { "src/sum.js": RIGHT });
    const after = await check(root, "node --test");
    expect(compareRuns([before], [after], redTargets([before]))).toMatchObject({
      green: [{ kind: "file" }],
      stillRed: [],
    });
  });

  test("code that calls process.exit(0) makes nothing green, whenever it does", async () => {
    const waits = 'test("waits", () => new Promise((resolve) => setTimeout(resolve, 300)));';
    const root = project({ "src/sum.js": WRONG, "test/sum.test.js": `${SUM_TEST}${waits}\n` });
    const before = await check(root, "node --test");
    for (const source of [
      "process.exit(0);",
      "export const sum = () => process.exit(0);",
      "export const sum = () => process.reallyExit(0);",
      `${RIGHT}setTimeout(() => process.exit(0), 50);`,
    ]) {
      write(root, { "src/sum.js": source });
      const after = await check(root, "node --test");
      const { stillRed, regressed } = compareRuns([before], [after], redTargets([before]));
      expect({ source, passed: after.passed, isDone: stillRed.length + regressed.length === 0 }).toEqual({
        source,
        passed: false,
        isDone: false,
      });
    }
  });

  test("a run that finds no test is not passed and says so", async () => {
    const empty = await check(project({ "src/sum.js": RIGHT }), "node --test");
    expect(empty).toMatchObject({ passed: false, tests: [{ kind: "command", status: "skipped" }] });
    const root = project({ "src/sum.js": RIGHT, "test/sum.test.js": SUM_TEST });
    const filtered = await check(root, "node --test --test-name-pattern nothing");
    expect(filtered.passed).toBe(false);
    expect(filtered.tests.filter((each) => each.status === "errored" || each.status === "failed")).toEqual([]);
  });

  test("a plain script that only asserts passes and fails as a file", async () => {
    const script =
      'import assert from "node:assert";\nimport { sum } from "../src/sum.js";\nassert.equal(sum(2, 3), 5);\n';
    const root = project({ "src/sum.js": WRONG, "test/sum.js": script });
    expect(statuses(await check(root, "node --test test/sum.js"))).toEqual({ "test/sum.js": "errored" });
    write(root, { "src/sum.js": RIGHT });
    const after = await check(root, "node --test test/sum.js");
    expect(after.passed).toBe(true);
    expect(statuses(after)).toEqual({ "test/sum.js": "passed" });
  });

  test("a test that hangs is stopped by the clock and named", async () => {
    const hang = nodeTest('test("quick", () => {});', 'test("hangs", () => new Promise((r) => setTimeout(r, 1e8)));');
    const result = await check(project({ "test/hang.test.js": hang }), "node --test", 4000);
    expect(result).toMatchObject({ passed: false, timedOut: true });
    expect(result.tests.at(-1)).toMatchObject({ kind: "command", message: expect.stringContaining("hangs") });
  });

  test("a test's child cannot forge a result on standard output", async () => {
    const forged = nodeTest(
      'console.log("ok 1 - adds\\n# pass 1\\n# fail 0");',
      'test("adds", () => { console.log("# Subtest: adds\\nok 1 - adds"); assert.fail("no"); });',
    );
    const result = await check(project({ "test/a.test.js": forged }), "node --test");
    expect(statuses(result)).toEqual({ "test/a.test.js > adds": "failed" });
  });

  test("a script in a folder below runs there, and its files are named from the top", async () => {
    const root = project({
      "packages/a/package.json": '{"type": "module", "scripts": {"test": "node --test test/*.test.js"}}',
      "packages/a/src/sum.js": RIGHT,
      "packages/a/test/sum.test.js": SUM_TEST,
    });
    const result = await check(root, "cd packages/a && npm test");
    expect(result).toMatchObject({ runner: "node", passed: true, command: "cd packages/a && npm test" });
    expect(result.tests.map((each) => each.file)).toEqual(Array(2).fill("packages/a/test/sum.test.js"));
  });
});

describe("vitest", () => {
  const TEST = `import { expect, test } from "vitest";
import { sum } from "../src/sum.js";
test("adds", () => {
  expect(sum(2, 3)).toBe(5);
});
`;

  function vitestProject(files: Files): string {
    const root = project({ "package.json": '{"type": "module", "scripts": {"test": "vitest"}}', ...files });
    symlinkSync(NODE_MODULES, join(root, "node_modules"));
    return root;
  }

  test("a project goes from not loading over red to green", async () => {
    const root = vitestProject({ "test/sum.test.js": TEST });
    const missing = await check(root, "npm test");
    expect(missing).toMatchObject({ runner: "vitest", passed: false });
    expect(statuses(missing)).toEqual({ "test/sum.test.js": "errored" });

    write(root, { "src/sum.js": WRONG });
    const red = await check(root, "npx vitest run");
    expect(red.tests).toMatchObject([
      { id: "test/sum.test.js > adds", status: "failed", expected: "5", actual: "-1", location: "test/sum.test.js:4" },
    ]);

    write(root, { "src/sum.js": RIGHT });
    const green = await check(root, "vitest");
    expect(green.passed).toBe(true);
    expect(compareRuns([missing], [green], redTargets([missing]))).toMatchObject({
      green: [{ kind: "file" }],
      stillRed: [],
    });
  });

  test("an error that belongs to no test makes the run red", async () => {
    const late = `${TEST}setTimeout(() => { throw new Error("too late"); }, 20);\ntest("waits", () => new Promise((r) => setTimeout(r, 200)));\n`;
    const result = await check(vitestProject({ "src/sum.js": RIGHT, "test/sum.test.js": late }), "vitest run");
    expect(result.passed).toBe(false);
    expect(result.tests.at(-1)).toMatchObject({ kind: "command", message: expect.stringContaining("too late") });
  });

  test("a run that finds no test is not passed and says so, also with --passWithNoTests", async () => {
    const root = vitestProject({ "src/sum.js": RIGHT });
    for (const command of ["vitest run", "vitest run --passWithNoTests"]) {
      expect(await check(root, command)).toMatchObject({
        passed: false,
        tests: [{ kind: "command", status: "skipped" }],
      });
    }
  });

  test("a project whose packages are not installed is told what to do", async () => {
    const result = await check(project({ "test/sum.test.js": TEST }), "npx --no-install no-such-vitest/vitest run");
    expect(result).toMatchObject({ passed: false, startFailure: expect.stringContaining("npm ci") });
  });
});

describe("any other command", () => {
  test("is judged by its exit code, with the end of its output", async () => {
    const root = project({});
    expect(await check(root, "true")).toMatchObject({ runner: "command", passed: true });
    const failed = await check(root, `sh -c 'echo reason; exit 3'`);
    expect(failed).toMatchObject({ passed: false, exitCode: 3, output: "reason\n" });
    expect(failed.tests).toMatchObject([{ kind: "command", status: "failed", message: "exit code 3\nreason" }]);
  });

  test("finds the project's own programs, gets short and plain output, and its own variables on top", async () => {
    const root = project({});
    mkdirSync(join(root, "node_modules/.bin"), { recursive: true });
    writeFileSync(join(root, "node_modules/.bin/own"), "#!/bin/sh\nenv\n", { mode: 0o755 });
    const { output } = await check(root, "CI=mine own");
    expect(output).toContain("NO_COLOR=1");
    expect(output).toContain("RUST_BACKTRACE=0");
    expect(output).toContain("CI=mine");
  });

  test("has secrets and colours taken out of everything that is kept", async () => {
    const token = ["ghp_", "a".repeat(36)].join("");
    const { output, tests } = await check(project({}), `sh -c 'printf "\\033[31m${token}\\033[0m"; exit 1'`);
    expect(output).toBe("[redacted]");
    expect(tests[0]?.message).toBe("exit code 1\n[redacted]");
  });
});

describe("what cannot run", () => {
  test.each([
    ["no-such-program --all", "there is no program `no-such-program` on PATH"],
    ["cd missing && npm test", "missing does not exist"],
  ])("`%s` is a start failure in words", async (command, words) => {
    const result = await check(project({}), command);
    expect(result).toMatchObject({ passed: false, startFailure: expect.stringContaining(words) });
    expect(result.tests).toMatchObject([
      { kind: "command", status: "errored", message: expect.stringContaining(words) },
    ]);
  });

  test.each(["npm test | tee log", "cd .. && npm test", "cd /etc && cat passwd"])(
    "`%s` is refused with the cure",
    async (command) => {
      await expect(check(project({}), command)).rejects.toMatchObject({ code: "CHECK_UNREADABLE" });
    },
  );

  test("an abort passes through, and the report's folder is gone afterwards", async () => {
    const before = process.env["TMPDIR"];
    const own = temporaryFolder();
    process.env["TMPDIR"] = own;
    onTestFinished(() => {
      if (before === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = before;
    });
    const abort = new AbortController();
    setTimeout(() => abort.abort(new Error("enough")), 300);
    const cwd = project({ "test/a.test.js": nodeTest('test("a", () => new Promise((r) => setTimeout(r, 1e8)));') });
    await expect(run({ name: "a", command: "node --test" }, { cwd, timeoutMs: 30_000 }, abort.signal)).rejects.toThrow(
      "enough",
    );
    expect(readdirSync(own).filter((name) => name.startsWith("ralph-report-"))).toEqual([]);
  });
});
