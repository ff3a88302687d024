/**
 * Reads the events of `go test -json` as they come. A test's events are made of what the test program prints, and the
 * tested code prints to the same place: so every verdict is counted, in the events and in the text. Pure.
 *
 * | action                   | fields                     | what it tells                                           |
 * |--------------------------|----------------------------|---------------------------------------------------------|
 * | run                      | Package, Test              | a test begins                                           |
 * | pass, fail, skip         | Package, Test?, Elapsed    | a test has ended, or without Test its package           |
 * | output                   | Package, Test?, Output     | text that was printed, verdicts included                |
 * | fail                     | Package, FailedBuild       | the package was not built (Go 1.24 on)                  |
 * | build-output, build-fail | ImportPath, Output         | what the compiler says; up to Go 1.23 on standard error |
 *
 * Lines that are no event are Go's own; up to Go 1.21 one says which package was not built.
 */
import { type BoundedText, boundedText } from "./bounded-text.ts";

export interface GoTest {
  readonly package: string;
  /** `TestName/sub`. */
  readonly name: string;
  /** More than one with `-count`. */
  readonly runs: number;
  readonly ends: number;
  /** How many verdicts on it were printed, by whomever. */
  readonly verdicts: number;
  readonly hasFailed: boolean;
  readonly isSkipped: boolean;
  readonly elapsedMs: number;
  readonly output: string;
}

export interface GoPackage {
  readonly path: string;
  readonly end: "pass" | "fail" | "skip" | undefined;
  readonly isUnbuilt: boolean;
  /** What was printed outside of its tests. */
  readonly output: string;
}

export interface GoRun {
  readonly tests: readonly GoTest[];
  readonly packages: readonly GoPackage[];
  /** What the compiler said in events. */
  readonly buildOutput: string;
  /** False: so many tests that not all of them are told. */
  readonly isWhole: boolean;
}

type Draft<T> = { -readonly [Key in keyof T]: Key extends "output" ? BoundedText : T[Key] };
type TestDraft = Draft<GoTest>;
/** `line`: what came since the last verdict or line's end. */
type PackageDraft = Draft<GoPackage> & { line: string };

type Event = Readonly<Record<string, unknown>>;

const TEST_CHARACTERS = 3000;
const BUILD_CHARACTERS = 64 * 1024;
/** Code under test could invent tests until memory ends. */
const MOST_TESTS = 100_000;
const LONGEST_VERDICT = 2000;

const FRAMING = /^\s*(?:=== (?:RUN|PAUSE|CONT|NAME)\s|--- (?:PASS|FAIL|SKIP): )/;
const VERDICT = /--- (PASS|FAIL|SKIP): (\S+) \(/g;
const UNBUILT = /^FAIL\t(\S+) \[(?:build|setup) failed\]\s*$/;

export interface GoEvents {
  readonly line: (text: string) => void;
  readonly run: () => GoRun;
}

export function goEvents(): GoEvents {
  const tests = new Map<string, TestDraft>();
  const packages = new Map<string, PackageDraft>();
  const buildOutput = boundedText(BUILD_CHARACTERS);
  let isWhole = true;

  const packageOf = (path: string): PackageDraft => {
    const known = packages.get(path) ?? newPackage(path);
    packages.set(path, known);
    return known;
  };
  const findTest = (path: string, name: string): TestDraft | undefined => tests.get(`${path} ${name}`);
  const startTest = (path: string, name: string): void => {
    const test = findTest(path, name) ?? newTest(path, name);
    test.runs += 1;
    if (test.runs === 1 && tests.size >= MOST_TESTS) isWhole = false;
    else tests.set(`${path} ${name}`, test);
  };
  const countVerdicts = (path: string, text: string): void => {
    const draft = packageOf(path);
    const { verdicts, rest } = takeVerdicts(draft.line + text);
    draft.line = rest;
    for (const { word, name } of verdicts) {
      const test = findTest(path, name);
      if (test === undefined) continue;
      test.verdicts += 1;
      if (word === "FAIL") test.hasFailed = true;
    }
  };
  const takeOutput = (path: string, name: string, text: string): void => {
    countVerdicts(path, text);
    const draft = packageOf(path);
    if (name === "" && UNBUILT.test(text) && ![...tests.values()].some((test) => test.package === path)) {
      draft.isUnbuilt = true;
    }
    const output = name === "" ? draft.output : findTest(path, name)?.output;
    if (!FRAMING.test(text)) output?.add(text);
  };
  const takeEnd = (path: string, name: string, end: "pass" | "fail" | "skip", event: Event): void => {
    const draft = packageOf(path);
    if (name === "") {
      draft.end = end;
      draft.isUnbuilt ||= typeof event["FailedBuild"] === "string";
      return;
    }
    const test = findTest(path, name);
    if (test === undefined) return;
    test.ends += 1;
    test.elapsedMs += typeof event["Elapsed"] === "number" ? event["Elapsed"] * 1000 : 0;
    test.hasFailed ||= end === "fail";
    test.isSkipped ||= end === "skip";
    // Nobody asks what a test printed that passed.
    if (end === "pass") test.output = boundedText(TEST_CHARACTERS);
  };
  const takePlain = (text: string): void => {
    const [, path] = UNBUILT.exec(text) ?? [];
    if (path !== undefined) Object.assign(packageOf(path), { end: "fail", isUnbuilt: true });
  };

  return {
    line: (text) => {
      const event = parseEvent(text);
      if (event === undefined) return takePlain(text);
      const [action, path, name] = [textOf(event["Action"]), textOf(event["Package"]), textOf(event["Test"])];
      if (action === "build-output") return buildOutput.add(textOf(event["Output"]));
      if (path === "") return;
      packageOf(path);
      if (action === "run") startTest(path, name);
      if (action === "output") takeOutput(path, name, textOf(event["Output"]));
      if (action === "pass" || action === "fail" || action === "skip") takeEnd(path, name, action, event);
    },
    run: () => ({
      tests: [...tests.values()].map((test) => ({ ...test, output: test.output.text() })),
      packages: [...packages.values()].map(({ line: _, output, ...draft }) => ({ ...draft, output: output.text() })),
      buildOutput: buildOutput.text(),
      isWhole,
    }),
  };
}

const newPackage = (path: string): PackageDraft => ({
  path,
  end: undefined,
  isUnbuilt: false,
  output: boundedText(TEST_CHARACTERS),
  line: "",
});

const newTest = (path: string, name: string): TestDraft => ({
  package: path,
  name,
  runs: 0,
  ends: 0,
  verdicts: 0,
  hasFailed: false,
  isSkipped: false,
  elapsedMs: 0,
  output: boundedText(TEST_CHARACTERS),
});

/** Verdicts wherever in a line they stand: Go up to 1.19 does not see one behind a text without a line's end. */
function takeVerdicts(text: string) {
  const matches = [...text.matchAll(VERDICT)];
  const last = matches.at(-1);
  const after = last === undefined ? text : text.slice(last.index + last[0].length);
  return {
    verdicts: matches.map(([, word = "", name = ""]) => ({ word, name })),
    rest: after.slice(after.lastIndexOf("\n") + 1).slice(-LONGEST_VERDICT),
  };
}

function parseEvent(line: string): Event | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
