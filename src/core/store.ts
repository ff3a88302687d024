import type { EventBody, RalphEvent } from "./event.ts";
import type { QueueName, TaskStatus, TaskSummary } from "./task.ts";

/** The words of the execution layer (agent_tasks.status). */
export type QueueStatus =
  | "queued"
  | "leased"
  | "running"
  | "awaiting_approval"
  | "approved"
  | "completed"
  | "failed"
  | "cancelled"
  | "blocked";

/**
 * The right to work on one task. Every write under it is checked against `fencing`: it is refused once the task was
 * leased again, settled, freed by expireStale or edited by a person. A lease that merely ran out still counts.
 */
export interface Lease {
  readonly taskId: string;
  /** New for each lease: one run of the task. */
  readonly runId: string;
  readonly worker: string;
  /** Grows with every lease of the task; a write with an older one is refused. */
  readonly fencing: number;
  /** Epoch milliseconds, by the store's clock. */
  readonly expiresAt: number;
}

export interface QueueEntry {
  readonly taskId: string;
  readonly title: string;
  readonly queue: QueueName;
  readonly status: QueueStatus;
  readonly reason?: string;
  readonly wsjf: number;
  readonly path: string;
  /** An id that no entry has never becomes ready. */
  readonly dependsOn: readonly string[];
  readonly attempts: number;
  readonly leasedBy?: string;
  readonly leaseExpiresAt?: number;
  /** Epoch milliseconds of the last lease, outcome or write to the file; renewed and freed leases leave it. */
  readonly updatedAt: number;
  /** The file's STATUS as ralph last read or wrote it; another one in the file is a person's edit. */
  readonly fileStatus: TaskStatus;
  /** The store is ahead of the file: the block must still be written. */
  readonly fileBehind: boolean;
  /** Fields of the status block, as far as the store knows them. */
  readonly result: Readonly<Record<string, string>>;
}

export interface Settlement {
  readonly status: "queued" | "completed" | "blocked" | "awaiting_approval";
  readonly reason?: string;
  /** Replaces the entry's count. */
  readonly attempts: number;
  /** Becomes the fields of the status block. */
  readonly result: Readonly<Record<string, string>>;
}

export interface LeaseFilter {
  /** Only these ids; what they depend on must be completed all the same. */
  readonly only?: readonly string[];
  /** "tdd" where it is not given. */
  readonly queue?: QueueName;
}

export interface Queue {
  /**
   * Takes over what the task files say; `tasks` is the whole listing. Where a file's STATUS differs from the one ralph
   * last read or wrote, a person changed it and it wins (recorded as task.edited, run id "sync"). Tasks whose file is
   * gone are cancelled. A task that is leased to a live worker is left alone.
   * `readAt`: the clock before the files were read; entries that changed since are left to the next sync, because
   * the listing may be older than what another process wrote meanwhile.
   */
  sync(tasks: readonly TaskSummary[], readAt?: number): Promise<void>;
  /** The best open task: highest WSJF, then id (T2 before T10); only tasks whose dependencies are completed. */
  lease(worker: string, ttlMs: number, filter?: LeaseFilter): Promise<Lease | undefined>;
  /** Throws LEASE_LOST when the lease is no longer held; so does everything below that takes one. */
  renew(lease: Lease, ttlMs: number): Promise<Lease>;
  /**
   * Records the outcome durably, frees the task and leaves `fileBehind` set until `fileWritten`.
   * `bodies` are appended to the event log in the same transaction.
   */
  settle(lease: Lease, settlement: Settlement, bodies?: readonly EventBody[]): Promise<readonly RalphEvent[]>;
  /** The task file's block now says `status`. Throws TASK_UNKNOWN for an id that was never synced. */
  fileWritten(taskId: string, status: TaskStatus): Promise<void>;
  /** Frees leases that ran out, and those of workers for which `isGone` says so; returns the task ids. */
  expireStale(isGone?: (worker: string) => boolean): Promise<readonly string[]>;
  list(): Promise<readonly QueueEntry[]>;
}

export interface EventFilter {
  readonly taskId?: string;
  readonly runId?: string;
  /** Only events with a larger `seq`. */
  readonly after?: number;
  readonly types?: readonly EventBody["type"][];
  readonly limit?: number;
}

interface AppendOptions {
  /** True: on disk before the promise resolves (fsync). */
  readonly durable?: boolean;
}

export interface EventLog {
  /** Events of a task, under its lease. */
  append(lease: Lease, bodies: readonly EventBody[], options?: AppendOptions): Promise<readonly RalphEvent[]>;
  /** Events of a worker's run that belong to no task. */
  appendRun(runId: string, bodies: readonly EventBody[], options?: AppendOptions): Promise<readonly RalphEvent[]>;
  read(filter: EventFilter): Promise<readonly RalphEvent[]>;
}

export interface Store {
  readonly queue: Queue;
  readonly events: EventLog;
  close(): Promise<void>;
}
