/**
 * Sets a run of a task's checks against the baseline: the evidence on which "complete" rests. Pure.
 *
 * A target is a key `check » id` (see test-ids.ts). It is green when its result passed; a file that could not be loaded
 * is green when it now has tests and none of them fails; a command is green when its whole run passed.
 */
import type { Comparison, TestResult, TestRun } from "../core/check.ts";
import type { FileAction } from "../core/task.ts";
import { PROBES } from "./probe-check.ts";
import { commandId, isRed, splitTargetKey, targetKey } from "./test-ids.ts";

/** What else is known of a task's tests. */
export interface Allowance {
  /** Keys of tests that pass only sometimes: nothing is told from them. */
  readonly flaky?: ReadonlySet<string>;
  /**
   * Test files that the task itself asks to change or delete. A test of theirs may go under another name: as many as
   * passed before must pass now, unless the file is to be deleted.
   */
  readonly asked?: ReadonlyMap<string, FileAction>;
}

const NONE: ReadonlySet<string> = new Set();

/** @param targets keys as `redTargets` gives them */
export function compareRuns(
  baseline: readonly TestRun[],
  now: readonly TestRun[],
  targets: readonly string[],
  { flaky = NONE, asked = new Map() }: Allowance = {},
): Comparison {
  const before = resultsByKey(baseline);
  const after = resultsByKey(now);
  const wanted = new Set(targets);
  const standing = (key: string): TestResult | undefined => after.get(key) ?? standInFor(key, now);
  // A target file that says of itself that it passed is no greener than the tests in it.
  const proving = (key: string): TestResult | undefined =>
    after.get(key)?.kind === "file" ? standInFor(key, now) : standing(key);

  const reached = targets.map((key) => proving(key) ?? goneTarget(key, before.get(key)));
  const mayGo = ({ file }: TestResult): boolean => file !== undefined && isReplaced(file, asked, baseline, now);
  const lost = [...before]
    .filter(([key, test]) => test.status === "passed" && !wanted.has(key) && !flaky.has(key))
    .flatMap(([key, test]) => standing(key) ?? (mayGo(test) ? [] : [goneTest(test)]))
    .filter((test) => test.status !== "passed");
  const otherRed = [...after].filter(
    ([key, test]) => isRed(test) && !wanted.has(key) && !flaky.has(key) && !hasPassed(before.get(key)),
  );
  const isKnown = ([key, test]: readonly [string, TestResult]): boolean =>
    isKnownRed(before.get(key)) || isKnownRed(before.get(fileKey(key, test)));

  return {
    green: reached.filter((test) => test.status === "passed"),
    stillRed: [
      ...reached.filter((test) => test.status !== "passed"),
      ...resultsOf(otherRed.filter((e) => !isKnown(e))),
    ],
    regressed: lost,
    knownRed: resultsOf(otherRed.filter(isKnown)),
  };
}

/** A file of which the task says what becomes of it, and that holds no fewer passing tests than before. */
function isReplaced(
  file: string,
  asked: ReadonlyMap<string, FileAction>,
  baseline: readonly TestRun[],
  now: readonly TestRun[],
): boolean {
  const action = asked.get(file);
  if (action === undefined || action === "delete") return action !== undefined;
  return countPassed(now, file) >= countPassed(baseline, file);
}

const countPassed = (runs: readonly TestRun[], file: string): number =>
  runs.flatMap((run) => run.tests).filter((test) => test.file === file && hasPassed(test)).length;

/**
 * Keys of what is red and has to become green: the results in `names.files` where some of those are red, else all.
 * A command that ran no test is not red: there is nothing yet that could become green.
 */
export function redTargets(runs: readonly TestRun[], names?: { readonly files: readonly string[] }): readonly string[] {
  const red = runs.flatMap((run) => run.tests.filter(isRed).map((test) => ({ key: targetKey(run, test), test })));
  const files = new Set(names?.files.map(withoutDot));
  const named = red.filter(({ test }) => test.file !== undefined && files.has(test.file));
  return (named.length > 0 ? named : red).map(({ key }) => key);
}

/** Keys of the success criteria that ralph looks at and that are not met. */
export const redProbes = (runs: readonly TestRun[]): readonly string[] =>
  redTargets(runs.filter((run) => run.name === PROBES));

const withoutDot = (path: string): string => path.replace(/^(?:\.\/)+/, "");

const resultsByKey = (runs: readonly TestRun[]): ReadonlyMap<string, TestResult> =>
  new Map(runs.flatMap((run) => run.tests.map((test) => [targetKey(run, test), test] as const)));

const resultsOf = (entries: readonly (readonly [string, TestResult])[]): readonly TestResult[] =>
  entries.map(([, test]) => test);

const hasPassed = (test: TestResult | undefined): boolean => test?.status === "passed";
const isKnownRed = (test: TestResult | undefined): boolean => test !== undefined && isRed(test);

/** The key under which the baseline holds the file of `test`, had it failed to load. */
const fileKey = (key: string, test: TestResult): string =>
  test.file === undefined ? key : key.slice(0, key.length - test.id.length) + test.file;

/** A file or a command has no result of its own when all is well; this is what its tests say in its place. */
function standInFor(key: string, runs: readonly TestRun[]): TestResult | undefined {
  const { check, id } = splitTargetKey(key);
  const run = runs.find((each) => each.name === check);
  if (run === undefined) return undefined;
  if (id === commandId(run.command))
    return run.passed ? { id, kind: "command", name: id, status: "passed" } : undefined;

  const tests = run.tests.filter((test) => test.file === id);
  const worst = tests.find(isRed) ?? tests.find(hasPassed);
  return worst && { ...worst, id, kind: "file", name: id };
}

const goneTarget = (key: string, before: TestResult | undefined): TestResult => {
  const { id } = splitTargetKey(key);
  const { file, name, kind } = before ?? { file: undefined, name: id, kind: "test" as const };
  const message = kind === "command" ? "the command does not pass as a whole" : "it did not run";
  return { id, kind, name, status: "errored", message, ...(file === undefined ? {} : { file }) };
};

const goneTest = ({ id, kind, name, file }: TestResult): TestResult => ({
  id,
  kind,
  name,
  status: "errored",
  message: "it passed before and did not run now",
  ...(file === undefined ? {} : { file }),
});
