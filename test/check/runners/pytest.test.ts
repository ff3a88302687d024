import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compareRuns, redTargets } from "../../../src/check/compare.ts";
import { pytest } from "../../../src/check/runners/pytest.ts";
import { type Words, word } from "../../../src/check/runners/runner.ts";
import type { TestRun } from "../../../src/core/check.ts";
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

for (const command of VERSIONS) {
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

    test("runs first what failed last", async () => {
      const notes = "import os\n\ndef note(name):\n    open('order', 'a').write(name)\n";
      const tests =
        "from notes import note\n\ndef test_a():\n    note('a')\n\ndef test_b():\n    note('b')\n    assert False\n";
      const root = project({ "src/notes.py": notes, "tests/test_a.py": tests });
      await check(root);
      await check(root);
      expect(readFileSync(join(root, "order"), "utf8")).toBe("abba");
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
}

const found = VERSIONS.find(isThere);

test.skipIf(found === undefined)("the test that hangs is named, where pytest is installed", async () => {
  const hangs = "import time\n\ndef test_quick():\n    pass\n\ndef test_hangs():\n    time.sleep(1e6)\n";
  const options = { ...PLAIN, timeoutMs: 10_000 };
  const run = await runWith(pytest, project({ "tests/test_a.py": hangs }), found ?? "", options);
  expect(run).toMatchObject({ passed: false, timedOut: true });
  expect(run.tests.at(-1)?.kind).toBe("command");
  expect(run.tests.at(-1)?.message).toMatch(/not finished: test_hangs$/);
});
