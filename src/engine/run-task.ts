/** One task, from lease to verdict. New behaviour enters as a check, a policy or an event, not as a branch here. */
import type { Lease } from "../core/store.ts";
import type { Task } from "../core/task.ts";
import type { Verdict } from "../core/verdict.ts";
import type { CommitId } from "../core/workspace.ts";
import { attempt } from "./attempt.ts";
import { begin, startBuilding } from "./begin.ts";
import { type Finished, finish } from "./finish.ts";
import { taskJournal } from "./journal.ts";
import { limitReached } from "./limits.ts";
import { type Past, recall, withoutTree } from "./recall.ts";
import type { Progress, Step, TaskRun } from "./task-run.ts";
import type { World } from "./world.ts";

export interface TaskOutcome {
  readonly verdict: Exclude<Verdict, { kind: "retry" }>;
  readonly branch?: string;
  /** What landed. */
  readonly commit?: CommitId;
  /** Paths that the work changed. */
  readonly files: readonly string[];
}

export async function runTask(world: World, lease: Lease, task: Task, signal: AbortSignal): Promise<TaskOutcome> {
  const journal = taskJournal(world, lease);
  const tier = world.tierOf(task);
  const checks = task.checks.length > 0 ? task.checks : world.defaultChecks;
  const { worker, fencing } = lease;
  await journal.recordDurably({ type: "task.leased", worker, fencing, title: task.title, tier: tier.name });
  for (;;) {
    const past = recall(await world.store.events.read({ taskId: task.id }));
    const workspace = await world.workspaces.open(
      { taskId: task.id, title: task.title, ...(past.tree === undefined ? {} : { resume: past.tree }) },
      signal,
    );
    try {
      const { path, branch, base, resumed } = workspace;
      await journal.record({ type: "workspace.opened", path, branch, base, resumed });
      const deadline = world.clock.monotonic() + world.limits.taskMs - past.spentMs;
      const run: TaskRun = { world, lease, task, tier, checks, journal, workspace, deadline, signal };
      const outcome = await workUntilDecided(run, resumed ? past : withoutTree(past));
      if (outcome !== "moved") return outcome;
    } finally {
      await workspace.close();
    }
  }
}

async function workUntilDecided(run: TaskRun, past: Past): Promise<TaskOutcome | "moved"> {
  const { branch } = run.workspace;
  const beginning = await begin(run, past);
  if (beginning.kind !== "begun") return { verdict: beginning, branch, files: [] };

  let { progress } = beginning;
  let { pending } = past;
  for (;;) {
    const limit = pending === undefined ? limitReached(run, progress) : undefined;
    if (limit !== undefined) return { verdict: limit, branch, files: await run.workspace.changedFiles() };
    const taken = await takeStep(run, progress, pending);
    pending = undefined;
    progress = taken.progress;
    const { step, commit } = taken;
    if (step.kind === "moved") return "moved";
    if (step.kind === "retry" || step.kind === "red") continue;
    return {
      verdict: step,
      branch,
      files: await run.workspace.changedFiles(),
      ...(commit === undefined ? {} : { commit }),
    };
  }
}

interface Taken {
  readonly step: Step;
  readonly progress: Progress;
  readonly commit?: CommitId;
}

/** One attempt and what follows from it, with its result journalled. */
async function takeStep(run: TaskRun, before: Progress, pending: Past["pending"]): Promise<Taken> {
  const { journal, workspace } = run;
  const attempted = await attempt(run, before, pending);
  const { step, commit }: Finished =
    attempted.step.kind === "complete" ? await finish(run, attempted.progress) : { step: attempted.step };
  const progress = await advance(run, attempted.progress, step);

  const { attempts, evidence } = progress;
  const head = workspace.head();
  await journal.recordDurably({
    type: "attempt.finished",
    attempt: attempts,
    role: before.role,
    verdict: step.kind,
    evidence,
    head,
  });
  if (step.kind === "moved") await journal.record({ type: "workspace.dropped", reason: step.reason });
  return { step, progress, ...(commit === undefined ? {} : { commit }) };
}

async function advance(run: TaskRun, progress: Progress, step: Step): Promise<Progress> {
  if (step.kind === "retry") return { ...progress, evidence: step.evidence };
  if (step.kind !== "red") return progress;
  await run.journal.record({ type: "red.proved", targets: step.targets, by: step.by, commit: run.workspace.head() });
  return startBuilding(run, progress, step);
}
