/**
 * A reporter for Playwright that tells ralph each result on a line of JSON: see test-report.ts for the shape, and
 * playwright-reader.ts for its lines of type "attachment". Playwright's own JSON report has no file for what fails to
 * load, and is written at the end only. It runs inside of the checked project's Playwright, 1.40 or newer.
 */
import { openSync, readFileSync, writeSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";

/** Opened before Playwright loads the tests in this process; they need not know where. */
const report = openSync(process.env.RALPH_REPORT, "a");
const folder = dirname(process.env.RALPH_REPORT);
delete process.env.RALPH_REPORT;

const write = (line) => void writeSync(report, `${JSON.stringify(line)}\n`);

/** Enough for a diff and a stack; more is a flood. */
const TEXT_CHARACTERS = 20_000;
const SNAPSHOT_CHARACTERS = 1500;

/** Playwright's own modules in the stack of a `require`. */
const FOREIGN = /^- .*\/node_modules\/.*\n?/gm;

function describe(errors) {
  const messages = errors.map(({ message, value }) => stripVTControlCharacters(message ?? String(value)));
  return {
    message: messages
      .map((message) =>
        message
          .replace(/^(?:Error|AssertionError): /, "")
          .replace(FOREIGN, "")
          .trim(),
      )
      .join("\n\n")
      .slice(0, TEXT_CHARACTERS),
    stack: errors.map(({ stack }) => stripVTControlCharacters(stack ?? "").slice(0, TEXT_CHARACTERS)).join("\n"),
  };
}

/** "" where there is no such file, or no longer. */
function readText(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** What the page showed when the test failed, as newer versions tell it in a file for models. */
function pageSnapshot({ attachments }) {
  const path = attachments.find(({ name }) => /^_?error-context/.test(name))?.path;
  const [, snapshot] = /^```yaml\n([\s\S]*?)\n```$/m.exec(path === undefined ? "" : readText(path)) ?? [];
  return snapshot === undefined ? "" : `\n\nThe page:\n${snapshot.slice(0, SNAPSHOT_CHARACTERS)}`;
}

const STATUS = { expected: "passed", skipped: "passed", unexpected: "failed", flaky: "failed" };

function describeFailure(test) {
  // The first run that did not go as expected; a flaky test passed at a later one.
  const failed = test.results.find(({ status }) => status !== test.expectedStatus) ?? test.results.at(-1);
  const remark = test.outcome() === "flaky" ? "it is flaky: it failed before it passed\n" : "";
  const { message, stack } = describe(failed.errors);
  const isWanted = test.expectedStatus === "failed";
  const said = message || (isWanted ? "it passed, but test.fail() says that it has to fail" : `it ${failed.status}`);
  return { message: remark + said + pageSnapshot(failed), stack };
}

/** A file that declares tests, by its name or its text; what else a stack leads to is no test file. */
const isTestFile = (file) =>
  /\.(?:spec|test)\.[cm]?[jt]sx?$/.test(file) || /\btest(?:\.\w+)*\(\s*["'`]/.test(readText(file));

/** The test file that was loading: the outermost frame, the place of a syntax error, or who imported what is missing. */
function loadingFile({ message = "", stack = "", location }) {
  const frames = [...stack.matchAll(/^\s+at .*?\(?(?:file:\/\/)?(\/[^()]+?):\d+(?::\d+)?\)?$/gm)].map(
    ([, file]) => file,
  );
  const importer = / imported from (\/.+)$/m.exec(message)?.[1];
  return [frames.at(-1), location?.file, importer].find((file) => file !== undefined && isTestFile(file));
}

// oxlint-disable-next-line import/no-default-export -- Playwright takes a reporter's default export
export default class RalphReporter {
  #config = { rootDir: "", projects: [] };
  #suite;

  constructor() {
    write({ type: "begin" });
  }

  onBegin(config, suite) {
    this.#config = config;
    this.#suite = suite;
  }

  onTestBegin(test) {
    write({ type: "started", file: this.#fileOf(test), name: this.#pathOf(test).join(" > ") });
  }

  onTestEnd(test) {
    write({ type: "stopped", file: this.#fileOf(test), name: this.#pathOf(test).join(" > ") });
  }

  /** With one file that fails to load Playwright runs no test at all. */
  onError(error) {
    const isLoading = (this.#suite?.allTests().length ?? 0) === 0;
    const file = isLoading ? loadingFile(error) : undefined;
    if (file === undefined) write({ type: "problem", ...describe([error]) });
    else write({ type: "file", file, path: [], status: "failed", ...describe([error]) });
  }

  onEnd({ status }) {
    for (const test of this.#suite?.allTests() ?? []) this.#report(test);
    if (status === "interrupted") write({ type: "problem", message: "the run was interrupted" });
    write({ type: "end" });
  }

  #report(test) {
    const { results, location } = test;
    const [file, path] = [this.#fileOf(test), this.#pathOf(test)];
    const outcome = test.outcome();
    const isRed = STATUS[outcome] === "failed";
    write({
      type: "test",
      file,
      path,
      isSuite: false,
      status: STATUS[outcome] ?? "unfinished",
      // Also a test that did not run because one that it depends on failed, and one that failed as it was told to:
      // code under test can tell it so (`test.fail()`), and a failure is no evidence.
      isSkipped: outcome === "skipped" || (outcome === "expected" && results.at(-1)?.status === "failed"),
      durationMs: results.at(-1)?.duration,
      line: location.line,
      ...(isRed ? describeFailure(test) : {}),
    });
    const kept = isRed ? results.flatMap((result) => result.attachments) : [];
    for (const { name, path: at } of kept) {
      if (at !== undefined) write({ type: "attachment", file, path, name, at: relative(folder, at) });
    }
  }

  #fileOf(test) {
    return resolve(this.#config.rootDir, test.titlePath()[2]);
  }

  /** Describes, then the test, told apart by project and repetition where there are several. */
  #pathOf(test) {
    const [, project, , ...titles] = test.titlePath();
    const title = titles.pop();
    const label = this.#config.projects.length > 1 && project !== "" ? ` [${project}]` : "";
    const repetition = test.repeatEachIndex > 0 ? ` (${test.repeatEachIndex + 1})` : "";
    return [...titles, title + label + repetition];
  }
}
