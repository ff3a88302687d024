/** Rows of the database as the queue's values and back. Column names are those of sql/0001_queue.sql. */
import type { EventBody, RalphEvent } from "../core/event.ts";
import type { QueueStatus } from "../core/store.ts";
import type { QueueName, TaskStatus } from "../core/task.ts";
import { orderKey, type TaskRow } from "./queue-rules.ts";
import type { SqlRecord } from "./sqlite-driver.ts";

export interface TaskRecord {
  readonly task_key: string;
  readonly task_name: string;
  readonly queue: string;
  readonly wsjf: number;
  readonly depends_on: string;
  readonly path: string;
  readonly status: string;
  readonly last_error: string | null;
  readonly attempt_count: number;
  readonly result: string;
  readonly leased_by: string | null;
  readonly lease_expires_at: number | null;
  readonly fencing: number;
  readonly file_status: string;
  readonly file_behind: number;
  readonly updated_at: number;
}

export interface EventRecord {
  readonly seq: number;
  readonly task_key: string | null;
  readonly run_id: string;
  readonly event_type: string;
  readonly payload: string;
  readonly created_at: number;
}

export function toRow(record: TaskRecord): TaskRow {
  return {
    taskId: record.task_key,
    title: record.task_name,
    queue: record.queue as QueueName,
    wsjf: record.wsjf,
    dependsOn: JSON.parse(record.depends_on) as readonly string[],
    path: record.path,
    status: record.status as QueueStatus,
    ...(record.last_error === null ? {} : { reason: record.last_error }),
    attempts: record.attempt_count,
    result: JSON.parse(record.result) as Readonly<Record<string, string>>,
    ...(record.leased_by === null ? {} : { leasedBy: record.leased_by }),
    ...(record.lease_expires_at === null ? {} : { leaseExpiresAt: record.lease_expires_at }),
    fencing: record.fencing,
    fileStatus: record.file_status as TaskStatus,
    fileBehind: record.file_behind === 1,
    updatedAt: record.updated_at,
  };
}

/** Parameters that carry the names of the columns. */
export function fromRow(row: TaskRow): SqlRecord {
  return {
    task_key: row.taskId,
    task_name: row.title,
    queue: row.queue,
    wsjf: row.wsjf,
    order_key: orderKey(row.taskId),
    depends_on: JSON.stringify(row.dependsOn),
    path: row.path,
    status: row.status,
    last_error: row.reason ?? null,
    attempt_count: row.attempts,
    result: JSON.stringify(row.result),
    leased_by: row.leasedBy ?? null,
    lease_expires_at: row.leaseExpiresAt ?? null,
    fencing: row.fencing,
    file_status: row.fileStatus,
    file_behind: row.fileBehind ? 1 : 0,
    updated_at: row.updatedAt,
  };
}

export function toEvent(record: EventRecord): RalphEvent {
  const task = record.task_key === null ? {} : { taskId: record.task_key };
  const body = { type: record.event_type, ...JSON.parse(record.payload) } as EventBody;
  return { seq: record.seq, at: record.created_at, runId: record.run_id, ...task, ...body };
}
