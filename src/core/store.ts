import type { EventBody, RalphEvent } from "./event.ts";
import type { TaskStatus, TaskSummary } from "./task.ts";

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

/** The right to work on one task. Every write under it is checked against `fencing` and the store's clock. */
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
  readonly status: QueueStatus;
  readonly reason?: string;
  readonly wsjf: number;
  readonly path: string;
  readonly dependsOn: readonly string[];
  readonly attempts: number;
  readonly leasedBy?: string;
  readonly leaseExpiresAt?: number;
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
  readonly attempts: number;
  /** Becomes the fields of the status block. */
  readonly result: Readonly<Record<string, string>>;
}

export interface Queue {
  /**
   * Takes over what the task files say. Where a file's STATUS differs from the one ralph last read or wrote,
   * a person changed it and it wins (recorded as task.edited). Tasks whose file is gone are cancelled.
   * A task that is leased to a live worker is left alone.
   */
  sync(tasks: readonly TaskSummary[]): Promise<void>;
  /** The best open task: highest WSJF, then id; only tasks whose dependencies are completed; `only` restricts it. */
  lease(worker: string, ttlMs: number, only?: readonly string[]): Promise<Lease | undefined>;
  /** Throws LEASE_LOST when the lease is no longer held; so does everything below that takes one. */
  renew(lease: Lease, ttlMs: number): Promise<Lease>;
  /** Records the outcome durably, frees the task and leaves `fileBehind` set until `fileWritten`. */
  settle(lease: Lease, settlement: Settlement): Promise<void>;
  /** The task file's block now says `status`. */
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

export interface AppendOptions {
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
