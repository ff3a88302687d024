/**
 * Reads what ralph's reporters write: one JSON object a line, so that a report is of use however early its runner was
 * ended. Pure.
 *
 * | type             | fields                                                                                       |
 * |------------------|----------------------------------------------------------------------------------------------|
 * | begin, end       | a report without its end was cut                                                              |
 * | declared         | file, name: a test that will have a result (node)                                             |
 * | started, stopped | file, name: a test that runs, and that has ended (vitest)                                     |
 * | test             | file, path, isSuite, status, isSkipped, isTodo, durationMs, line, message, stack, expected, actual, failureType |
 * | file             | the same of a file as a whole, with what it printed on stderr                                 |
 * | problem          | message, stack: an error that belongs to no test                                              |
 */

export interface ReportedTest {
  readonly type: "test" | "file";
  /** As the runner names it: absolute, or relative to its working folder. */
  readonly file: string;
  /** Suites, then the test; empty for a file. */
  readonly path: readonly string[];
  readonly isSuite: boolean;
  readonly status: "passed" | "failed" | "unfinished";
  readonly isSkipped: boolean;
  readonly durationMs?: number;
  /** 1-based, of the declaration. */
  readonly line?: number;
  readonly message?: string;
  readonly stack?: string;
  readonly expected?: string;
  readonly actual?: string;
  /** Node's word for why: testCodeFailure, subtestsFailed, hookFailed, cancelledByParent, … */
  readonly failureType?: string;
  readonly stderr?: string;
}

export interface TestReport {
  readonly tests: readonly ReportedTest[];
  /** Errors that belong to no test. */
  readonly problems: readonly { readonly message: string; readonly stack: string }[];
  /** Tests that began, or were declared, and have no result. */
  readonly unfinished: readonly { readonly file: string; readonly name: string }[];
  readonly isComplete: boolean;
}

type Line = Readonly<Record<string, unknown>>;

export function readTestReport(text: string): TestReport {
  const lines = text.split("\n").flatMap(parseLine);
  const tests = lines.filter((line) => line["type"] === "test" || line["type"] === "file").map(toTest);
  return {
    tests,
    problems: lines
      .filter((line) => line["type"] === "problem")
      .map((line) => ({ message: textOf(line["message"]), stack: textOf(line["stack"]) })),
    unfinished: findUnfinished(lines, tests),
    isComplete: lines.at(0)?.["type"] === "begin" && lines.at(-1)?.["type"] === "end",
  };
}

function parseLine(line: string): readonly Line[] {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? [{ ...value }] : [];
  } catch {
    // The last line of a report that was cut.
    return [];
  }
}

function toTest(line: Line): ReportedTest {
  const { path, status } = line;
  const optional = {
    ...numberField(line, "durationMs"),
    ...numberField(line, "line"),
    ...textField(line, "message"),
    ...textField(line, "stack"),
    ...textField(line, "expected"),
    ...textField(line, "actual"),
    ...textField(line, "failureType"),
    ...textField(line, "stderr"),
  };
  return {
    type: line["type"] === "file" ? "file" : "test",
    file: textOf(line["file"]),
    path: Array.isArray(path) ? path.map(textOf) : [],
    isSuite: line["isSuite"] === true,
    status: status === "passed" || status === "failed" ? status : "unfinished",
    isSkipped: line["isSkipped"] === true || line["isTodo"] === true,
    ...optional,
  };
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

const textField = <K extends string>(line: Line, key: K): Partial<Record<K, string>> =>
  typeof line[key] === "string" ? ({ [key]: line[key] } as Record<K, string>) : {};

const numberField = <K extends string>(line: Line, key: K): Partial<Record<K, number>> =>
  typeof line[key] === "number" ? ({ [key]: line[key] } as Record<K, number>) : {};

/** What a line says about how many tests of a name are still to come. */
const CHANGE: Readonly<Record<string, number>> = { declared: 1, started: 1, stopped: -1 };

function findUnfinished(lines: readonly Line[], tests: readonly ReportedTest[]): TestReport["unfinished"] {
  const open = new Map<string, { readonly file: string; readonly name: string; count: number }>();
  const add = (file: string, name: string, count: number): void => {
    const key = JSON.stringify([file, name]);
    const entry = open.get(key) ?? { file, name, count: 0 };
    entry.count += count;
    open.set(key, entry);
  };
  const declares = lines.some((line) => line["type"] === "declared");
  for (const line of lines) {
    add(textOf(line["file"]), textOf(line["name"]), CHANGE[textOf(line["type"])] ?? 0);
  }
  if (declares) for (const test of tests) if (test.type === "test") add(test.file, test.path.at(-1) ?? "", -1);
  return [...open.values()].filter(({ count }) => count > 0).map(({ file, name }) => ({ file, name }));
}
