/** One task, from lease to verdict. New behaviour enters as a check, a policy or an event, not as a branch here. */
import { RalphError } from "../core/error.ts";
import type { EventBody, RalphEvent } from "../core/event.ts";
import type { Lease } from "../core/store.ts";
import type { CheckSpec, Task } from "../core/task.ts";
import type { Verdict } from "../core/verdict.ts";
import type { CommitId } from "../core/workspace.ts";
import { attempt } from "./attempt.ts";
import { begin, startBuilding } from "./begin.ts";
import { checksOf } from "./checks-of.ts";
import { isStuck, waitFor } from "./decide.ts";
import { type Finished, finish } from "./finish.ts";
import { taskJournal } from "./journal.ts";
import { limitReached } from "./limits.ts";
import type { Proven } from "./proven.ts";
import { countSameFailures, type Past, recall, withoutTree } from "./recall.ts";
import { outsideScope } from "./scope.ts";
import type { Progress, Step, TaskRun } from "./task-run.ts";
import { tierAbove, tierFor } from "./tiers.ts";
import type { World } from "./world.ts";

export interface TaskOutcome {
  readonly verdict: Exclude<Verdict, { kind: "retry" }>;
  readonly attempts: number;
  readonly branch?: string;
  /** The last attempt's result, to be journalled with the verdict. */
  readonly finished?: EventBody;
  /** What landed. */
  readonly commit?: CommitId;
  /** Paths that the work changed, and those among them that the task did not ask for. */
  readonly files: readonly string[];
  readonly outside?: readonly string[];
  readonly proven?: readonly Proven[];
}

export async function runTask(world: World, lease: Lease, task: Task, signal: AbortSignal): Promise<TaskOutcome> {
  const journal = taskJournal(world, lease);
  const eventsOf = () => world.store.events.read({ taskId: task.id });
  const { tier, why } = tierFor(world, task, recall(await eventsOf()));
  const checks = checksOf(task, world.defaultChecks);
  if (checks.length === 0) throw new RalphError("NO_CHECK", { id: task.id });
  const { worker, fencing } = lease;
  await journal.recordDurably({ type: "task.leased", worker, fencing, title: task.title, tier: tier.name, why });
  const rest = world.restOf(tier);
  if (rest !== undefined) return notBegun(waitFor(rest, tier.name), recall(await eventsOf()));
  for (;;) {
    const past = recallFor(checks, await eventsOf());
    const workspace = await world.workspaces.open(
      { taskId: task.id, title: task.title, ...(past.tree === undefined ? {} : { resume: past.tree }) },
      signal,
    );
    try {
      const { path, branch, base, resumed } = workspace;
      await journal.record({ type: "workspace.opened", path, branch, base, resumed });
      const deadline = world.clock.monotonic() + world.limits.taskMs - past.spentMs;
      const allowance = { flaky: world.flaky, asked: new Map(task.files.map((file) => [file.path, file.action])) };
      const run: TaskRun = { world, lease, task, tier, checks, journal, workspace, deadline, signal, allowance };
      const outcome = await workUntilDecided(run, resumed ? past : withoutTree(past));
      if (outcome !== "moved") return outcome;
    } finally {
      await workspace.close();
    }
  }
}

/** The task stands where it stood; no work tree is opened, no check is run. */
const notBegun = (verdict: TaskOutcome["verdict"], { attempts }: Past): TaskOutcome => ({
  verdict,
  attempts,
  files: [],
});

/** Other checks than the journal knows prove other things: the work begins anew. */
function recallFor(checks: readonly CheckSpec[], events: readonly RalphEvent[]): Past {
  const past = recall(events);
  const commands = (each: readonly { readonly command: string }[]): string =>
    JSON.stringify(each.map((one) => one.command));
  return past.baseline === undefined || commands(past.baseline) === commands(checks) ? past : withoutTree(past);
}

async function workUntilDecided(run: TaskRun, past: Past): Promise<TaskOutcome | "moved"> {
  const beginning = await begin(run, past);
  if (beginning.kind !== "begun") return outcomeOf(run, { step: beginning, attempts: past.attempts });

  let { progress } = beginning;
  let { pending } = past;
  for (;;) {
    // An answer that has come is used, whatever the clock says by now.
    const limit = pending?.reply === undefined ? limitReached(run, progress) : undefined;
    if (limit !== undefined) return outcomeOf(run, { step: limit, attempts: progress.attempts });
    const taken = await takeStep(run, progress, pending);
    if (taken.kind !== "on the way") return taken.kind === "moved" ? "moved" : outcomeOf(run, taken);
    progress = taken.progress;
    pending = undefined;
  }
}

type Taken =
  | { readonly kind: "on the way"; readonly progress: Progress }
  | { readonly kind: "moved" }
  | ({ readonly kind: "decided" } & Decided);

interface Decided {
  readonly step: TaskOutcome["verdict"];
  readonly attempts: number;
  readonly commit?: CommitId | undefined;
  readonly proven?: readonly Proven[] | undefined;
  readonly finished?: EventBody;
}

/**
 * One attempt and what follows from it. Its result is journalled before anything else is begun; the result that
 * decides the task goes into the journal together with the decision, so that a kill leaves both or none.
 */
async function takeStep(run: TaskRun, before: Progress, pending: Past["pending"]): Promise<Taken> {
  const { journal, workspace } = run;
  const attempted = await attempt(run, before, pending);
  const finished: Finished =
    attempted.step.kind === "complete" ? await finish(run, attempted.progress, pending) : attempted;
  const { step, commit, proven } = finished;
  // Nothing was decided: the attempt is still to be made.
  if (step.kind === "stopped" || step.kind === "waiting") return { kind: "decided", step, attempts: before.attempts };

  const progress = await advance(run, finished.progress, step);
  const { attempts, evidence } = progress;
  const [role, head] = [before.role, workspace.head()];
  const result: EventBody = { type: "attempt.finished", attempt: attempts, role, verdict: step.kind, evidence, head };
  if (step.kind === "moved") {
    await journal.recordDurably(result, { type: "workspace.dropped", reason: step.reason });
    return { kind: "moved" };
  }
  if (step.kind === "complete" || step.kind === "blocked")
    return { kind: "decided", step, attempts, commit, proven, finished: result };
  const stronger = isStuck(progress, run.world.limits) ? tierAbove(run.world, run.tier) : undefined;
  if (stronger === undefined) {
    await journal.recordDurably(result);
    return { kind: "on the way", progress };
  }
  const [from, to] = [run.tier.name, stronger.name];
  const reason = `${progress.sameFailures} attempts in a row failed in the same way: ${evidence.at(-1)?.kind ?? ""}`;
  await journal.recordDurably(result, { type: "tier.escalated", from, to, reason });
  return { kind: "decided", step: { kind: "escalate", to, reason }, attempts };
}

async function advance(run: TaskRun, progress: Progress, step: Step): Promise<Progress> {
  if (step.kind === "retry") {
    const { evidence } = step;
    return { ...progress, evidence, sameFailures: countSameFailures(progress, evidence) };
  }
  if (step.kind !== "red") return progress;
  await run.journal.record({ type: "red.proved", targets: step.targets, by: step.by, commit: run.workspace.head() });
  return startBuilding(run, progress, step);
}

async function outcomeOf({ workspace, task }: TaskRun, decided: Decided): Promise<TaskOutcome> {
  const { step, attempts, commit, proven, finished } = decided;
  const files = await workspace.changedFiles();
  return {
    verdict: step,
    attempts,
    branch: workspace.branch,
    files,
    outside: outsideScope(task, files),
    ...(proven === undefined ? {} : { proven }),
    ...(commit === undefined ? {} : { commit }),
    ...(finished === undefined ? {} : { finished }),
  };
}
