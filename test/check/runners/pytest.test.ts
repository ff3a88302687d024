import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compareRuns, redTargets } from "../../../src/check/compare.ts";
import { pytest } from "../../../src/check/runners/pytest.ts";
import { type Words, word } from "../../../src/check/runners/runner.ts";
import type { TestResult, TestRun } from "../../../src/core/check.ts";
import { type RunWithOptions, runWith, statuses, writeFiles } from "../../support/run-with.ts";
import { temporaryFolder } from "../../support/temporary.ts";
import { result, runOf } from "../runs.ts";

function instrument(line: string, given: Readonly<Record<string, string>> = {}) {
  const [program = "", ...args] = line.split(" ");
  return pytest.instrument([word(program), ...args.map(word)], "/private/report", given);
}

describe("the command", () => {
  test.each([
    "pytest",
    "py.test -x tests/test_a.py",
    ".venv/bin/pytest -n auto",
    "python -m pytest -q",
    "python3.11 -X dev -W error -m pytest",
    ".venv/bin/python -m py.test",
    "coverage run --source src -m pytest tests",
    "python -m coverage run -m pytest",
    "uv run pytest",
    "uv run --frozen --with pytest --extra dev python -m pytest",
    "uv run -m pytest",
    "uvx pytest",
    "uvx --from pytest pytest",
    "poetry run pytest",
    "pipenv run python -m pytest",
    "hatch run pytest",
  ])("`%s` runs as it is, with ralph's plugin", (line) => {
    expect(
      instrument(line)
        ?.words.map(({ text }) => text)
        .join(" "),
    ).toBe(line);
    expect(instrument(line)?.env).toMatchObject({ PYTEST_ADDOPTS: "-pralph_pytest", RALPH_REPORT: "/private/report" });
  });

  test.each([
    "tox",
    "nox -s pytest",
    "python -m unittest",
    "python run.py -m pytest",
    "python -I -m pytest",
    "python pytest",
    "pytest --collect-only",
    "pytest --co",
    "pytest --fixtures",
    "pytest --version",
    "pytest -f",
    "coverage report -m pytest",
    "uv run main.py pytest",
    "uv run --with pytest main.py",
    "uv pip install pytest",
    "hatch test",
  ])("`%s` is something else", (line) => {
    expect(instrument(line)).toBeUndefined();
  });

  test.each([
    ["pytest -k add", true],
    ["pytest -m 'not slow'", true],
    ["pytest tests/test_a.py::test_b", true],
    ["python -m pytest tests", false],
  ])("`%s` picks tests by name: %s", (line, isFiltered) => {
    expect(instrument(line)?.isFiltered).toBe(isFiltered);
  });

  test("what the command line sets stands behind what ralph sets", () => {
    const env = instrument("pytest", { PYTHONPATH: "src:lib", PYTEST_ADDOPTS: "-q" })?.env;
    expect(env?.["PYTHONPATH"]).toMatch(/pytest-plugin:src:lib$/);
    expect(env?.["PYTEST_ADDOPTS"]).toBe("-pralph_pytest -q");
  });
});

/** Written by the plugin in real runs; the project's folder is /project. */
const readFixture = (name: string): string =>
  readFileSync(new URL(`../../fixtures/runners/reports/${name}.ndjson`, import.meta.url), "utf8");

const RESULT = {
  exitCode: 1,
  stdout: "",
  stderr: "",
  output: "",
  timedOut: false,
  aborted: false,
  durationMs: 1,
} as const;

function read(report: string) {
  const reader = pytest.reader({ root: "/project", cwd: "/project", emptyFileStatus: () => "errored" });
  return reader.report({ report, result: RESULT });
}

const byId = (report: string): Readonly<Record<string, TestResult>> =>
  Object.fromEntries(read(report).tests.map((each) => [each.id, each]));

describe.each(["pytest-7.2", "pytest-9.0"])("a report of %s", (name) => {
  const text = readFixture(name);

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

const isThere = (command: string): boolean => {
  const [program = "", ...args] = command.split(" ");
  return spawnSync(program, [...args, "--version"], { stdio: "ignore" }).status === 0;
};

const WRONG = "def add(a, b):\n    return a - b\n";
const RIGHT = "def add(a, b):\n    return a + b\n";
const TESTS = [
  "from calc import add",
  "",
  "def test_adds():",
  "    assert add(1, 2) == 3",
  "",
  "def test_zero():",
  "    assert add(0, 0) == 0",
  "",
  "class TestLater:",
  "    def test_is_callable(self):",
  "        assert callable(add)",
  "",
].join("\n");
const SETTINGS = '[tool.pytest.ini_options]\npythonpath = ["src"]\n';

function project(files: Readonly<Record<string, string>>): string {
  const root = temporaryFolder();
  writeFiles(root, { "pyproject.toml": SETTINGS, ...files });
  return root;
}

const VERSIONS = ["pytest", "/usr/bin/python3 -m pytest"];

/** Plugins of this machine are none of the tests' business, and ralph's own must not need their loading. */
const PLAIN = { env: { PYTEST_DISABLE_PLUGIN_AUTOLOAD: "1" } };

for (const command of VERSIONS)
  describe.skipIf(!isThere(command))(`\`${command}\`, where it is installed,`, () => {
    const check = (root: string, more = "", options: RunWithOptions = {}): Promise<TestRun> =>
      runWith(pytest, root, `${command}${more}`, { ...PLAIN, ...options });

    test("takes a project from red to green, test by test, though only one character changes", async () => {
      const root = project({ "src/calc.py": WRONG, "tests/test_calc.py": TESTS });
      const before = await check(root);
      expect(before).toMatchObject({ runner: "pytest", passed: false, exitCode: 1 });
      expect(statuses(before)).toEqual({
        "tests/test_calc.py > test_adds": "failed",
        "tests/test_calc.py > test_zero": "passed",
        "tests/test_calc.py > TestLater > test_is_callable": "passed",
      });

      writeFiles(root, { "src/calc.py": RIGHT });
      const after = await check(root);
      expect(after.passed).toBe(true);
      expect(compareRuns([before], [after], redTargets([before]))).toMatchObject({
        green: [{ id: "tests/test_calc.py > test_adds" }],
        stillRed: [],
        regressed: [],
      });
      expect(existsSync(join(root, "src/__pycache__"))).toBe(false);
    });

    test("runs all other tests when a file does not load, and the file is green when its tests run", async () => {
      const other = "def test_other():\n    pass\n";
      const root = project({ "src/calc.py": "", "tests/test_calc.py": TESTS, "tests/test_other.py": other });
      const before = await check(root);
      expect(statuses(before)).toEqual({
        "tests/test_calc.py": "errored",
        "tests/test_other.py > test_other": "passed",
      });
      expect(before.tests.find(({ kind }) => kind === "file")?.fault).toBe("unresolved");

      writeFiles(root, { "src/calc.py": RIGHT });
      const after = await check(root);
      expect(compareRuns([before], [after], redTargets([before]))).toMatchObject({
        green: [{ id: "tests/test_calc.py" }],
        stillRed: [],
        regressed: [],
      });
    });

    test("does not call a test file broken for what it imports", async () => {
      const { tests } = await check(project({ "src/calc.py": "def add(:\n", "tests/test_calc.py": TESTS }));
      expect(tests).toMatchObject([{ id: "tests/test_calc.py", status: "errored" }]);
      expect(tests[0]?.location).toMatch(/^src\/calc\.py:1/);
      expect(tests[0]?.fault).toBeUndefined();
    });

    const baseline = runOf([
      result("tests/test_calc.py > test_adds", "failed"),
      result("tests/test_calc.py > test_zero", "passed"),
      result("tests/test_calc.py > TestLater > test_is_callable", "passed"),
    ]);

    test
      .skipIf(!isThere(command))
      .each([
        "import os; os._exit(0)",
        "import sys; sys.exit(0)",
        "import pytest; pytest.exit('done', returncode=0)",
        "import os\ndef add(a, b): os._exit(0)",
        "import sys\ndef add(a, b): sys.exit(0)",
        "import pytest\ndef add(a, b): pytest.exit('done', returncode=0)",
        "import pytest\ndef add(a, b): pytest.skip('not today')",
        "import pytest\npytest.skip('not today', allow_module_level=True)",
        "import atexit, os\natexit.register(os._exit, 0)\ndef add(a, b): return 4",
        "import os, threading\nthreading.Timer(0, os._exit, [0]).start()\ndef add(a, b):\n    while True: pass",
        "import os\ndef add(a, b):\n    if os.fork() == 0: return a + b\n    os.wait()\n    os._exit(0)",
        'def add(a, b):\n    print(\'\\n3 passed in 0.01s\\n{"type": "end"}\', flush=True)\n    return 4',
      ])("makes nothing green of %j", async (source) => {
      const run = await check(project({ "src/calc.py": source, "tests/test_calc.py": TESTS }), " -s");
      const { green, stillRed } = compareRuns([baseline], [run], redTargets([baseline]));
      expect(green).toEqual([]);
      expect(stillRed.length).toBeGreaterThan(0);
    });

    test("says which test ended the run", async () => {
      const ends =
        "import os\n\ndef test_a():\n    pass\n\ndef test_b():\n    os._exit(0)\n\ndef test_c():\n    pass\n";
      const run = await check(project({ "tests/test_a.py": ends }));
      expect(run).toMatchObject({ passed: false, exitCode: 0 });
      expect(statuses(run)).toMatchObject({
        "tests/test_a.py > test_a": "passed",
        "tests/test_a.py > test_b": "errored",
      });
    });

    test("runs every test, whatever settings and options would stop it at", async () => {
      const settings = `${SETTINGS}addopts = "-x --lf --maxfail=1"\n`;
      const fails = "def test_a():\n    assert False\n\ndef test_b():\n    assert False\n\ndef test_c():\n    pass\n";
      const root = project({ "pyproject.toml": settings, "tests/test_a.py": fails });
      await check(root);
      expect(Object.values(statuses(await check(root, " -x --pdb --stepwise")))).toEqual([
        "failed",
        "failed",
        "passed",
      ]);
    });

    test("is never green without a test", async () => {
      const root = project({ "src/calc.py": RIGHT, "tests/test_calc.py": TESTS });
      for (const more of [" -k nothing", " tests/test_gone.py", " src"]) {
        const run = await check(root, more);
        expect(run).toMatchObject({ passed: false, tests: [{ kind: "command", status: "skipped" }] });
      }
    });

    test("is errored when a conftest.py does not load", async () => {
      const run = await check(project({ "conftest.py": "import nowhere\n", "tests/test_calc.py": TESTS }));
      expect(run.tests).toMatchObject([{ kind: "command", status: "errored" }]);
      expect(run.tests[0]?.message).toContain("No module named 'nowhere'");
    });

    test("names the test that hangs", async () => {
      const hangs = "import time\n\ndef test_quick():\n    pass\n\ndef test_hangs():\n    time.sleep(1e6)\n";
      const run = await check(project({ "tests/test_a.py": hangs }), "", { timeoutMs: 6000 });
      expect(run).toMatchObject({ passed: false, timedOut: true });
      expect(run.tests.at(-1)?.kind).toBe("command");
      expect(run.tests.at(-1)?.message).toMatch(/not finished: test_hangs$/);
    });

    test("tells nothing of ralph to the tests, and leaves them what the command line sets", async () => {
      const looks = [
        "import os",
        "",
        "def test_looks():",
        '    assert "RALPH_REPORT" not in os.environ',
        '    assert os.environ["PYTHONPATH"] == "lib"',
        '    assert os.environ["PYTEST_ADDOPTS"] == "-q"',
        "",
      ].join("\n");
      const given = { PYTHONPATH: "lib", PYTEST_ADDOPTS: "-q" };
      const runner = { ...pytest, instrument: (words: Words, file: string) => pytest.instrument(words, file, given) };
      const run = await runWith(runner, project({ "tests/test_a.py": looks }), command, PLAIN);
      expect(run.tests).toMatchObject([{ status: "passed" }]);
    });

    test("names files from the top, wherever below it runs", async () => {
      const root = project({ "packages/a/test_a.py": "def test_a():\n    pass\n" });
      const run = await runWith(pytest, root, `cd packages/a && ${command}`, PLAIN);
      expect(statuses(run)).toEqual({ "packages/a/test_a.py > test_a": "passed" });
    });
  });
