/**
 * The queue and the event log in this process's memory: for tests, dry runs and as the model that other stores match.
 */
import type { Clock } from "../core/clock.ts";
import { RalphError } from "../core/error.ts";
import type { EventBody, RalphEvent } from "../core/event.ts";
import type { EventFilter, EventLog, Lease, LeaseFilter, Queue, Settlement, Store } from "../core/store.ts";
import type { TaskStatus, TaskSummary } from "../core/task.ts";
import { isWordOf, orderKey, planSync, SYNC_RUN_ID, type TaskRow, toEntry, withoutLease } from "./queue-rules.ts";

interface State {
  readonly rows: Map<string, TaskRow>;
  readonly events: RalphEvent[];
  readonly clock: Clock;
}

/** A store that ends with the process. */
export function memoryStore(options: { readonly clock: Clock }): Store {
  const state: State = { rows: new Map(), events: [], clock: options.clock };
  return { queue: memoryQueue(state), events: memoryEvents(state), close: async () => undefined };
}

function memoryQueue(state: State): Queue {
  return {
    sync: async (tasks, readAt) => sync(state, tasks, readAt),
    lease: async (worker, ttlMs, filter = {}) => lease(state, { worker, ttlMs }, filter),
    renew: async (held, ttlMs) => {
      const leaseExpiresAt = state.clock.now() + ttlMs;
      state.rows.set(held.taskId, { ...heldRow(state, held), leaseExpiresAt });
      return { ...held, expiresAt: leaseExpiresAt };
    },
    settle: async (held, settlement, bodies = []) => settle(state, held, settlement, bodies),
    fileWritten: async (taskId, status) => fileWritten(state, taskId, status),
    expireStale: async (isGone = () => false) => expireStale(state, isGone),
    list: async () => inOrder(state).map(toEntry),
  };
}

function memoryEvents(state: State): EventLog {
  return {
    append: async (held, bodies) => {
      heldRow(state, held);
      return record(state, bodies, held);
    },
    appendRun: async (runId, bodies) => record(state, bodies, { runId }),
    read: async (filter) => state.events.filter((event) => matches(event, filter)).slice(0, filter.limit),
  };
}

function sync(state: State, tasks: readonly TaskSummary[], readAt?: number): void {
  const plan = planSync(state.rows, tasks, state.clock.now(), readAt);
  for (const row of plan.rows) state.rows.set(row.taskId, row);
  for (const { taskId, from, to } of plan.edits)
    record(state, [{ type: "task.edited", from, to }], { runId: SYNC_RUN_ID, taskId });
}

function lease(state: State, holder: { worker: string; ttlMs: number }, filter: LeaseFilter): Lease | undefined {
  const now = state.clock.now();
  const row = inOrder(state).find((each) => isReady(state, each, filter, now));
  if (row === undefined) return undefined;
  const fencing = row.fencing + 1;
  const expiresAt = now + holder.ttlMs;
  const { reason: _, ...rest } = row;
  const taken = {
    status: "leased",
    leasedBy: holder.worker,
    leaseExpiresAt: expiresAt,
    fencing,
    fileBehind: false,
  } as const;
  put(state, { ...rest, ...taken });
  return { taskId: row.taskId, runId: `${row.taskId}.${fencing}`, worker: holder.worker, fencing, expiresAt };
}

function isReady(state: State, row: TaskRow, filter: LeaseFilter, now: number): boolean {
  const isFree = row.status === "queued" || (row.status === "leased" && (row.leaseExpiresAt ?? 0) <= now);
  const isWanted = row.queue === (filter.queue ?? "tdd") && (filter.only?.includes(row.taskId) ?? true);
  return isFree && isWanted && row.dependsOn.every((id) => state.rows.get(id)?.status === "completed");
}

function settle(
  state: State,
  held: Lease,
  settlement: Settlement,
  bodies: readonly EventBody[],
): readonly RalphEvent[] {
  const { reason: _, ...row } = withoutLease(heldRow(state, held));
  put(state, { ...row, ...settlement, fileBehind: true });
  return record(state, bodies, held);
}

function fileWritten(state: State, taskId: string, status: TaskStatus): void {
  const row = state.rows.get(taskId);
  if (row === undefined) throw new RalphError("TASK_UNKNOWN", { id: taskId, known: inOrder(state).map(idOf) });
  put(state, { ...row, fileStatus: status, fileBehind: row.fileBehind && !isWordOf(row.status, status) });
}

function expireStale(state: State, isGone: (worker: string) => boolean): readonly string[] {
  const now = state.clock.now();
  const isStale = (row: TaskRow) => (row.leaseExpiresAt ?? 0) <= now || isGone(row.leasedBy ?? "");
  const stale = inOrder(state).filter((row) => row.status === "leased" && isStale(row));
  for (const row of stale) state.rows.set(row.taskId, { ...withoutLease(row), status: "queued" });
  return stale.map(idOf);
}

function heldRow(state: State, { taskId, fencing, worker }: Lease): TaskRow {
  const row = state.rows.get(taskId);
  if (row?.status !== "leased" || row.fencing !== fencing) throw new RalphError("LEASE_LOST", { taskId, worker });
  return row;
}

const put = (state: State, row: TaskRow): void =>
  void state.rows.set(row.taskId, { ...row, updatedAt: state.clock.now() });

/** Bodies go through JSON as they do in a database: nobody can change an event afterwards. */
function record(
  state: State,
  bodies: readonly EventBody[],
  owner: { readonly runId: string; readonly taskId?: string },
): readonly RalphEvent[] {
  const task = owner.taskId === undefined ? {} : { taskId: owner.taskId };
  const added = bodies.map((body, index): RalphEvent => {
    const head = { seq: state.events.length + index + 1, at: state.clock.now(), runId: owner.runId, ...task };
    return { ...head, ...(JSON.parse(JSON.stringify(body)) as EventBody) };
  });
  state.events.push(...added);
  return added;
}

function matches(event: RalphEvent, { taskId, runId, after, types }: EventFilter): boolean {
  if (taskId !== undefined && event.taskId !== taskId) return false;
  if (runId !== undefined && event.runId !== runId) return false;
  if (after !== undefined && event.seq <= after) return false;
  return types === undefined || types.includes(event.type);
}

const inOrder = (state: State): readonly TaskRow[] => [...state.rows.values()].sort(compareRows);

function compareRows(a: TaskRow, b: TaskRow): number {
  if (a.wsjf !== b.wsjf) return b.wsjf - a.wsjf;
  return compare(orderKey(a.taskId), orderKey(b.taskId)) || compare(a.taskId, b.taskId);
}

const compare = (a: string, b: string): number => Number(a > b) - Number(a < b);

const idOf = (row: TaskRow): string => row.taskId;
