import { describe, expect, test } from "vitest";
import { judgeRun, type RunFacts } from "../../src/check/judge-run.ts";
import type { TestResult } from "../../src/core/check.ts";
import type { ProcessResult } from "../../src/core/process.ts";
import { result } from "./runs.ts";

const ENDED: ProcessResult = {
  exitCode: 0,
  stdout: "",
  stderr: "",
  output: "some output",
  timedOut: false,
  aborted: false,
  durationMs: 5,
};

const PASSED = [result("a > one", "passed")];
const REPORT = { tests: PASSED, problems: [], unfinished: [], isComplete: true };

function judge(ended: Partial<ProcessResult>, report?: Partial<NonNullable<RunFacts["report"]>>) {
  const facts = { check: { name: "unit", command: "npm test" }, runner: "node", timeoutMs: 10_000 };
  const whole = report === undefined ? {} : { report: { ...REPORT, ...report } };
  return judgeRun({ ...facts, result: { ...ENDED, ...ended }, ...whole });
}

const lastOf = (tests: readonly TestResult[]): TestResult | undefined => tests.at(-1);

describe("a run with a report", () => {
  test("passes when exit code, report and results agree", () => {
    expect(judge({}, {})).toMatchObject({ passed: true, tests: PASSED, timedOut: false });
    const skipped = [...PASSED, result("a > two", "skipped")];
    expect(judge({}, { tests: skipped })).toMatchObject({ passed: true, tests: skipped });
  });

  test("fails by its failures, whatever the exit code says", () => {
    const tests = [...PASSED, result("a > two", "failed")];
    expect(judge({ exitCode: 1 }, { tests })).toMatchObject({ passed: false, tests });
    expect(judge({ exitCode: 0 }, { tests })).toMatchObject({ passed: false, tests });
  });

  test.each<[string, Partial<ProcessResult>, Partial<NonNullable<RunFacts["report"]>>, RegExp]>([
    ["the report is missing or cut, and the exit code good", {}, { isComplete: false }, /without its whole report/],
    [
      "the report is missing and the exit code bad",
      { exitCode: 7 },
      { tests: [], isComplete: false },
      /exit code 7\nsome output/,
    ],
    [
      "no test failed and the exit code is bad",
      { exitCode: 1 },
      {},
      /no test failed, but the exit code is 1\nsome output/,
    ],
    ["an error belongs to no test", { exitCode: 1 }, { problems: ["too late"] }, /outside of any test:\ntoo late/],
    [
      "the clock ended it",
      { exitCode: null, signal: "SIGTERM", timedOut: "wall" },
      { isComplete: false },
      /within 10 s and was stopped$/,
    ],
    [
      "the clock ended it in a test",
      { exitCode: null, signal: "SIGKILL", timedOut: "wall" },
      { isComplete: false, unfinished: ["hangs"] },
      /; not finished: hangs$/,
    ],
    ["it fell silent", { exitCode: null, timedOut: "idle" }, { isComplete: false }, /printed nothing/],
    ["a signal ended it", { exitCode: null, signal: "SIGSEGV" }, { isComplete: false }, /ended by SIGSEGV/],
    [
      "it did not start",
      { exitCode: null, startFailure: "there is no program x" },
      { isComplete: false, tests: [] },
      /^there is no program x$/,
    ],
  ])("is red by itself where %s", (_, ended, report, message) => {
    const run = judge(ended, report);
    expect(run.passed).toBe(false);
    expect(lastOf(run.tests)).toMatchObject({
      id: "$ npm test",
      kind: "command",
      status: "errored",
      message: expect.stringMatching(message),
    });
  });

  test.each([[[]], [[result("a > one", "skipped")]]])("that ran no test is not passed and not red (%#)", (tests) => {
    const run = judge({}, { tests });
    expect(run.passed).toBe(false);
    expect(lastOf(run.tests)).toMatchObject({
      kind: "command",
      status: "skipped",
      message: expect.stringContaining("no test"),
    });
  });

  test("names the clock and the start failure for the person, too", () => {
    expect(judge({ exitCode: null, timedOut: "wall" }, { isComplete: false }).timedOut).toBe(true);
    expect(judge({ exitCode: null, startFailure: "no" }, { isComplete: false }).startFailure).toBe("no");
  });
});

describe("a run without a report", () => {
  test("is its exit code", () => {
    expect(judge({})).toMatchObject({ passed: true, tests: [{ kind: "command", status: "passed" }] });
    expect(judge({ exitCode: 2 })).toMatchObject({
      passed: false,
      tests: [{ kind: "command", status: "failed", message: "exit code 2\nsome output" }],
    });
  });

  test("keeps the end of a long output as the message", () => {
    const [only] = judge({ exitCode: 1, output: `${"x".repeat(10_000)}the end` }).tests;
    expect(only?.message).toMatch(/^exit code 1\nx+the end$/);
    expect(only?.message?.length).toBeLessThan(2100);
  });
});
