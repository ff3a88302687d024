/** Before the first attempt: what passes now, and what is red already. */

import { compareRuns, redTargets } from "../check/compare.ts";
import { describeFailure } from "../check/evidence.ts";
import { isTestFile } from "../check/freeze.ts";
import type { TestRun } from "../core/check.ts";
import type { Verdict } from "../core/verdict.ts";
import { judgesOf } from "./protect.ts";
import { chooseShown } from "./question.ts";
import type { Past } from "./recall.ts";
import { checkWorkspace, type Progress, type Red, type TaskRun } from "./task-run.ts";

export type Beginning =
  | { readonly kind: "begun"; readonly progress: Progress }
  | Extract<Verdict, { kind: "stopped" | "blocked" }>;

/** Takes up an interrupted run where its journal ends, or runs the baseline and looks for red. */
export async function begin(run: TaskRun, past: Past): Promise<Beginning> {
  const baseline = past.baseline ?? (await runBaseline(run));
  const obstacle = cannotStart(run, baseline);
  if (obstacle !== undefined) return obstacle;

  const fresh: Progress = {
    attempts: past.attempts,
    role: "tester",
    baseline,
    targets: [],
    redAt: past.redAt ?? run.workspace.base,
    judges: new Set(),
    runs: past.runs ?? baseline,
    evidence: past.evidence,
    sameFailures: past.sameFailures,
    usage: past.usage,
    shown: await chooseShown(run, testFilesOf(run)),
  };
  if (past.targets !== undefined) return begun(await withTargets(run, fresh, past.targets));

  const red = redAtBase(run, baseline);
  if (red === undefined) return begun(fresh);
  await run.journal.record({ type: "red.proved", targets: red.targets, by: "base", commit: run.workspace.head() });
  return begun(await startBuilding(run, fresh, red));
}

const begun = (progress: Progress): Beginning => ({ kind: "begun", progress });

/** From red on, the tests are frozen and the builder has the word. */
export async function startBuilding(run: TaskRun, progress: Progress, red: Red): Promise<Progress> {
  const redAt = run.workspace.head();
  const proved = red.by === "tester" ? { ...progress, baseline: progress.runs, redAt } : { ...progress, redAt };
  return { ...(await withTargets(run, proved, red.targets)), evidence: red.evidence, sameFailures: 0 };
}

async function withTargets(run: TaskRun, progress: Progress, targets: readonly string[]): Promise<Progress> {
  const judging = compareRuns(progress.baseline, progress.baseline, targets).stillRed.flatMap(
    (test) => test.file ?? [],
  );
  const shown = await chooseShown(run, [...new Set([...judging, ...testFilesOf(run)])]);
  const text = (path: string): string | undefined => {
    const state = run.workspace.read(path);
    return state.kind === "text" ? state.text : undefined;
  };
  const judges = judgesOf(run.task, progress.baseline, { read: text });
  return { ...progress, role: "builder", targets, shown, judges };
}

async function runBaseline(run: TaskRun): Promise<readonly TestRun[]> {
  const runs = await checkWorkspace(run, "baseline");
  // What could not start says nothing about the code: it is tried again when the set-up is mended.
  if (runs.some((each) => each.startFailure !== undefined)) return runs;
  await run.journal.recordDurably({ type: "baseline.finished", passed: runs.every((each) => each.passed) });
  return runs;
}

/** A check that cannot be started is a fault of the set-up; where the task brought the check, only that task waits. */
function cannotStart(
  { task }: TaskRun,
  baseline: readonly TestRun[],
): Extract<Verdict, { kind: "stopped" | "blocked" }> | undefined {
  const broken = baseline.find((each) => each.startFailure !== undefined);
  if (broken === undefined) return undefined;
  const reason = `the check \`${broken.command}\` cannot start: ${broken.startFailure}`;
  return task.checks.length > 0 ? { kind: "blocked", reason } : { kind: "stopped", why: "set-up", reason };
}

/** Red without a tester: tests that fail now, among those that the task names where it names some. */
function redAtBase(run: TaskRun, baseline: readonly TestRun[]): Red | undefined {
  const named = testFilesOf(run);
  if (named.some((path) => run.workspace.read(path).kind === "missing")) return undefined;
  const targets = redTargets(baseline, { files: named });
  if (targets.length === 0) return undefined;
  const comparison = compareRuns(baseline, baseline, targets);
  // Somebody else's failure is not what this task is about.
  if (named.length > 0 && !comparison.stillRed.some((test) => named.includes(test.file ?? ""))) return undefined;
  const failure = describeFailure(comparison, { maxCharacters: run.world.limits.evidenceCharacters });
  return { kind: "red", by: "base", targets, evidence: [{ kind: "red", ...failure }] };
}

const testFilesOf = ({ task }: TaskRun): readonly string[] =>
  task.files.filter((file) => file.action !== "delete" && isTestFile(file.path)).map((file) => file.path);
