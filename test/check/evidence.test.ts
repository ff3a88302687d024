import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareRuns, redTargets } from "../../src/check/compare.ts";
import { describeFailure, describeProgress } from "../../src/check/evidence.ts";
import type { TestResult } from "../../src/core/check.ts";
import { command, result, runOf } from "./runs.ts";

const describeTests = (tests: readonly TestResult[], maxCharacters = 4000) =>
  describeFailure(runOf(tests), { maxCharacters });

const failure = (id: string, message: string, more: Partial<TestResult> = {}): TestResult =>
  result(id, "failed", { message, ...more });

describe("the text", () => {
  test("gives a failed assertion with what was expected, what came and where", () => {
    const tests = [
      result("a.test.js > adds", "passed"),
      failure("a.test.js > subtracts", "values differ", { expected: "1", actual: "3", location: "src/a.js:4" }),
    ];
    expect(describeTests(tests).text).toBe(
      "FAIL: a.test.js > subtracts\nvalues differ\nexpected: 1\nactual: 3\nat src/a.js:4",
    );
  });

  test("begins with what explains the rest: a command that hung, a file that does not load, then assertions", () => {
    const tests = [
      result("a > parent", "failed"),
      failure("a > one", "differs", { location: "a:1" }),
      result("b", "errored", { message: "Cannot find module" }),
      command("npm test", "errored", "it did not end within 10 s"),
    ];
    const { text } = describeTests(tests);
    const order = ["$ npm test", "FAIL: b", "FAIL: a > one", "a > parent"].map((id) => text.indexOf(id));
    expect(order).toEqual([...order].sort((x, y) => x - y));
    expect(order).not.toContain(-1);
  });

  test("says which tests passed before", () => {
    const before = [runOf([result("a > one", "passed"), result("b > one", "failed")])];
    const after = [runOf([failure("a > one", "broken"), failure("b > one", "still wrong")])];
    const { text } = describeFailure(compareRuns(before, after, ["unit » b > one"]), { maxCharacters: 1000 });
    expect(text).toContain("BROKEN (passed before): a > one\nbroken");
    expect(text).toContain("FAIL: b > one\nstill wrong");
  });

  test("names what there is no room to describe", () => {
    const tests = Array.from({ length: 30 }, (_, i) => failure(`a > test ${i}`, `wrong ${i} `.repeat(10)));
    const { text } = describeTests(tests, 1000);
    expect(text).toContain("FAIL: a > test 0\nwrong 0");
    expect(text).toMatch(/Also failing \(\d+\): a > test \d+, a > test \d+/);
  });

  test("keeps start and end of a message that is too long", () => {
    const { text } = describeTests([failure("a > one", `start ${"x".repeat(5000)} end`)], 500);
    expect(text).toMatch(/^FAIL: a > one\nstart x+\n\[…\]\nx+ end$/);
  });

  test("of a run that ran no test says so", () => {
    const { text } = describeTests([command("npm test", "skipped", "it ran no test")]);
    expect(text).toBe("FAIL: $ npm test\nit ran no test");
  });

  test("is never longer than asked for", () => {
    const anyFailure = fc
      .tuple(fc.string({ maxLength: 30 }), fc.string({ maxLength: 800 }))
      .map(([id, text]) => failure(id, text));
    fc.assert(
      fc.property(fc.array(anyFailure), fc.integer({ min: 1, max: 600 }), (tests, maxCharacters) => {
        expect(describeTests(tests, maxCharacters).text.length).toBeLessThanOrEqual(maxCharacters);
      }),
    );
  });
});

describe("the fingerprint", () => {
  const of = (message: string, id = "a > one"): string => describeTests([failure(id, message)]).fingerprint;

  test.each([
    ["timings", "timed out after 103 ms", "timed out after 98.5 ms"],
    ["seconds", "took 3s", "took 12s"],
    ["addresses", "at 0x7ffd0010", "at 0x7ffe9920"],
    ["temporary paths", "ENOENT /tmp/x-a1b2c3/file.txt", "ENOENT /tmp/x-99zzkk/file.txt"],
    ["the folder of the workspace", "in /home/me/wt-1/src/a.js", "in /home/me/wt-2/src/a.js"],
    ["line numbers", "src/a.js:3:14 broke", "src/a.js:33:1 broke"],
    ["lines in words", "Error on line 3", "Error on line 17"],
    ["ports", "connect 127.0.0.1:43210", "connect 127.0.0.1:51234"],
    ["process ids", "worker pid 812 died", "worker pid 99 died"],
    ["dates", "at 2026-11-21T10:00:00.123Z", "at 2026-11-22T11:30:09Z"],
    ["identifiers", "job 123e4567-e89b-12d3-a456-426614174000", "job 00000000-e89b-12d3-a456-426614174fff"],
    ["colours", "\u001b[31mred\u001b[39m", "red"],
  ])("does not see %s", (_, one, other) => {
    expect(of(one)).toBe(of(other));
  });

  test.each([
    ["values", "expected 1 to be 2", "expected 1 to be 3"],
    ["messages", "x is not defined", "y is not defined"],
    ["keys with numbers", '{"a":1}', '{"a":2}'],
  ])("sees %s", (_, one, other) => {
    expect(of(one)).not.toBe(of(other));
  });

  test("sees which tests fail, not their order nor how much of the text fits", () => {
    const tests = [failure("a > one", "x"), failure("a > two", "y")];
    expect(describeTests(tests).fingerprint).toBe(describeTests([...tests].reverse(), 20).fingerprint);
    expect(describeTests(tests).fingerprint).not.toBe(describeTests(tests.slice(0, 1)).fingerprint);
  });
});

describe("progress since the attempt before", () => {
  const baseline = [runOf([failure("a > one", "x"), failure("a > two", "x")])];
  const compare = (tests: readonly TestResult[]) => compareRuns(baseline, [runOf(tests)], redTargets(baseline));

  test("names what passes now and what no longer does", () => {
    const before = compare([result("a > one", "passed"), failure("a > two", "x")]);
    const now = compare([failure("a > one", "x"), result("a > two", "passed")]);
    expect(describeProgress(before, now)).toBe(
      "Since the attempt before: a > two now passes; a > one no longer passes.",
    );
  });

  test("is nothing where the same tests fail", () => {
    const same = compare([failure("a > one", "x"), failure("a > two", "y")]);
    expect(describeProgress(same, same)).toBe("");
  });
});
