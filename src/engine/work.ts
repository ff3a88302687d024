/** The queue's loop: lease the best task, work on it, settle it, until nothing is left that may run now. */
import { type ErrorCode, isRalphError, RalphError } from "../core/error.ts";
import type { RunOutcome } from "../core/event.ts";
import type { Lease, QueueEntry } from "../core/store.ts";
import type { StopReason } from "../core/verdict.ts";
import { type Aside, asideTasks, type Wake } from "./aside.ts";
import { keepLease } from "./keep-lease.ts";
import { recall } from "./recall.ts";
import { runTask, type TaskOutcome } from "./run-task.ts";
import { settlementOf, statusUpdateOf, wordOf } from "./settle.ts";
import type { World } from "./world.ts";

export interface WorkResult {
  readonly outcome: RunOutcome;
  /** Why the run ended early, where it did. */
  readonly reason?: string;
  readonly entries: readonly QueueEntry[];
}

/** @param only restricts the run to these tasks */
export async function work(
  world: World,
  only: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<WorkResult> {
  const aside = asideTasks(world.clock, world.limits.modelDownMs);
  for (;;) {
    await reconcile(world);
    const end = endOfRun(world, signal);
    if (end !== undefined) return summarise(world, only, end);
    const lease = await leaseNext(world, only, aside);
    if (lease === undefined) {
      if (await mayGoOn(world, only, aside, signal)) continue;
      return summarise(world, only, endOfWaiting(aside));
    }
    const outcome = await workOn(world, lease, signal);
    aside.note(lease.taskId, outcome?.verdict);
    if (outcome?.verdict.kind === "stopped") return summarise(world, only, outcome.verdict);
  }
}

async function leaseNext(world: World, only: readonly string[] | undefined, aside: Aside): Promise<Lease | undefined> {
  const { store, worker, limits } = world;
  const entries = await entriesOf(store, only);
  const isAnyAside = entries.some(({ taskId }) => aside.has(taskId));
  const free = isAnyAside ? entries.map(({ taskId }) => taskId).filter((id) => !aside.has(id)) : only;
  return store.queue.lease(worker, limits.leaseMs, free === undefined ? {} : { only: free });
}

/** Nothing can be leased now. True: look again, after a wait where one was due. */
async function mayGoOn(
  world: World,
  only: readonly string[] | undefined,
  aside: Aside,
  signal: AbortSignal,
): Promise<boolean> {
  aside.keepOnly(await openTasks(world, only));
  if (aside.bringBack()) return true;
  const wake = aside.nextWake();
  if (wake !== undefined) {
    await waitForModels(world, wake, signal);
    return true;
  }
  if (!(await isWorkElsewhere(world, only))) return false;
  await world.wait(ELSEWHERE_MS, signal);
  return true;
}

async function openTasks({ store }: World, only: readonly string[] | undefined): Promise<ReadonlySet<string>> {
  const entries = await entriesOf(store, only);
  return new Set(entries.filter(({ status }) => status === "queued" || status === "leased").map((each) => each.taskId));
}

/** A wait is cut into pieces: tasks may come meanwhile, and a machine that slept wakes at the right time. */
const LONGEST_WAIT_MS = 30_000;
const SHORTEST_WAIT_MS = 1_000;

async function waitForModels(world: World, { until, reason, isNew }: Wake, signal: AbortSignal): Promise<void> {
  const ms = until - world.clock.now();
  if (isNew) await world.recordRun({ type: "run.waiting", until, reason });
  await world.wait(Math.max(SHORTEST_WAIT_MS, Math.min(ms, LONGEST_WAIT_MS)), signal);
}

/** Tiers that were waited for in vain are a fault of the set-up: their tasks stay PENDING. */
function endOfWaiting(aside: Aside): End | undefined {
  const reasons = aside.givenUp();
  return reasons.length === 0 ? undefined : { why: "set-up", reason: reasons.join("\n") };
}

/** Task files into the queue, dead workers' leases freed, status blocks that a killed run could not write written now. */
async function reconcile({ store, source, clock, isWorkerGone }: World): Promise<void> {
  const readAt = clock.now();
  await store.queue.expireStale(isWorkerGone);
  await store.queue.sync(source.list().tasks, readAt);
  for (const entry of await store.queue.list()) if (entry.fileBehind) await writeBlock({ store, source }, entry);
}

async function writeBlock({ store, source }: Pick<World, "store" | "source">, entry: QueueEntry): Promise<void> {
  // Another word than the one ralph left there is a person's, who meanwhile changed the file: the next sync believes it.
  const said = source.list().tasks.find((task) => task.id === entry.taskId)?.status;
  if (said !== entry.fileStatus) return;
  const update = statusUpdateOf(entry);
  await source.writeStatus(entry.path, update);
  await store.queue.fileWritten(entry.taskId, update.status);
}

const ELSEWHERE_MS = 1_000;

/** Another worker has a task of this run: how the run ends is not known before that one has. */
async function isWorkElsewhere({ store }: World, only: readonly string[] | undefined): Promise<boolean> {
  return (await entriesOf(store, only)).some((entry) => entry.status === "leased");
}

interface End {
  readonly why: StopReason;
  readonly reason: string;
}

function endOfRun({ budget }: World, signal: AbortSignal): End | undefined {
  if (signal.aborted) return { why: "interrupted", reason: "interrupted" };
  const reason = budget.exceeded();
  return reason === undefined ? undefined : { why: "budget", reason };
}

/** Undefined when the lease was lost: another worker's outcome, or the person's edit, counts. */
async function workOn(world: World, lease: Lease, signal: AbortSignal): Promise<TaskOutcome | undefined> {
  const { store, source } = world;
  const keeper = keepLease(world, lease, signal);
  try {
    const { path } = await entryOf(world, lease.taskId);
    await source.writeStatus(path, { status: "IN_PROGRESS" });
    await store.queue.fileWritten(lease.taskId, "IN_PROGRESS");
    const outcome = await decide(world, lease, path, { ours: keeper.signal, users: signal });
    await settle(world, lease, outcome);
    return outcome;
  } catch (error) {
    if (isRalphError(error, "LEASE_LOST") || isRalphError(keeper.signal.reason, "LEASE_LOST")) return undefined;
    throw error;
  } finally {
    keeper.stop();
  }
}

interface Signals {
  readonly ours: AbortSignal;
  readonly users: AbortSignal;
}

/** What stops a task without a verdict of its own is turned into one here, so that the task is always settled. */
async function decide(world: World, lease: Lease, path: string, { ours, users }: Signals): Promise<TaskOutcome> {
  try {
    return await runTask(world, lease, await world.source.read(path), ours);
  } catch (error) {
    const verdict = users.aborted ? INTERRUPTED : verdictOfError(error);
    if (verdict === undefined) throw error;
    const { attempts } = recall(await world.store.events.read({ taskId: lease.taskId }));
    return { verdict, attempts, files: [] };
  }
}

const OF_THE_TASK: ReadonlySet<ErrorCode> = new Set(["TASK_UNREADABLE", "CHECK_UNREADABLE", "NO_CHECK"]);
const INTERRUPTED = { kind: "stopped", why: "interrupted", reason: "interrupted" } as const;

/** A fault of the task's own file blocks the task; any other that a person can mend stops the run. */
function verdictOfError(error: unknown): TaskOutcome["verdict"] | undefined {
  if (!isRalphError(error) || error.code === "LEASE_LOST") return undefined;
  if (OF_THE_TASK.has(error.code)) return { kind: "blocked", reason: `${error.message}. ${error.cure}` };
  return { kind: "stopped", why: "set-up", reason: `${error.message}\n${error.cure}` };
}

async function settle(world: World, lease: Lease, outcome: TaskOutcome): Promise<void> {
  const { store, clock, onEvent } = world;
  const { model, usage } = recall(await store.events.read({ taskId: lease.taskId }));
  const settlement = settlementOf(outcome, { model, usage }, clock.now());
  const { attempts } = settlement;
  const reason = settlement.reason ?? pauseOf(outcome.verdict);
  const status = wordOf(settlement.status);
  const events = await store.queue.settle(lease, settlement, [
    ...(outcome.finished === undefined ? [] : [outcome.finished]),
    { type: "task.settled", status, attempts, usage, ...(reason === undefined ? {} : { reason }) },
  ]);
  for (const event of events) onEvent(event);
  await writeBlock(world, await entryOf(world, lease.taskId));
}

/** Why a task that stays PENDING does not go on at once. */
function pauseOf(verdict: TaskOutcome["verdict"]): string | undefined {
  if (verdict.kind === "waiting") return `waits for ${verdict.tier}`;
  return verdict.kind === "escalate" ? `goes on with ${verdict.to} after the others` : undefined;
}

async function entryOf({ store }: Pick<World, "store">, taskId: string): Promise<QueueEntry> {
  const entry = (await store.queue.list()).find((each) => each.taskId === taskId);
  if (entry === undefined) throw new RalphError("TASK_UNKNOWN", { id: taskId, known: [] });
  return entry;
}

async function entriesOf(store: World["store"], only: readonly string[] | undefined): Promise<readonly QueueEntry[]> {
  const all = await store.queue.list();
  return all.filter((entry) => entry.queue === "tdd" && (only === undefined || only.includes(entry.taskId)));
}

async function summarise({ store }: World, only: readonly string[] | undefined, end?: End): Promise<WorkResult> {
  const entries = await entriesOf(store, only);
  const isLeft = entries.some((entry) => entry.status === "queued" || entry.status === "leased");
  // A budget that the last task used up kept nothing from being done.
  if (end !== undefined && (isLeft || end.why !== "budget")) return { outcome: end.why, reason: end.reason, entries };
  // What is queued still waits for a task that is blocked or missing.
  const open = entries.some((entry) => entry.status === "blocked" || entry.status === "queued");
  return { outcome: open ? "some blocked" : "all done", entries };
}
