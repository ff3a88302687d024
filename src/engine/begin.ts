/** Before the first attempt: what passes now, and what is red already. */

import { mergeBaseline } from "../check/baseline.ts";
import { compareRuns, redProbes, redTargets } from "../check/compare.ts";
import { describeFailure } from "../check/evidence.ts";
import { isTestFile, mayHoldTests } from "../check/freeze.ts";
import { PROBES } from "../check/probe-check.ts";
import { SETUP } from "../check/test-ids.ts";
import type { TestRun } from "../core/check.ts";
import type { Verdict } from "../core/verdict.ts";
import { boundsOf } from "./bounds.ts";
import { gradeWorkspace, NOTHING_KNOWN } from "./grade.ts";
import { chooseShown } from "./question.ts";
import type { Past } from "./recall.ts";
import type { Progress, Red, TaskRun } from "./task-run.ts";

export type Beginning =
  | { readonly kind: "begun"; readonly progress: Progress }
  | Extract<Verdict, { kind: "stopped" | "blocked" }>;

/** Takes up an interrupted run where its journal ends, or runs the baseline and looks for red. */
export async function begin(run: TaskRun, past: Past): Promise<Beginning> {
  for (const key of past.flaky) run.allowance.flaky.add(key);
  const baseline = past.baseline ?? (await runBaseline(run));
  const obstacle = cannotStart(run, baseline);
  if (obstacle !== undefined) return obstacle;

  const fresh: Progress = {
    attempts: past.attempts,
    role: "tester",
    baseline,
    targets: [],
    redAt: past.redAt ?? run.workspace.base,
    bounds: boundsOf(run, [], []),
    runs: past.runs ?? baseline,
    evidence: past.evidence,
    sameFailures: past.sameFailures,
    usage: past.usage,
    ...(past.model === undefined ? {} : { model: past.model }),
    shown: await chooseShown(run, testFilesOf(run)),
  };
  if (past.targets !== undefined) return begun(await withTargets(run, fresh, past.targets));

  const red = redAtBase(run, baseline);
  if (red === undefined) return run.task.tdd === false ? nothingToProve(run, baseline) : begun(fresh);
  await run.journal.record({ type: "red.proved", targets: red.targets, by: "base", commit: run.workspace.head() });
  return begun(await startBuilding(run, fresh, red));
}

const begun = (progress: Progress): Beginning => ({ kind: "begun", progress });

/** From red on, the tests are frozen and the builder has the word. */
export async function startBuilding(run: TaskRun, progress: Progress, red: Red): Promise<Progress> {
  const redAt = run.workspace.head();
  const baseline = mergeBaseline(progress.baseline, progress.runs);
  const proved = red.by === "tester" ? { ...progress, baseline, redAt } : { ...progress, redAt };
  return { ...(await withTargets(run, proved, red.targets)), evidence: red.evidence, sameFailures: 0 };
}

async function withTargets(run: TaskRun, progress: Progress, targets: readonly string[]): Promise<Progress> {
  const red = compareRuns(progress.baseline, progress.baseline, targets).stillRed;
  const judging = new Set(red.flatMap((test) => test.file ?? []));
  const shown = await chooseShown(run, [...new Set([...judging, ...testFilesOf(run)])]);
  return { ...progress, role: "builder", targets, shown, bounds: boundsOf(run, progress.baseline, red) };
}

async function runBaseline(run: TaskRun): Promise<readonly TestRun[]> {
  const runs = await gradeWorkspace(run, "baseline", NOTHING_KNOWN);
  // What could not start says nothing about the code: it is tried again when the set-up is mended.
  if (runs.some((each) => each.startFailure !== undefined || each.name === SETUP)) return runs;
  await run.journal.recordDurably({ type: "baseline.finished", passed: runs.every((each) => each.passed) });
  return runs;
}

/** A check that cannot be started is a fault of the set-up; where the task brought the check, only that task waits. */
function cannotStart(
  { task }: TaskRun,
  baseline: readonly TestRun[],
): Extract<Verdict, { kind: "stopped" | "blocked" }> | undefined {
  const unprepared = baseline.find((each) => each.name === SETUP);
  if (unprepared !== undefined) return { kind: "stopped", why: "set-up", reason: setupReason(unprepared) };
  const broken = baseline.find((each) => each.startFailure !== undefined);
  if (broken === undefined) return undefined;
  const reason = `the check \`${broken.command}\` cannot start: ${broken.startFailure}`;
  return task.checks.length > 0 ? { kind: "blocked", reason } : { kind: "stopped", why: "set-up", reason };
}

const setupReason = ({ command, output }: TestRun): string => `the set-up command \`${command}\` failed: ${output}`;

/** Nobody is to write a test, and nothing that ralph can look at is red: nothing could go from red to green. */
function nothingToProve({ task }: TaskRun, baseline: readonly TestRun[]): Extract<Verdict, { kind: "blocked" }> {
  const hasProbes = baseline.some((each) => each.name === PROBES);
  const why = hasProbes
    ? "all its criteria are met and its checks pass from the start"
    : "its checks pass from the start";
  const cure = hasProbes
    ? "set STATUS to COMPLETE, or name a criterion that is not met yet"
    : "name a success criterion that ralph can look at (`docs/x.md` exists, `README.md` contains `text`, `npm run lint` passes), or take **TDD**: off away";
  return {
    kind: "blocked",
    reason: `nothing can go from red to green: **TDD** is off for ${task.id} and ${why}; ${cure}`,
  };
}

/**
 * Red without a tester: tests that fail now, among those that the task names where it names some; and the criteria that
 * are not met. Criteria alone are enough only where the task asks for no test.
 */
function redAtBase(run: TaskRun, baseline: readonly TestRun[]): Red | undefined {
  const named = testFilesOf(run).filter(mayHoldTests);
  const asksForTests = run.task.tdd !== false;
  if (asksForTests && named.some((path) => run.workspace.read(path).kind === "missing")) return undefined;
  const tests = redTargets(withoutProbes(baseline), { files: named });
  if (asksForTests && tests.length === 0) return undefined;
  const targets = [...tests, ...redProbes(baseline)];
  if (targets.length === 0) return undefined;
  const comparison = compareRuns(baseline, baseline, targets);
  // Somebody else's failure is not what this task is about.
  const isNamed = comparison.stillRed.some((test) => named.includes(test.file ?? ""));
  if (asksForTests && named.length > 0 && !isNamed) return undefined;
  const failure = describeFailure(comparison, { maxCharacters: run.world.limits.evidenceCharacters });
  return { kind: "red", by: "base", targets, evidence: [{ kind: "red", ...failure }] };
}

const withoutProbes = (runs: readonly TestRun[]): readonly TestRun[] => runs.filter((run) => run.name !== PROBES);

const testFilesOf = ({ task }: TaskRun): readonly string[] =>
  task.files.filter((file) => file.action !== "delete" && isTestFile(file.path)).map((file) => file.path);
