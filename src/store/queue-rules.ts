/**
 * The queue's rules, shared by every store: what a task file's STATUS does to its entry, and which task comes first.
 *
 * A file and its entry meet in `sync`. `row` is what the store knows, `said` is the STATUS the file shows now,
 * `known` is the one ralph last read or wrote there, `behind` means the file still waits for an outcome of the store.
 *
 * | entry                         | said              | what happens                                                 |
 * |-------------------------------|-------------------|--------------------------------------------------------------|
 * | none                          | open              | queued                                                       |
 * | none                          | other             | that status: a person may say so, a model may not            |
 * | leased, lease still runs      | any, or file gone | left alone; the next sync after the lease sees it            |
 * | changed since files were read | any, or file gone | left alone; the listing may be the older of the two          |
 * | any below                     | = known           | status stays; title, WSJF, dependencies … follow the file    |
 * | behind                        | its outcome       | ralph's own write, killed before it was noted: noted         |
 * | any                           | IN_PROGRESS after PENDING | ralph's own write at a lease's start: noted          |
 * | any                           | other             | a person's edit: task.edited; a lease that ran out is lost   |
 * |   … which is                  | open              | queued, no attempts, no result                               |
 * |   … which is                  | other             | that status; attempts and result are kept                    |
 * | cancelled                     | any               | as on first sight; an edit as well where said is not known   |
 * | completed                     | file gone         | stays completed, so that what depends on it goes on          |
 * | any other                     | file gone         | cancelled                                                    |
 *
 * "Open" are PENDING and IN_PROGRESS.
 */
import type { QueueEntry, QueueStatus, Settlement } from "../core/store.ts";
import type { TaskStatus, TaskSummary } from "../core/task.ts";

/** What a store keeps of a task. `fencing` is the number of its last lease, 0 before the first. */
export interface TaskRow extends QueueEntry {
  readonly fencing: number;
}

/** The run id of events that belong to no run: what `sync` found. */
export const SYNC_RUN_ID = "sync";

interface Edit {
  readonly taskId: string;
  readonly from: TaskStatus;
  readonly to: TaskStatus;
}

interface SyncPlan {
  /** New and changed rows, to be stored as they are. */
  readonly rows: readonly TaskRow[];
  readonly edits: readonly Edit[];
}

const STATUS_OF_FILE: Readonly<Record<TaskStatus, QueueStatus>> = {
  PENDING: "queued",
  IN_PROGRESS: "queued",
  COMPLETE: "completed",
  BLOCKED: "blocked",
  AWAITING_APPROVAL: "awaiting_approval",
};

const WORD_OF_OUTCOME: Readonly<Record<Settlement["status"], TaskStatus>> = {
  queued: "PENDING",
  completed: "COMPLETE",
  blocked: "BLOCKED",
  awaiting_approval: "AWAITING_APPROVAL",
};

/** True where `word` is what the file must say after the outcome `status`. */
export const isWordOf = (status: QueueStatus, word: TaskStatus): boolean =>
  (WORD_OF_OUTCOME as Partial<Record<QueueStatus, TaskStatus>>)[status] === word;

/** Text that is ordered as ids are: runs of digits by value, so T2 comes before T10. */
export const orderKey = (taskId: string): string =>
  taskId.replace(/\d+/g, (run) => {
    const digits = run.replace(/^0+(?=\d)/, "");
    return `${String(digits.length).padStart(3, "0")}${digits}`;
  });

/** What `sync` changes, for rows by task id. Times are epoch milliseconds by the store's clock. */
export function planSync(
  rows: ReadonlyMap<string, TaskRow>,
  tasks: readonly TaskSummary[],
  now: number,
  readAt = Number.POSITIVE_INFINITY,
): SyncPlan {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const isOpen = (row: TaskRow) => !isLeaseRunning(row, now) && !changedBetween(row, readAt, now);
  const planned: TaskRow[] = [];
  const edits: Edit[] = [];
  for (const task of byId.values()) {
    const row = rows.get(task.id);
    if (row === undefined) planned.push(firstSight(task, now));
    else if (isOpen(row)) {
      planned.push(meet(row, task));
      if (isEdit(row, task.status)) edits.push({ taskId: row.taskId, from: row.fileStatus, to: task.status });
    }
  }
  for (const row of rows.values()) if (!byId.has(row.taskId) && isOpen(row)) planned.push(gone(row));
  const changed = planned.filter((row) => !isSame(row, rows.get(row.taskId)));
  return { rows: changed.map((row) => ({ ...row, updatedAt: now })), edits };
}

const isLeaseRunning = (row: TaskRow, now: number): boolean =>
  row.status === "leased" && (row.leaseExpiresAt ?? 0) > now;

/** A change that lies ahead of the clock is one from before the clock was set back: it hides nothing. */
const changedBetween = (row: TaskRow, from: number, to: number): boolean =>
  row.updatedAt >= from && row.updatedAt <= to;

function firstSight(task: TaskSummary, now: number): TaskRow {
  const fresh = { status: "queued", attempts: 0, result: {}, fencing: 0, fileBehind: false, updatedAt: now } as const;
  return believe({ ...fresh, ...described(task), fileStatus: task.status }, task);
}

function meet(row: TaskRow, task: TaskSummary): TaskRow {
  const seen: TaskRow = { ...row, ...described(task), fileStatus: task.status };
  if (isEdit(row, task.status))
    return believe(isRestart(task.status) ? { ...seen, attempts: 0, result: {} } : seen, task);
  if (row.status === "cancelled") return believe(seen, task);
  return isNoted(row, task.status) ? { ...seen, fileBehind: false } : seen;
}

function isEdit(row: TaskRow, said: TaskStatus): boolean {
  if (said === row.fileStatus || isNoted(row, said)) return false;
  return !(said === "IN_PROGRESS" && row.fileStatus === "PENDING");
}

/** The file says what the store waits for it to say. A file that says so since before the outcome is still behind. */
const isNoted = (row: TaskRow, said: TaskStatus): boolean =>
  row.fileBehind && said !== row.fileStatus && isWordOf(row.status, said);

const isRestart = (said: TaskStatus): boolean => STATUS_OF_FILE[said] === "queued";

function believe(row: TaskRow, task: TaskSummary): TaskRow {
  const { reason: _, ...rest } = withoutLease(row);
  const reason = task.statusReason === undefined ? {} : { reason: task.statusReason };
  return { ...rest, ...reason, status: STATUS_OF_FILE[task.status], fileBehind: false };
}

function gone(row: TaskRow): TaskRow {
  if (row.status === "completed") return { ...row, fileStatus: "COMPLETE", fileBehind: false };
  return { ...withoutLease(row), status: "cancelled", fileBehind: false };
}

/** The row with nobody holding it. */
export function withoutLease(row: TaskRow): TaskRow {
  const { leasedBy: _by, leaseExpiresAt: _at, ...free } = row;
  return free;
}

/** What a caller sees of the row. */
export function toEntry(row: TaskRow): QueueEntry {
  const { fencing: _, ...entry } = row;
  return entry;
}

const described = (task: TaskSummary) => ({
  taskId: task.id,
  title: task.title,
  queue: task.queue,
  wsjf: task.wsjf,
  path: task.path,
  dependsOn: task.dependsOn,
});

/** Stores read arrays and records anew each time: these are compared as text. */
function isSame(a: TaskRow, b: TaskRow | undefined): boolean {
  if (b === undefined) return false;
  const keys = Object.keys({ ...a, ...b }) as (keyof TaskRow)[];
  return keys.every((key) => a[key] === b[key] || JSON.stringify(a[key]) === JSON.stringify(b[key]));
}
