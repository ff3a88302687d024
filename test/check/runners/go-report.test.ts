import { describe, expect, test } from "vitest";
import { goTest } from "../../../src/check/runners/go.ts";
import type { TestResult } from "../../../src/core/check.ts";
import type { ProcessResult } from "../../../src/core/process.ts";
import { FAILED, recorded } from "../../support/recorded.ts";
import { writeFiles } from "../../support/run-with.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const goFile = (name: string, ...lines: readonly string[]): string => `package ${name}\n\n${lines.join("\n")}\n`;

const testFile = (name: string, ...lines: readonly string[]): string =>
  goFile(name, 'import "testing"', "", ...lines.flatMap((line) => [line, ""]));

const MODULE = "module example.com/m\n\ngo 1.19\n";

/** What was recorded: see `test/fixtures/runners/reports/go-*`. */
const RECORDED = {
  "go.mod": MODULE,
  "calc/calc.go": goFile("calc", "func Sum(a, b int) int { return a - b }"),
  "calc/calc_test.go": goFile(
    "calc",
    'import (\n\t"fmt"\n\t"testing"\n)',
    "",
    'func TestSum(t *testing.T) {\n\tif got := Sum(1, 2); got != 3 {\n\t\tt.Errorf("Sum(1, 2) = %d, want 3", got)\n\t}\n}',
    "",
    "func TestZero(t *testing.T) {}",
    "",
    'func TestLater(t *testing.T) { t.Skip("later") }',
    "",
    'func TestTable(t *testing.T) {\n\tt.Run("one two", func(t *testing.T) { t.Parallel() })',
    '\tt.Run("bad", func(t *testing.T) { t.Parallel(); t.Fatal("no") })\n}',
    "",
    "func ExampleSum() {\n\tfmt.Println(Sum(1, 2))\n\t// Output: 3\n}",
    "",
    "func FuzzSum(f *testing.F) {\n\tf.Add(1)\n\tf.Fuzz(func(t *testing.T, a int) { Sum(a, a) })\n}",
  ),
  "panics/panics_test.go": testFile(
    "panics",
    'func TestPanics(t *testing.T) { panic("oh") }',
    "func TestAfter(t *testing.T) {}",
  ),
  "none/none.go": goFile("none"),
  "setup/setup_test.go": goFile(
    "setup",
    'import (\n\t"testing"\n\n\t"example.com/m/nowhere"\n)',
    "",
    "func TestSetup(t *testing.T) { nowhere.Go() }",
  ),
  "syntax/syntax_test.go": testFile("syntax", "func TestSyntax(t *testing.T) {"),
  "unresolved/unresolved_test.go": testFile("unresolved", "func TestMissing(t *testing.T) { Missing(1) }"),
  "unresolved/sound_test.go": testFile("unresolved", "func TestSound(t *testing.T) {}"),
  "types/types_test.go": testFile(
    "types",
    'func TestTypes(t *testing.T) {\n\tvar x int = "a"\n\t_ = x\n\tMissing()\n}',
  ),
  "vetted/vetted_test.go": testFile("vetted", 'func TestVetted(t *testing.T) { t.Errorf("%d", "a") }'),
  "broken/broken.go": goFile("broken", "func Broken() int { return nothing }"),
  "broken/broken_test.go": testFile("broken", "func TestBroken(t *testing.T) { Broken() }"),
  "main/main_test.go": goFile(
    "main",
    'import (\n\t"os"\n\t"testing"\n)',
    "",
    "func TestMain(m *testing.M) {\n\tm.Run()\n\tos.Exit(3)\n}",
    "",
    "func TestFine(t *testing.T) {}",
  ),
};

function read(root: string, stdout: string, more: Partial<ProcessResult> = {}) {
  const reader = goTest.reader({ root, cwd: root, emptyFileStatus: () => "errored" });
  for (const line of stdout.split("\n")) reader.line?.(line);
  return reader.report({ report: undefined, result: { ...FAILED, exitCode: 2, ...more } });
}

describe.each([
  { version: "1.19", stderr: "go-1.19.stderr.txt" },
  { version: "1.24", stderr: undefined },
])("the events of Go $version", ({ version, stderr }) => {
  const report = () => {
    const root = temporaryFolder();
    writeFiles(root, RECORDED);
    const put = (text: string): string => text.replaceAll("/project", root);
    const errors = stderr === undefined ? "" : put(recorded(stderr));
    return read(root, put(recorded(`go-${version}.ndjson`)), { stderr: errors });
  };
  const byId = (): Readonly<Record<string, TestResult>> =>
    Object.fromEntries(report().tests.map((each) => [each.id, each]));

  test("give each test the same id and status as every other version does", () => {
    const { tests, isComplete, isUnbuilt, unfinished } = report();
    expect({ isComplete, isUnbuilt, unfinished }).toEqual({ isComplete: true, isUnbuilt: true, unfinished: [] });
    expect(Object.fromEntries(tests.map(({ id, status }) => [id, status]))).toEqual({
      "calc/calc_test.go > TestSum": "failed",
      "calc/calc_test.go > TestZero": "passed",
      "calc/calc_test.go > TestLater": "skipped",
      "calc/calc_test.go > TestTable": "failed",
      "calc/calc_test.go > TestTable > one_two": "passed",
      "calc/calc_test.go > TestTable > bad": "failed",
      "calc/calc_test.go > ExampleSum": "failed",
      "calc/calc_test.go > FuzzSum": "passed",
      "calc/calc_test.go > FuzzSum > seed#0": "passed",
      "panics/panics_test.go > TestPanics": "failed",
      "main/main_test.go > TestFine": "passed",
      "setup/setup_test.go": "errored",
      "syntax/syntax_test.go": "errored",
      "unresolved/unresolved_test.go": "errored",
      "types/types_test.go": "errored",
      "vetted/vetted_test.go": "errored",
      "broken/broken_test.go": "errored",
    });
  });

  test("say what failed and where in the project", () => {
    const tests = byId();
    expect(tests["calc/calc_test.go > TestSum"]).toMatchObject({
      kind: "test",
      file: "calc/calc_test.go",
      name: "TestSum",
      message: "calc_test.go:10: Sum(1, 2) = -1, want 3",
      location: "calc/calc_test.go:10",
    });
    expect(tests["calc/calc_test.go > ExampleSum"]?.message).toBe("got:\n-1\nwant:\n3");
    expect(tests["panics/panics_test.go > TestPanics"]).toMatchObject({
      message: "panic: oh [recovered]\n\tpanic: oh",
      location: "panics/panics_test.go:5",
    });
  });

  test("say why a file was not built, and only of the file that is wrong", () => {
    const tests = byId();
    const faults = Object.fromEntries(Object.entries(tests).flatMap(([id, { fault }]) => (fault ? [[id, fault]] : [])));
    expect(faults).toEqual({
      "setup/setup_test.go": "unresolved",
      "syntax/syntax_test.go": "syntax",
      "unresolved/unresolved_test.go": "unresolved",
      "types/types_test.go": "build",
      "vetted/vetted_test.go": "build",
    });
    expect(tests["unresolved/unresolved_test.go"]).toMatchObject({
      kind: "file",
      message: "unresolved/unresolved_test.go:5: undefined: Missing",
      location: "unresolved/unresolved_test.go:5",
    });
    expect(tests["broken/broken_test.go"]?.message).toContain("broken/broken.go:3: undefined: nothing");
  });

  test("keep a failure that no test explains", () => {
    expect(report().problems).toEqual([expect.stringContaining("example.com/m/main failed, though no test of it did")]);
  });
});

const event = (Action: string, Test?: string, more: object = {}): string =>
  JSON.stringify({ Action, Package: "example.com/m", ...(Test === undefined ? {} : { Test }), ...more });
const output = (Output: string, Test?: string): string => event("output", Test, { Output });

describe("events that do not add up", () => {
  const statusOf = (...lines: readonly string[]) => {
    const root = temporaryFolder();
    writeFiles(root, { "go.mod": MODULE, "a_test.go": testFile("m", "func TestA(t *testing.T) {}") });
    const { tests, isComplete, problems } = read(root, lines.join("\n"), { exitCode: 0 });
    return { tests: Object.fromEntries(tests.map(({ id, status }) => [id, status])), isComplete, problems };
  };
  const PASSED = output("--- PASS: TestA (0.00s)\n", "TestA");

  test("are a pass when each run has one verdict and one end", () => {
    expect(statusOf(event("run", "TestA"), PASSED, event("pass", "TestA"), event("pass"))).toEqual({
      tests: { "a_test.go > TestA": "passed" },
      isComplete: true,
      problems: [],
    });
  });

  test.each([
    ["a test without an end", [event("run", "TestA"), event("pass")]],
    ["an end without a verdict", [event("run", "TestA"), event("pass", "TestA"), event("pass")]],
    ["two verdicts on one run", [event("run", "TestA"), PASSED, PASSED, event("pass", "TestA"), event("pass")]],
    [
      "two ends of one run",
      [event("run", "TestA"), PASSED, event("pass", "TestA"), event("pass", "TestA"), event("pass")],
    ],
    [
      "one end of two runs",
      [event("run", "TestA"), event("run", "TestA"), PASSED, event("pass", "TestA"), event("pass")],
    ],
  ])("are errored: %s", (_, lines) => {
    expect(statusOf(...lines).tests).toEqual({ "a_test.go > TestA": "errored" });
  });

  test.each([
    ["within a line", [output("half--- FAIL: TestA (0.00s)\n", "TestA")]],
    ["cut in two", [output("--- FA", "TestA"), output("IL: TestA (0.00s)\n", "TestA")]],
    ["behind a long text", [output("x".repeat(9000), "TestA"), output("--- FAIL: TestA (0.00s)\n", "TestA")]],
  ])("are a failure when one was printed %s", (_, lines) => {
    const { tests } = statusOf(event("run", "TestA"), PASSED, ...lines, event("pass", "TestA"), event("pass"));
    expect(tests).toEqual({ "a_test.go > TestA": "failed" });
  });

  test("are incomplete without the end of a package", () => {
    expect(statusOf(event("run", "TestA"), PASSED, event("pass", "TestA")).isComplete).toBe(false);
  });

  test("count once each time with -count", () => {
    const once = [event("run", "TestA"), PASSED, event("pass", "TestA")];
    expect(statusOf(...once, ...once, event("pass")).tests).toEqual({ "a_test.go > TestA": "passed" });
  });

  test("stay in bounds, whatever is printed", () => {
    const flood = Array(2000).fill(output("x".repeat(1000), "TestA"));
    const root = temporaryFolder();
    const { tests } = read(root, [event("run", "TestA"), ...flood, event("fail", "TestA"), event("fail")].join("\n"));
    expect(tests[0]?.message?.length).toBeLessThanOrEqual(4000);
  });
});
