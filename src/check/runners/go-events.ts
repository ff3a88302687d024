/**
 * Reads the events of `go test -json` as they come. A test's events are made of what the test program prints, and the
 * tested code prints to the same place: so every verdict is counted, in the events and in the text. Pure.
 */
import { type BoundedText, boundedText } from "./bounded-text.ts";
import { type GoEvent, parseGoEvent } from "./go-event.ts";

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
  const state: State = {
    tests: new Map(),
    packages: new Map(),
    buildOutput: boundedText(BUILD_CHARACTERS),
    isWhole: true,
  };
  return {
    line: (text) => {
      const event = parseGoEvent(text);
      if (event === undefined) takePlain(state, text);
      else TAKE.get(event.action)?.(state, event);
    },
    run: () => ({
      tests: [...state.tests.values()].map((test) => ({ ...test, output: test.output.text() })),
      packages: [...state.packages.values()].map(({ path, end, isUnbuilt, output }) => {
        return { path, end, isUnbuilt, output: output.text() };
      }),
      buildOutput: state.buildOutput.text(),
      isWhole: state.isWhole,
    }),
  };
}

type Draft<T> = { -readonly [Key in keyof T]: Key extends "output" ? BoundedText : T[Key] };
type TestDraft = Draft<GoTest>;
/** `line`: what was printed since the last verdict or line's end. */
type PackageDraft = Draft<GoPackage> & { line: string };

interface State {
  readonly tests: Map<string, TestDraft>;
  readonly packages: Map<string, PackageDraft>;
  readonly buildOutput: BoundedText;
  isWhole: boolean;
}

type Take = (state: State, event: GoEvent) => void;

const takeEnd: Take = (state, event) => (event.test === "" ? endPackage(state, event) : endTest(state, event));

const TAKE: ReadonlyMap<string, Take> = new Map<string, Take>([
  ["start", (state, event) => void packageOf(state, event.path)],
  ["run", startTest],
  ["output", takeOutput],
  ["pass", takeEnd],
  ["fail", takeEnd],
  ["skip", takeEnd],
  ["build-output", (state, event) => state.buildOutput.add(event.output)],
]);

function packageOf({ packages }: State, path: string): PackageDraft {
  const known = packages.get(path);
  if (known !== undefined) return known;
  const output = boundedText(TEST_CHARACTERS);
  const draft: PackageDraft = { path, end: undefined, isUnbuilt: false, output, line: "" };
  packages.set(path, draft);
  return draft;
}

const keyOf = (path: string, test: string): string => `${path} ${test}`;

function startTest(state: State, { path, test }: GoEvent): void {
  packageOf(state, path);
  const known = state.tests.get(keyOf(path, test));
  if (known !== undefined) known.runs += 1;
  else if (state.tests.size >= MOST_TESTS) state.isWhole = false;
  else state.tests.set(keyOf(path, test), newTest(path, test));
}

const newTest = (path: string, name: string): TestDraft => ({
  package: path,
  name,
  runs: 1,
  ends: 0,
  verdicts: 0,
  hasFailed: false,
  isSkipped: false,
  elapsedMs: 0,
  output: boundedText(TEST_CHARACTERS),
});

function takeOutput(state: State, { path, test, output }: GoEvent): void {
  const draft = packageOf(state, path);
  countVerdicts(state, draft, output);
  if (test === "" && UNBUILT.test(output) && !hasTests(state, path)) draft.isUnbuilt = true;
  const place = test === "" ? draft : state.tests.get(keyOf(path, test));
  if (!FRAMING.test(output)) place?.output.add(output);
}

/** Up to Go 1.23 a package that was not built says so only in words; one that was could print them. */
const hasTests = ({ tests }: State, path: string): boolean => [...tests.values()].some((test) => test.package === path);

/** Wherever in a line they stand: Go up to 1.19 does not see one behind a text without a line's end. */
function countVerdicts({ tests }: State, draft: PackageDraft, output: string): void {
  const text = draft.line + output;
  const matches = [...text.matchAll(VERDICT)];
  const last = matches.at(-1);
  const rest = last === undefined ? text : text.slice(last.index + last[0].length);
  draft.line = rest.slice(rest.lastIndexOf("\n") + 1).slice(-LONGEST_VERDICT);
  for (const [, verdict, name = ""] of matches) {
    const test = tests.get(keyOf(draft.path, name));
    if (test === undefined) continue;
    test.verdicts += 1;
    if (verdict === "FAIL") test.hasFailed = true;
  }
}

function endTest({ tests }: State, { action, path, test: name, elapsedMs }: GoEvent): void {
  const test = tests.get(keyOf(path, name));
  if (test === undefined) return;
  test.ends += 1;
  test.elapsedMs += elapsedMs;
  if (action === "fail") test.hasFailed = true;
  if (action === "skip") test.isSkipped = true;
  // Nobody asks what a test printed that passed.
  if (action === "pass") test.output = boundedText(TEST_CHARACTERS);
}

function endPackage(state: State, { action, path, failedBuild }: GoEvent): void {
  const draft = packageOf(state, path);
  draft.end = action === "pass" || action === "skip" ? action : "fail";
  if (failedBuild !== "") draft.isUnbuilt = true;
}

function takePlain(state: State, text: string): void {
  const [, path] = UNBUILT.exec(text) ?? [];
  if (path !== undefined) Object.assign(packageOf(state, path), { end: "fail", isUnbuilt: true });
}
