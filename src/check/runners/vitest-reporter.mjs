/**
 * A reporter for vitest that tells ralph each result on a line of JSON: see test-report.ts for the shape.
 * vitest's own JSON reporter leaves out expected and actual values, failed hooks and unhandled errors.
 *
 * It runs inside of the checked project's vitest, 1 or newer: up to version 2 `onFinished` gets plain task objects, from
 * 3 on `onTestRunEnd` gets modules whose `task` is the same object.
 */
import { appendFileSync } from "node:fs";

const line = (value) => `${JSON.stringify(value)}\n`;

/** Where the report goes; a reporter given by its path cannot be handed options. The tests need not know. */
const destination = process.env.RALPH_REPORT;
delete process.env.RALPH_REPORT;

const VALUE_CHARACTERS = 600;
const show = (value) => String(value).slice(0, VALUE_CHARACTERS);

const STATUS = { pass: "passed", fail: "failed" };

function describe(error) {
  if (error === undefined) return {};
  const { name, message, stack, stackStr, expected, actual } = error;
  const isPlain = name === undefined || name === "Error" || name === "AssertionError";
  // vitest 2 writes the word where an error compares nothing.
  const compares = [expected, actual].some((value) => value !== undefined && value !== "undefined");
  return {
    message: `${isPlain ? "" : `${name}: `}${message ?? String(error)}`,
    stack: String(stackStr ?? stack ?? ""),
    ...(compares ? { expected: show(expected), actual: show(actual) } : {}),
  };
}

function* reportTask(task, file, path) {
  const { mode, result, location } = task;
  const isSuite = task.type === "suite";
  const [error] = result?.errors ?? [];
  const isSkipped = mode === "skip" || mode === "todo" || result?.state === "skip" || result?.state === "todo";
  if (!isSuite || error !== undefined) {
    yield {
      type: "test",
      file,
      path,
      isSuite,
      // A test without a result was declared and never ran.
      status: isSkipped ? "passed" : (STATUS[result?.state] ?? "unfinished"),
      isSkipped,
      isTodo: mode === "todo",
      durationMs: result?.duration,
      line: location?.line,
      ...describe(error),
    };
  }
  for (const child of task.tasks ?? []) yield* reportTask(child, file, [...path, child.name]);
}

function* reportFile(task) {
  const file = task.filepath;
  const [error] = task.result?.errors ?? [];
  if (error !== undefined) yield { type: "file", file, path: [], status: "failed", ...describe(error) };
  for (const child of task.tasks ?? []) yield* reportTask(child, file, [child.name]);
}

// oxlint-disable-next-line import/no-default-export -- vitest takes a reporter's default export
export default class RalphReporter {
  #isWritten = false;

  onInit() {
    appendFileSync(destination, line({ type: "begin" }));
  }

  onTestCaseReady(test) {
    appendFileSync(destination, line({ type: "started", file: test.module.moduleId, name: test.name }));
  }

  onTestCaseResult(test) {
    appendFileSync(destination, line({ type: "stopped", file: test.module.moduleId, name: test.name }));
  }

  onFinished(files = [], errors = []) {
    this.#write(files, errors);
  }

  onTestRunEnd(modules, errors) {
    this.#write(
      modules.map((module) => module.task),
      errors,
    );
  }

  #write(files, errors) {
    if (this.#isWritten) return;
    this.#isWritten = true;
    const results = files.flatMap((file) => [...reportFile(file)]);
    const problems = errors.map((error) => ({ type: "problem", ...describe(error) }));
    appendFileSync(destination, [...results, ...problems, { type: "end" }].map(line).join(""));
  }
}
