/**
 * A reporter for jest that tells ralph each result on a line of JSON: see test-report.ts for the shape.
 * jest's own JSON report is written at the end only, so that a run which is ended early says nothing.
 *
 * It runs inside of the checked project's jest, 27 or newer; `onTestCaseStart` is called from 29 on.
 */
import { openSync, writeSync } from "node:fs";
import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";

/**
 * Opened before the tests, which need not know where: jest runs few of them in its own process, and one that mocks
 * `fs.writeFileSync` there mocks it for everybody.
 */
const report = openSync(process.env.RALPH_REPORT, "a");
delete process.env.RALPH_REPORT;

const write = (line) => void writeSync(report, `${JSON.stringify(line)}\n`);

/** Enough for a diff and a stack; more is a flood. */
const TEXT_CHARACTERS = 20_000;

/** The lines of advice that jest puts before a parser's own words. */
const ADVICE = /^Jest encountered an unexpected token[\s\S]*?\nDetails:\s+/;

/** An error as jest writes it: its message, then its frames. */
function describe(text) {
  const plain = stripVTControlCharacters(text);
  const frames = plain.search(/\n\s+at \S/);
  const message = frames < 0 ? plain : plain.slice(0, frames);
  return {
    message: message
      .replace(/^(?:Error|AssertionError): /, "")
      .replace(ADVICE, "")
      .trim()
      .slice(0, TEXT_CHARACTERS),
    stack: frames < 0 ? "" : plain.slice(frames + 1, frames + TEXT_CHARACTERS),
  };
}

function describeAll(texts) {
  const errors = texts.map(describe);
  return {
    message: errors.map(({ message }) => message).join("\n\n"),
    stack: errors.map(({ stack }) => stack).join("\n"),
  };
}

/** A hook's error has its message in its stack only; one of a worker may have no stack. */
const describeError = ({ stack, message }) => describe(String(stack || message || "it could not be run"));

/** Passed after `jest.retryTimes` ran it again. */
const isFlaky = ({ status, invocations }) => status === "passed" && invocations > 1;

function reportTest(result, file, label) {
  const { ancestorTitles, title, status, duration, failureMessages } = result;
  const isRed = status === "failed" || isFlaky(result);
  return {
    type: "test",
    file,
    path: [...ancestorTitles, title + label],
    isSuite: false,
    status: isRed ? "failed" : "passed",
    isSkipped: !isRed && status !== "passed",
    durationMs: duration ?? undefined,
    ...(isFlaky(result) ? { message: "it is flaky: it failed before it passed" } : {}),
    ...(status === "failed" ? describeAll(failureMessages) : {}),
  };
}

/** What failed outside of the file's tests: it could not be loaded, or a hook after the tests failed. */
function fileError({ testExecError, failureMessage, testResults }) {
  if (testExecError) return describeError(testExecError);
  const isTold = !failureMessage || testResults.some(({ status }) => status === "failed");
  return isTold ? undefined : describe(failureMessage);
}

// oxlint-disable-next-line import/no-default-export -- jest takes a reporter's default export
export default class RalphReporter {
  /** Titles of the tests that run, by file. */
  #running = new Map();
  #hasProjects;

  constructor({ projects }) {
    this.#hasProjects = projects?.length > 1;
  }

  onRunStart() {
    write({ type: "begin" });
  }

  onTestFileStart({ path }) {
    this.#running.set(path, []);
    this.#start(path, relative(process.cwd(), path));
  }

  onTestCaseStart({ path }, { title }) {
    this.#start(path, title);
  }

  onTestCaseResult({ path }, { title }) {
    this.#stop(path, title);
  }

  onTestFileResult({ path, context }, result) {
    for (const name of this.#running.get(path)?.slice() ?? []) this.#stop(path, name);
    const { displayName } = context.config;
    const label = this.#hasProjects && displayName ? ` [${displayName.name}]` : "";
    for (const test of result.testResults) write(reportTest(test, path, label));
    const error = fileError(result);
    if (error !== undefined) write({ type: "file", file: path, path: [], status: "failed", ...error });
  }

  onRunComplete(_contexts, { runExecError, testResults, numTotalTestSuites, wasInterrupted }) {
    if (runExecError) write({ type: "problem", ...describeError(runExecError) });
    const missing = numTotalTestSuites - testResults.length;
    if (missing > 0) write({ type: "problem", message: `${missing} of ${numTotalTestSuites} test files did not run` });
    if (wasInterrupted) write({ type: "problem", message: "the run was interrupted" });
    write({ type: "end" });
  }

  #start(file, name) {
    this.#running.get(file)?.push(name);
    write({ type: "started", file, name });
  }

  #stop(file, name) {
    const names = this.#running.get(file) ?? [];
    const at = names.indexOf(name);
    if (at < 0) return;
    names.splice(at, 1);
    write({ type: "stopped", file, name });
  }
}
