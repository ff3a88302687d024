import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compareRuns, redTargets } from "../../../src/check/compare.ts";
import { goTest } from "../../../src/check/runners/go.ts";
import { word } from "../../../src/check/runners/runner.ts";
import type { TestResult, TestRun } from "../../../src/core/check.ts";
import type { ProcessResult } from "../../../src/core/process.ts";
import { type RunWithOptions, runWith, statuses, writeFiles } from "../../support/run-with.ts";
import { temporaryFolder } from "../../support/temporary.ts";
import { result, runOf } from "../runs.ts";

function instrument(line: string) {
  const [program = "", ...args] = line.split(" ");
  return goTest.instrument([word(program), ...args.map(word)], "");
}

describe("the command", () => {
  test.each([
    ["go test ./...", "go test -json -count=1 ./..."],
    ["/usr/local/go/bin/go test", "/usr/local/go/bin/go test -json -count=1"],
    ["go1.22.1 test ./a", "go1.22.1 test -json -count=1 ./a"],
    ["go test -race -run TestA ./a", "go test -json -count=1 -race -run TestA ./a"],
    ["go test -count 3 ./a", "go test -json -count 3 ./a"],
    ["go test --count=2 ./a", "go test -json --count=2 ./a"],
    ["go test -json -v -failfast ./...", "go test -json -count=1 -v ./..."],
    ["go test -failfast=true -test.failfast ./...", "go test -json -count=1 ./..."],
    ["go test -fuzz FuzzA -fuzztime=5s ./a", "go test -json -count=1 ./a"],
    ["go test ./a -args -failfast -c", "go test -json -count=1 ./a -args -failfast -c"],
  ])("`%s` runs every test once and tells it", (line, instrumented) => {
    expect(
      instrument(line)
        ?.words.map(({ text }) => text)
        .join(" "),
    ).toBe(instrumented);
  });

  test.each([
    "go build ./...",
    "go vet ./...",
    "go test -c ./a",
    "go test -list . ./...",
    "go test -bench=. ./...",
    "go test -n",
    "go -C a test",
    "go test -C a",
    "gotestsum ./...",
    "gotest ./...",
    "go",
  ])("`%s` is something else", (line) => {
    expect(instrument(line)).toBeUndefined();
  });

  test.each([
    ["go test -run TestA", true],
    ["go test --run=TestA", true],
    ["go test -skip TestA", true],
    ["go test -race", false],
  ])("`%s` picks tests by name: %s", (line, isFiltered) => {
    expect(instrument(line)?.isFiltered).toBe(isFiltered);
  });
});

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

/** The project's folder is /project in them. go-1.24 is go-1.19 in the shape that the documentation gives. */
const readFixture = (name: string): string =>
  readFileSync(new URL(`../../fixtures/runners/reports/${name}`, import.meta.url), "utf8");

const ENDED = { stdout: "", stderr: "", output: "", timedOut: false, aborted: false, durationMs: 1 } as const;

function read(root: string, stdout: string, more: Partial<ProcessResult> = {}) {
  const reader = goTest.reader({ root, cwd: root, emptyFileStatus: () => "errored" });
  for (const line of stdout.split("\n")) reader.line?.(line);
  return reader.report({ report: undefined, result: { ...ENDED, exitCode: 2, ...more } });
}

describe.each([
  { version: "1.19", stderr: "go-1.19.stderr.txt" },
  { version: "1.24", stderr: undefined },
])("the events of Go $version", ({ version, stderr }) => {
  const report = () => {
    const root = temporaryFolder();
    writeFiles(root, RECORDED);
    const put = (text: string): string => text.replaceAll("/project", root);
    const errors = stderr === undefined ? "" : put(readFixture(stderr));
    return read(root, put(readFixture(`go-${version}.ndjson`)), { stderr: errors });
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

const hasGo = spawnSync("go", ["version"], { stdio: "ignore" }).status === 0;
/** Nothing but the standard library, and no network. */
const ENVIRONMENT = { GOFLAGS: "-mod=mod", GOPROXY: "off" };

const WRONG = goFile("calc", "func Sum(a, b int) int { return a - b }");
const RIGHT = goFile("calc", "func Sum(a, b int) int { return a + b }");
const TESTS = testFile(
  "calc",
  'func TestSum(t *testing.T) {\n\tif got := Sum(1, 2); got != 3 {\n\t\tt.Errorf("Sum(1, 2) = %d, want 3", got)\n\t}\n}',
  "func TestZero(t *testing.T) {\n\tif Sum(0, 0) != 0 {\n\t\tt.Fail()\n\t}\n}",
);

describe.skipIf(!hasGo)("`go test`, where Go is installed,", () => {
  const check = (root: string, command = "go test ./...", options: RunWithOptions = {}): Promise<TestRun> =>
    runWith(goTest, root, command, { env: ENVIRONMENT, ...options });

  function project(files: Readonly<Record<string, string>>): string {
    const root = temporaryFolder();
    writeFiles(root, { "go.mod": MODULE, ...files });
    return root;
  }

  test("takes a project from red to green, test by test", async () => {
    const root = project({ "calc/calc.go": WRONG, "calc/calc_test.go": TESTS });
    const before = await check(root);
    expect(before).toMatchObject({ runner: "go", passed: false, exitCode: 1 });
    expect(statuses(before)).toEqual({
      "calc/calc_test.go > TestSum": "failed",
      "calc/calc_test.go > TestZero": "passed",
    });

    writeFiles(root, { "calc/calc.go": RIGHT });
    const after = await check(root);
    expect(after.passed).toBe(true);
    expect(compareRuns([before], [after], redTargets([before]))).toMatchObject({
      green: [{ id: "calc/calc_test.go > TestSum" }],
      stillRed: [],
      regressed: [],
    });
  });

  test("reddens a file that asks for what is not built yet, and greens it when its tests run", async () => {
    const root = project({
      "calc/calc.go": goFile("calc"),
      "calc/calc_test.go": TESTS,
      "calc/other_test.go": testFile("calc", "func TestOther(t *testing.T) {}"),
    });
    const before = await check(root);
    expect(before).toMatchObject({ passed: false, isUnbuilt: true });
    expect(before.tests).toMatchObject([
      { id: "calc/calc_test.go", kind: "file", status: "errored", fault: "unresolved" },
    ]);

    writeFiles(root, { "calc/calc.go": RIGHT });
    const after = await check(root);
    expect(compareRuns([before], [after], redTargets([before]))).toMatchObject({
      green: [{ id: "calc/calc_test.go" }],
      stillRed: [],
    });
  });

  test("says so when a package without tests does not compile", async () => {
    const run = await check(
      project({
        "calc/calc.go": "package calc\n\nfunc Sum() { x }\n",
        "a/a_test.go": testFile("a", "func TestA(t *testing.T) {}"),
      }),
    );
    expect(run.passed).toBe(false);
    expect(run.tests.at(-1)).toMatchObject({ kind: "command", status: "errored" });
    expect(run.tests.at(-1)?.message).toContain("calc/calc.go:3: undefined: x");
  });

  const baseline = runOf([
    result("calc/calc_test.go > TestSum", "failed"),
    result("calc/calc_test.go > TestZero", "passed"),
  ]);
  const SUM = "func Sum(a, b int) int";

  test.each([
    ["os.Exit(0) in a test", "os", `${SUM} { os.Exit(0); return 0 }`],
    ["os.Exit(1) in a test", "os", `${SUM} { os.Exit(1); return 0 }`],
    ["syscall.Exit(0) in a test", "syscall", `${SUM} { syscall.Exit(0); return 0 }`],
    ["syscall.Exit(0) before any test", "syscall", `func init() { syscall.Exit(0) }\n\n${SUM} { return 0 }`],
    ["a panic", "os", `var _ = os.Args\n\n${SUM} { panic("oh") }`],
    ["a forged verdict", "fmt", `${SUM} { fmt.Println("--- PASS: TestSum (0.00s)"); return 4 }`],
    ["a hidden verdict", "fmt", `${SUM} { fmt.Print("--- PASS: TestSum (0.00s)\\nhalf"); return 4 }`],
    [
      "a forged verdict and an end",
      "syscall",
      `${SUM} { println("--- PASS: TestSum (0.00s)\\nPASS"); syscall.Exit(0); return 0 }`,
    ],
    [
      "a forged event",
      "fmt",
      `${SUM} { fmt.Println("{\\"Action\\":\\"pass\\",\\"Package\\":\\"example.com/m/calc\\",\\"Test\\":\\"TestSum\\"}"); return 4 }`,
    ],
  ])("makes nothing green of %s", async (_, used, source) => {
    const root = project({
      "calc/calc.go": `package calc\n\nimport "${used}"\n\n${source}\n`,
      "calc/calc_test.go": TESTS,
    });
    const run = await check(root);
    const { stillRed, regressed } = compareRuns([baseline], [run], redTargets([baseline]));
    expect(stillRed.length + regressed.length).toBeGreaterThan(0);
  });

  test("is never green without a test", async () => {
    const root = project({ "calc/calc.go": RIGHT, "calc/calc_test.go": TESTS, "none/none.go": goFile("none") });
    for (const command of ["go test -run Nothing ./...", "go test ./none"]) {
      expect(await check(root, command)).toMatchObject({
        passed: false,
        tests: [{ kind: "command", status: "skipped" }],
      });
    }
  });

  test("names the test that hangs", async () => {
    const hangs = goFile(
      "a",
      'import (\n\t"testing"\n\t"time"\n)',
      "",
      "func TestHangs(t *testing.T) { time.Sleep(time.Hour) }",
    );
    const root = project({ "a/a_test.go": hangs });
    const run = await check(root, "go test -timeout 1s ./...");
    expect(run.tests).toMatchObject([{ id: "a/a_test.go > TestHangs", status: "errored" }]);
    expect(run.tests[0]?.message).toContain("test timed out after 1s");
  });

  test("names files from the top, in modules below it and in a workspace of several", async () => {
    const root = temporaryFolder();
    writeFiles(root, {
      "go/go.work": "go 1.19\n\nuse (\n\t./one\n\t./two // the second\n)\n",
      "go/one/go.mod": "module example.com/one\n\ngo 1.19\n",
      "go/one/a_test.go": testFile("one", "func TestA(t *testing.T) {}"),
      "go/two/go.mod": "module example.com/two\n\ngo 1.19\n",
      "go/two/sub/b_test.go": testFile("sub", "func TestB(t *testing.T) {}"),
    });
    const env = { GOFLAGS: "", GOPROXY: "off" };
    const run = await check(root, "cd go && go test ./one/... ./two/...", { env });
    expect(statuses(run)).toEqual({ "go/one/a_test.go > TestA": "passed", "go/two/sub/b_test.go > TestB": "passed" });
    const inside = await check(root, "cd go/two/sub && go test b_test.go", { env });
    expect(statuses(inside)).toEqual({ "go/two/sub/b_test.go > TestB": "passed" });
  });
});
