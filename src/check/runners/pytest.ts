/**
 * pytest 6.1 to 9, with a plugin of ralph's own. Its JUnit XML would come at the end only, says neither the file of a
 * test nor how many tests were collected, and is one of the things that settings in the project can turn off.
 */
import { basename, delimiter, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { LoadFault, TestResult } from "../../core/check.ts";
import type { Instrumented, ReadContext, Runner, RunReader, Words } from "./runner.ts";
import { type ReportedTest, readTestReport, type TestReport } from "./test-report.ts";
import { problemText, testResults } from "./test-results.ts";

const PLUGIN_FOLDER = fileURLToPath(new URL("./pytest-plugin", import.meta.url));
const PLUGIN_OPTION = "-pralph_pytest";

type Environment = Readonly<Record<string, string>>;

/** Options that make pytest tell something instead of running tests, or never end. */
const OTHER_MODE =
  /^(?:-h|--help|-V|--version|--co|--collect-?only|--(?:fixtures|funcargs|fixtures-per-test|markers)|--setup-?(?:only|plan)|--cache-show(?:=.*)?|-f|--looponfail)$/;
const FILTER = /^(?:-[km].*|--deselect(?:=.*)?|.*\.py::.*)$/;

export const pytest = {
  name: "pytest",
  reader: pytestReader,
  installHint: "install pytest for the project's Python, or name that Python: `.venv/bin/python -m pytest`",
  /** @param given the variables that the command line sets: ralph puts its own in front of them */
  instrument(words: Words, reportFile: string, given: Environment = {}): Instrumented | undefined {
    const args = pytestArguments(words.map(({ text }) => text));
    if (args === undefined || args.some((arg) => OTHER_MODE.test(arg))) return undefined;
    return {
      words,
      env: {
        PYTHONPATH: inFront(PLUGIN_FOLDER, delimiter, given["PYTHONPATH"]),
        PYTEST_ADDOPTS: inFront(PLUGIN_OPTION, " ", given["PYTEST_ADDOPTS"]),
        RALPH_REPORT: reportFile,
        // Bytecode is told from stale by the source's size and second: `a - b` to `a + b` would go unnoticed.
        PYTHONDONTWRITEBYTECODE: "1",
      },
      isFiltered: args.some((arg) => FILTER.test(arg)),
    };
  },
} satisfies Runner;

const inFront = (ours: string, separator: string, given = ""): string =>
  given === "" ? ours : `${ours}${separator}${given}`;

const LAUNCHER = /^(?:uv|poetry|pipenv|pdm|hatch|rye|pixi)$/;
/** Options of launchers whose value may be "pytest". */
const TAKES_NAME = /^--(?:with|extra|group|only-group|package|from)$/;

/** What follows `pytest`, by whatever it is started; undefined: it is something else. A module is read like a program. */
function pytestArguments([program = "", ...rest]: readonly string[]): readonly string[] | undefined {
  const name = basename(program);
  if (/^(?:pytest|py\.test)(?:-3)?$/.test(name)) return rest;
  if (/^(?:python|pypy)[\d.]*$/.test(name)) return ofPython(rest);
  if (name === "coverage") return rest[0] === "run" ? ofFirstModule(rest) : undefined;
  if (name === "uvx") return ofLauncher(rest);
  return LAUNCHER.test(name) && rest[0] === "run" ? ofLauncher(rest.slice(1)) : undefined;
}

function ofPython(words: readonly string[]): readonly string[] | undefined {
  const options = words.slice(0, Math.max(0, words.indexOf("-m")));
  const isScript = options.some((text, at) => !text.startsWith("-") && !/^-[XW]$/.test(options[at - 1] ?? ""));
  // Isolated, Python does not look where ralph's plugin is.
  const isIsolated = options.some((text) => /^-[a-zA-Z]*[IE]/.test(text));
  return isScript || isIsolated ? undefined : ofFirstModule(words);
}

function ofFirstModule(words: readonly string[]): readonly string[] | undefined {
  const at = words.indexOf("-m");
  return at < 0 ? undefined : pytestArguments(words.slice(at + 1));
}

/** The program is the first word that is neither an option nor the value of one. */
function ofLauncher(words: readonly string[]): readonly string[] | undefined {
  for (const [at, text] of words.entries()) {
    const before = words[at - 1] ?? "";
    const args = TAKES_NAME.test(before) ? undefined : pytestArguments(words.slice(at));
    if (args !== undefined) return args;
    if (!text.startsWith("-") && !before.startsWith("-")) return undefined;
  }
  return undefined;
}

function pytestReader(context: ReadContext): RunReader {
  return {
    report: ({ report: text }) => {
      const report = readTestReport(text ?? "");
      const faults = faultsOf(report, context);
      const tests = testResults({ ...report, tests: [...report.tests, ...running(report)], unfinished: [] }, context);
      return {
        tests: tests.map((test) => withFault(test, faults.get(test.id))),
        problems: report.problems.map((problem) => problemText(problem, context)),
        unfinished: report.unfinished.map(({ name }) => name),
        isComplete: report.isComplete && report.unfinished.length === 0,
      };
    },
  };
}

/** Tests run in the order in which they were collected: the first one without a result is where the run ended. */
function running({ unfinished: [first] }: TestReport): readonly ReportedTest[] {
  if (first === undefined) return [];
  return [
    { type: "test", file: first.file, path: [first.name], isSuite: false, status: "unfinished", isSkipped: false },
  ];
}

/** By a file's id: the plugin knows the exception, its words alone would not tell. */
function faultsOf(report: TestReport, { root }: ReadContext): ReadonlyMap<string, LoadFault> {
  const files = report.tests.filter(({ type }) => type === "file");
  return new Map(
    files.flatMap(({ file, failureType: fault }) =>
      fault === "syntax" || fault === "unresolved" ? [[relative(root, file).split(sep).join("/"), fault]] : [],
    ),
  );
}

/** Whatever the shared reader made of Python's words does not count. */
function withFault(test: TestResult, fault: LoadFault | undefined): TestResult {
  const result: { -readonly [Key in keyof TestResult]: TestResult[Key] } = { ...test };
  if (fault === undefined) delete result.fault;
  else result.fault = fault;
  return result;
}
