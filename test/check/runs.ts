import type { TestResult, TestRun, TestStatus } from "../../src/core/check.ts";

/** `a.test.js > adds`, or a file by its name alone. */
export function result(id: string, status: TestStatus, more: Partial<TestResult> = {}): TestResult {
  const [file = id, ...path] = id.split(" > ");
  const kind = path.length === 0 ? "file" : "test";
  return { id, kind, file, name: path.join(" > ") || file, status, ...more };
}

export const command = (text: string, status: TestStatus, message?: string): TestResult => ({
  id: `$ ${text}`,
  kind: "command",
  name: `$ ${text}`,
  status,
  ...(message === undefined ? {} : { message }),
});

export function runOf(tests: readonly TestResult[], more: Partial<TestRun> = {}): TestRun {
  const passed = tests.every(({ status }) => status === "passed" || status === "skipped");
  return {
    name: "unit",
    command: "npm test",
    runner: "node",
    tests,
    passed: passed && tests.some(({ status }) => status === "passed"),
    timedOut: false,
    exitCode: passed ? 0 : 1,
    output: "",
    durationMs: 1,
    ...more,
  };
}
