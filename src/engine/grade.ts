/**
 * Runs a task's checks in a tree and says what they are worth: cheapest first, the tree restored between two of them,
 * what failed against expectation run once more, and the targets judged by the tests as they were when they were red.
 */
import { withProof } from "../check/baseline.ts";
import { compareRuns } from "../check/compare.ts";
import { settle } from "../check/flaky.ts";
import { commandId, SETUP, splitTargetKey } from "../check/test-ids.ts";
import type { Comparison, TestRun } from "../core/check.ts";
import type { CheckPhase } from "../core/event.ts";
import type { CheckSpec } from "../core/task.ts";
import type { CommitId, Place, PrepareFailure } from "../core/workspace.ts";
import { abridge } from "./journal.ts";
import { NO_BOUNDS } from "./protect.ts";
import type { Progress, TaskRun } from "./task-run.ts";

/** What a tree is measured by. */
export type Known = Pick<Progress, "baseline" | "targets" | "redAt" | "bounds">;

export const NOTHING_KNOWN: Known = { baseline: [], targets: [], redAt: "", bounds: NO_BOUNDS };

export const compareWith = (
  { allowance }: Pick<TaskRun, "allowance">,
  { baseline, targets }: Pick<Known, "baseline" | "targets">,
  runs: readonly TestRun[],
): Comparison => compareRuns(baseline, runs, targets, allowance);

export interface Grading {
  readonly phase: CheckPhase;
  readonly known: Known;
  readonly place: Place;
  /** What the tree holds: tests that it changed, though they prove, are put back for the proof. */
  readonly commit: CommitId;
}

/** Grades the work tree as it stands and leaves it so. */
export async function gradeWorkspace(run: TaskRun, phase: CheckPhase, known: Known): Promise<readonly TestRun[]> {
  const runs = await grade(run, { phase, known, place: run.workspace, commit: run.workspace.head() });
  await run.workspace.restore();
  return runs;
}

/** Every check's run; of an attempt that failed a cheap check, the dearer ones are left out. */
export async function grade(run: TaskRun, grading: Grading): Promise<readonly TestRun[]> {
  const unprepared = await grading.place.prepare(run.signal);
  if (unprepared !== undefined) return [await journalRun(run, grading.phase, setupRun(unprepared))];
  const touched = await touchedProofs(run, grading);
  if (touched.length === 0) return runChecks(run, grading, (result) => journalRun(run, grading.phase, result));

  const runs = await runChecks(run, grading, async () => {});
  const { place, known } = grading;
  const overlaid: Place = {
    ...place,
    restore: async () => {
      await place.restore();
      await place.overlay(known.redAt, touched);
    },
  };
  await overlaid.restore();
  // Tests of those files that the task gave up may well fail here: only the targets are looked at.
  const proof = await runChecks(run, { ...grading, phase: "red again", place: overlaid }, async () => {});
  const proven = withProof(runs, proof, known.targets);
  for (const result of proven) await journalRun(run, grading.phase, result);
  return proven;
}

/** Files that hold targets and nothing but tests: those within the code are held where they are. */
const proofsOf = ({ bounds }: Known): readonly string[] =>
  [...bounds.proofs].filter((path) => !bounds.inline.has(path));

/** Tests that prove red and that the task itself allowed to be changed. */
async function touchedProofs(run: TaskRun, { known, commit }: Grading): Promise<readonly string[]> {
  const asked = proofsOf(known).filter((path) => run.allowance.asked.has(path));
  if (asked.length === 0) return [];
  const changed = new Set(await run.workspace.changedBetween(known.redAt, commit));
  return asked.filter((path) => changed.has(path));
}

async function runChecks(
  run: TaskRun,
  grading: Grading,
  onRun: (result: TestRun) => Promise<unknown>,
): Promise<readonly TestRun[]> {
  const runs: TestRun[] = [];
  for (const check of cheapestFirst(run.checks, grading.known.baseline)) {
    if (runs.length > 0) await grading.place.restore();
    const result = await runSettled(run, check, grading);
    runs.push(result);
    await onRun(result);
    // What is dearer may cost minutes, and the attempt has failed already.
    if (grading.phase === "attempt" && !isAsWanted(compareOne(run, grading.known, result))) break;
  }
  return runs;
}

/** By what each took at the baseline; as they are written, where nothing is known. */
function cheapestFirst(checks: readonly CheckSpec[], baseline: readonly TestRun[]): readonly CheckSpec[] {
  const cost = new Map(baseline.map((run) => [run.name, run.durationMs]));
  return [...checks].sort((a, b) => (cost.get(a.name) ?? 0) - (cost.get(b.name) ?? 0));
}

/** What failed against expectation is run once more; what then passes is flaky, and is told so. */
async function runSettled(run: TaskRun, check: CheckSpec, { phase, known, place }: Grading): Promise<TestRun> {
  const first = await runHonestly(run, check, { phase, known, place });
  if (!isSurprising(phase, first, compareOne(run, known, first))) return first;
  await place.restore();
  const { run: settled, flaky } = settle(
    first,
    await runHonestly(run, check, { phase, known, place }),
    new Set(known.targets),
  );
  if (flaky.length === 0) return first;
  for (const key of flaky) run.allowance.flaky.add(key);
  await run.journal.record({ type: "test.flaky", phase, tests: flaky });
  return settled;
}

/**
 * A run that changes the very tests that it runs, as a build script can, has judged something else. It is enough to look
 * where the task is decided.
 */
async function runHonestly(
  run: TaskRun,
  check: CheckSpec,
  { phase, known, place }: Omit<Grading, "commit">,
): Promise<TestRun> {
  const result = await runOnce(run, check, place);
  if (phase !== "final") return result;
  const judging = new Set([...proofsOf(known), ...result.tests.flatMap((test) => test.file ?? [])]);
  const changed = (await place.changed()).filter((path) => judging.has(path));
  if (changed.length === 0) return result;
  const id = commandId(result.command);
  const message = `its own run changed ${changed.join(", ")}, so it judged something else`;
  const test = { id, kind: "command", name: id, status: "errored", message } as const;
  return { ...result, passed: false, tests: [...result.tests.filter((each) => each.id !== id), test] };
}

async function runOnce({ world, task, workspace, signal }: TaskRun, check: CheckSpec, place: Place): Promise<TestRun> {
  const timeoutMs = check.timeoutMs ?? world.limits.checkMs;
  const { readBase } = workspace;
  const artifacts = world.artifactsOf(task.id);
  const result = await world.runCheck(check, { cwd: place.path, timeoutMs, readBase, artifacts }, signal);
  // A check that was interrupted says nothing about the code.
  signal.throwIfAborted();
  return result;
}

async function journalRun({ journal }: TaskRun, phase: CheckPhase, result: TestRun): Promise<TestRun> {
  await journal.record({ type: "check.finished", phase, run: abridge(result) });
  return result;
}

/** Without its dependencies nothing of a tree can be judged: the set-up is the check that failed. */
function setupRun({ command, message }: PrepareFailure): TestRun {
  const test = {
    id: commandId(command),
    kind: "command",
    name: commandId(command),
    status: "errored",
    message,
  } as const;
  return {
    name: SETUP,
    command,
    runner: "command",
    tests: [test],
    passed: false,
    timedOut: false,
    exitCode: 1,
    output: message,
    durationMs: 0,
  };
}

/** One check's run against its part of what is known. */
function compareOne(run: TaskRun, { baseline, targets }: Known, result: TestRun): Comparison {
  const isOwn = (target: string): boolean => splitTargetKey(target).check === result.name;
  const own = { baseline: baseline.filter(({ name }) => name === result.name), targets: targets.filter(isOwn) };
  return compareWith(run, own, [result]);
}

const isAsWanted = ({ stillRed, regressed }: Comparison): boolean => stillRed.length === 0 && regressed.length === 0;

type IsSurprising = (comparison: Comparison) => boolean;

/** A target may well fail until the work is done, and a tester's tests must: that is not worth a second run. */
const SURPRISING: Readonly<Record<CheckPhase, IsSurprising>> = {
  baseline: ({ stillRed }) => stillRed.length > 0,
  red: ({ regressed }) => regressed.length > 0,
  attempt: ({ regressed }) => regressed.length > 0,
  final: (comparison) => !isAsWanted(comparison),
  "red again": () => false,
};

function isSurprising(phase: CheckPhase, result: TestRun, comparison: Comparison): boolean {
  const saysAll = result.timedOut || result.isUnbuilt === true || result.startFailure !== undefined;
  return !saysAll && SURPRISING[phase](comparison);
}
