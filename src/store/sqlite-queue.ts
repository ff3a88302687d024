/** The task queue in SQLite. */
import type { Clock } from "../core/clock.ts";
import { RalphError } from "../core/error.ts";
import type { EventBody, RalphEvent } from "../core/event.ts";
import type { Lease, LeaseFilter, Queue, Settlement } from "../core/store.ts";
import type { TaskStatus, TaskSummary } from "../core/task.ts";
import { isWordOf, planSync, SYNC_RUN_ID, type TaskRow, toEntry, withoutLease } from "./queue-rules.ts";
import type { Connection } from "./sqlite-connection.ts";
import type { SqlRecord } from "./sqlite-driver.ts";
import { record } from "./sqlite-events.ts";
import { fromRow, type TaskRecord, toRow } from "./sqlite-rows.ts";

export function sqliteQueue(connect: () => Promise<Connection>, clock: Clock): Queue {
  return {
    sync: async (tasks, readAt) => sync(await connect(), clock, tasks, readAt),
    lease: async (worker, ttlMs, filter = {}) => lease(await connect(), { worker, ttlMs, clock }, filter),
    renew: async (held, ttlMs) => {
      const connection = await connect();
      return connection.write(() => {
        const expiresAt = clock.now() + ttlMs;
        changeHeld(connection, held, RENEW, { expiresAt });
        return { ...held, expiresAt };
      });
    },
    settle: async (held, settlement, bodies = []) => settle(await connect(), clock, held, { settlement, bodies }),
    fileWritten: async (taskId, status) => fileWritten(await connect(), clock, taskId, status),
    expireStale: async (isGone = () => false) => expireStale(await connect(), clock, isGone),
    list: async () => {
      const connection = await connect();
      const rows = await connection.read(() => select(connection, "TRUE"));
      return rows.map(toEntry);
    },
  };
}

const ORDER = "ORDER BY wsjf DESC, order_key, task_key";

const select = (connection: Connection, where: string, values: SqlRecord = {}): readonly TaskRow[] =>
  (connection.statement(`SELECT * FROM agent_tasks WHERE ${where} ${ORDER}`).all(values) as TaskRecord[]).map(toRow);

const UPSERT = `
  INSERT INTO agent_tasks (task_key, task_name, queue, wsjf, order_key, depends_on, path, status, last_error,
    attempt_count, result, leased_by, lease_expires_at, fencing, file_status, file_behind, updated_at)
  VALUES (:task_key, :task_name, :queue, :wsjf, :order_key, :depends_on, :path, :status, :last_error,
    :attempt_count, :result, :leased_by, :lease_expires_at, :fencing, :file_status, :file_behind, :updated_at)
  ON CONFLICT (task_key) DO UPDATE SET task_name = excluded.task_name, queue = excluded.queue, wsjf = excluded.wsjf,
    depends_on = excluded.depends_on, path = excluded.path, status = excluded.status,
    last_error = excluded.last_error, attempt_count = excluded.attempt_count, result = excluded.result,
    leased_by = excluded.leased_by, lease_expires_at = excluded.lease_expires_at, fencing = excluded.fencing,
    file_status = excluded.file_status, file_behind = excluded.file_behind, updated_at = excluded.updated_at`;

const save = (connection: Connection, row: TaskRow): void => void connection.statement(UPSERT).run(fromRow(row));

/** Mostly there is nothing to change, which a look without the lock tells. */
async function sync(connection: Connection, clock: Clock, tasks: readonly TaskSummary[], readAt?: number) {
  const plan = () =>
    planSync(new Map(select(connection, "TRUE").map((row) => [row.taskId, row])), tasks, clock.now(), readAt);
  if ((await connection.read(plan)).rows.length === 0) return;
  await connection.write(() => {
    const { rows, edits } = plan();
    for (const row of rows) save(connection, row);
    for (const { taskId, from, to } of edits)
      record(connection, [{ type: "task.edited", from, to }], { taskId, runId: SYNC_RUN_ID, at: clock.now() });
  });
}

const READY = `
  SELECT id FROM agent_tasks AS task
  WHERE queue = :queue AND status IN ('queued', 'leased') AND (status = 'queued' OR lease_expires_at <= :now)
    AND (:only IS NULL OR task_key IN (SELECT value FROM json_each(:only)))
    AND NOT EXISTS (
      SELECT 1 FROM json_each(task.depends_on) AS wanted
      LEFT JOIN agent_tasks AS needed ON needed.task_key = wanted.value
      WHERE needed.status IS NOT 'completed')
  ${ORDER} LIMIT 1`;

const TAKE = `
  UPDATE agent_tasks SET status = 'leased', last_error = NULL, file_behind = 0, leased_by = :worker,
    lease_expires_at = :expiresAt, fencing = fencing + 1, updated_at = :now
  WHERE id = (${READY})
  RETURNING task_key, fencing`;

async function lease(
  connection: Connection,
  { worker, ttlMs, clock }: { readonly worker: string; readonly ttlMs: number; readonly clock: Clock },
  { queue = "tdd", only }: LeaseFilter,
): Promise<Lease | undefined> {
  const take = (): Lease | undefined => {
    const now = clock.now();
    const expiresAt = now + ttlMs;
    const wanted = { queue, only: only === undefined ? null : JSON.stringify(only) };
    const taken = connection.statement(TAKE).get({ ...wanted, now, worker, expiresAt });
    if (taken === undefined) return undefined;
    const { task_key: taskId, fencing } = taken as Pick<TaskRecord, "task_key" | "fencing">;
    return { taskId, runId: `${taskId}.${fencing}`, worker, fencing, expiresAt };
  };
  return connection.write(take, { durable: true });
}

const HELD = "task_key = :taskId AND status = 'leased' AND fencing = :fencing";

const RENEW = `UPDATE agent_tasks SET lease_expires_at = :expiresAt WHERE ${HELD}`;

const SETTLE = `
  UPDATE agent_tasks SET status = :status, last_error = :reason, attempt_count = :attempts, result = :result,
    leased_by = NULL, lease_expires_at = NULL, file_behind = 1, updated_at = :now
  WHERE ${HELD}`;

/** Runs an UPDATE of the row that the lease still holds. Throws LEASE_LOST. */
function changeHeld(connection: Connection, { taskId, fencing, worker }: Lease, sql: string, values: SqlRecord): void {
  const { changes } = connection.statement(sql).run({ taskId, fencing, ...values });
  if (changes === 0) throw new RalphError("LEASE_LOST", { taskId, worker });
}

async function settle(
  connection: Connection,
  clock: Clock,
  held: Lease,
  { settlement, bodies }: { readonly settlement: Settlement; readonly bodies: readonly EventBody[] },
): Promise<readonly RalphEvent[]> {
  const { status, reason = null, attempts } = settlement;
  const result = JSON.stringify(settlement.result);
  const write = () => {
    changeHeld(connection, held, SETTLE, { status, reason, attempts, result, now: clock.now() });
    return record(connection, bodies, { ...held, at: clock.now() });
  };
  return connection.write(write, { durable: true });
}

async function fileWritten(connection: Connection, clock: Clock, taskId: string, status: TaskStatus): Promise<void> {
  await connection.write(() => {
    const [row] = select(connection, "task_key = :taskId", { taskId });
    if (row === undefined) {
      throw new RalphError("TASK_UNKNOWN", {
        id: taskId,
        known: select(connection, "TRUE").map((other) => other.taskId),
      });
    }
    const fileBehind = row.fileBehind && !isWordOf(row.status, status);
    save(connection, { ...row, fileStatus: status, fileBehind, updatedAt: clock.now() });
  });
}

/**
 * `isGone` may be slow, so it is asked before the lock is taken; a lease taken or renewed meanwhile stays.
 * `updatedAt` stays too: no file is written here, and a sync of files read a moment ago must see a person's edit.
 */
async function expireStale(connection: Connection, clock: Clock, isGone: (worker: string) => boolean) {
  const leased = await connection.read(() => select(connection, "status = 'leased'"));
  const stale = leased.filter((row) => (row.leaseExpiresAt ?? 0) <= clock.now() || isGone(row.leasedBy ?? ""));
  if (stale.length === 0) return [];
  return connection.write(() => {
    const freed = stale.flatMap((row) => select(connection, SAME_LEASE, leaseOf(row)));
    for (const row of freed) save(connection, { ...withoutLease(row), status: "queued" });
    return freed.map((row) => row.taskId);
  });
}

const SAME_LEASE =
  "task_key = :taskId AND status = 'leased' AND fencing = :fencing AND lease_expires_at = :leaseExpiresAt";

const leaseOf = ({ taskId, fencing, leaseExpiresAt }: TaskRow): SqlRecord => ({
  taskId,
  fencing,
  leaseExpiresAt: leaseExpiresAt ?? null,
});
