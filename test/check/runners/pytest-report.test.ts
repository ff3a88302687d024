import { describe, expect, test } from "vitest";
import { pytest } from "../../../src/check/runners/pytest.ts";
import type { TestResult } from "../../../src/core/check.ts";
import { FAILED, IN_PROJECT, recorded } from "../../support/recorded.ts";

function read(report: string) {
  const reader = pytest.reader(IN_PROJECT);
  return reader.report({ report, result: FAILED });
}

const byId = (report: string): Readonly<Record<string, TestResult>> =>
  Object.fromEntries(read(report).tests.map((each) => [each.id, each]));

describe.each(["pytest-7.2", "pytest-9.0"])("a report of %s", (name) => {
  const text = recorded(`${name}.ndjson`);

  test("gives each test the same id and status as every other version does", () => {
    const { tests, problems, unfinished, isComplete } = read(text);
    expect({ problems, unfinished, isComplete }).toEqual({ problems: [], unfinished: [], isComplete: true });
    expect(Object.fromEntries(tests.map(({ id, status }) => [id, status]))).toEqual({
      "tests/test_syntax.py": "errored",
      "tests/test_missing_name.py": "errored",
      "tests/deep/test_unresolved.py": "errored",
      "tests/test_math.py > test_passes": "passed",
      "tests/test_math.py > test_compares": "failed",
      "tests/test_math.py > test_reversed": "failed",
      "tests/test_math.py > test_raises": "failed",
      "tests/test_math.py > TestGroup > test_nested": "failed",
      "tests/test_math.py > TestGroup > test_each[x]": "passed",
      "tests/test_math.py > TestGroup > test_each[a::b/c[0]]": "passed",
      "tests/test_math.py > TestGroup > test_each[]": "passed",
      "tests/test_math.py > test_things[<test_math.Thing object at 0x>]": "passed",
      "tests/test_math.py > test_things[<test_math.Thing object at 0x>] (2)": "passed",
      "tests/test_math.py > test_skipped": "skipped",
      "tests/test_math.py > test_known_bug": "skipped",
      "tests/test_math.py > test_known_bug_that_is_gone": "skipped",
      "tests/test_math.py > test_strict": "failed",
      "tests/test_math.py > test_broken_setup": "errored",
      "tests/test_math.py > test_broken_teardown": "errored",
      "tests/test_math.py > test_no_such_fixture": "errored",
      "tests/test_math.py > Unit > test_equal": "failed",
      "tests/test_math.py > Unit > test_subtests": "failed",
    });
  });

  test("says what was compared, whichever side was computed, and where in the project", () => {
    const compared = { kind: "test", file: "tests/test_math.py", expected: "3", actual: "-1" };
    expect(byId(text)["tests/test_math.py > test_compares"]).toMatchObject({
      ...compared,
      message: "assert -1 == 3\n +  where -1 = add(1, 2)",
      location: "tests/test_math.py:30",
    });
    expect(byId(text)["tests/test_math.py > test_reversed"]).toMatchObject(compared);
    expect(byId(text)["tests/test_math.py > test_raises"]).toMatchObject({
      message: "ZeroDivisionError: division by zero",
      location: "src/calc.py:6, tests/test_math.py:38",
    });
    expect(byId(text)["tests/test_math.py > test_no_such_fixture"]?.message).toContain("fixture 'nowhere' not found");
  });

  test("says why a file does not load", () => {
    expect(byId(text)["tests/test_syntax.py"]).toMatchObject({
      kind: "file",
      fault: "syntax",
      location: "tests/test_syntax.py:1",
      message: expect.stringMatching(/^SyntaxError: .*\n {2}File "tests\/test_syntax.py", line 1\n {4}def test_a\(:/),
    });
    expect(byId(text)["tests/deep/test_unresolved.py"]).toMatchObject({
      fault: "unresolved",
      message: "ModuleNotFoundError: No module named 'nowhere'",
    });
    expect(byId(text)["tests/test_missing_name.py"]).toMatchObject({ fault: "unresolved" });
  });

  test("is incomplete wherever it was cut, and the test at the cut is errored", () => {
    const lines = text.trimEnd().split("\n");
    for (let count = 0; count < lines.length; count += 1) {
      expect(read(lines.slice(0, count).join("\n")).isComplete).toBe(false);
    }
    const at = lines.findIndex((line) => line.includes('"stopped"') && line.includes("test_reversed"));
    const cut = read(lines.slice(0, at - 1).join("\n"));
    expect(cut.tests.at(-1)).toMatchObject({ id: "tests/test_math.py > test_reversed", status: "errored" });
    expect(cut.unfinished[0]).toBe("test_reversed");
  });
});
