import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { compareRuns, redTargets } from "../../../src/check/compare.ts";
import { goTest } from "../../../src/check/runners/go.ts";
import { word } from "../../../src/check/runners/runner.ts";
import type { TestRun } from "../../../src/core/check.ts";
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
  ])("completes no task by %s", async (_, used, source) => {
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
