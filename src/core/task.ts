/** What a person wrote in a task file. Paths are relative to the repository root, with `/` separators. */

export type TaskStatus = "PENDING" | "IN_PROGRESS" | "COMPLETE" | "BLOCKED" | "AWAITING_APPROVAL";
export type QueueName = "tdd" | "deploy";
export type Priority = "P0" | "P1" | "P2" | "P3";
export type Complexity = "simple" | "medium" | "complex";
export type FileAction = "create" | "modify" | "delete";

export interface FileIntent {
  readonly path: string;
  readonly action: FileAction;
}

/** A command that ralph runs to judge a task. `command` is one line as the person wrote it. */
export interface CheckSpec {
  readonly name: string;
  readonly command: string;
  /** Left out: the limit that holds for all. */
  readonly timeoutMs?: number;
  /** In place of a command: success criteria that ralph looks at itself, each a result of its own. */
  readonly probes?: readonly Criterion[];
}

/** What ralph looks at itself to see whether a success criterion is met. */
export type Probe =
  | { readonly kind: "exists"; readonly path: string }
  | { readonly kind: "missing"; readonly path: string }
  | { readonly kind: "contains"; readonly path: string; readonly text: string }
  | { readonly kind: "lacks"; readonly path: string; readonly text: string }
  | { readonly kind: "moved"; readonly from: string; readonly to: string }
  | { readonly kind: "command"; readonly command: string };

/** Who says whether a criterion is met: ralph by a probe, the task's tests, or somebody who reads the change. */
export type Judge = "ralph" | "tests" | "reader";

export interface Criterion {
  /** One line, without its checkbox. */
  readonly text: string;
  readonly checked: boolean;
  readonly judge: Judge;
  /** Of what ralph judges. */
  readonly probe?: Probe;
}

/** What becomes of changes to files that the task does not name: told to the person, or refused. */
export type Scope = "report" | "strict";

/** What a line scan of a task file tells: enough to order and list the queue without a markdown parse. */
export interface TaskSummary {
  readonly id: string;
  readonly title: string;
  readonly queue: QueueName;
  readonly priority: Priority;
  /** Weighted shortest job first: larger runs earlier. */
  readonly wsjf: number;
  readonly dependsOn: readonly string[];
  readonly tier?: string;
  readonly complexity?: Complexity;
  /** False: no test is asked for; the task's own criteria, or its checks, must go from red to green. */
  readonly tdd?: boolean;
  /** Left out: what ralph.yaml says. */
  readonly scope?: Scope;
  readonly status: TaskStatus;
  /** Text after `STATUS: X - `. */
  readonly statusReason?: string;
  /** The task file. */
  readonly path: string;
}

/** The whole task, as the model and the judge see it. */
export interface Task extends TaskSummary {
  /** The file's text without the status block. */
  readonly body: string;
  readonly criteria: readonly Criterion[];
  readonly actions: readonly string[];
  readonly files: readonly FileIntent[];
  /** Empty when the file names none: the checks of ralph.yaml then apply. */
  readonly checks: readonly CheckSpec[];
  readonly notes: string;
}

/** A file in the task folder that could not be read as a task. `line` is 1-based. */
export interface TaskProblem {
  readonly path: string;
  readonly line: number;
  readonly expected: string;
  readonly found: string;
}

export interface TaskListing {
  readonly tasks: readonly TaskSummary[];
  readonly problems: readonly TaskProblem[];
  /** About tasks that are listed all the same: a missing end marker, a dependency that is not there. */
  readonly warnings?: readonly TaskProblem[];
}

/** What ralph writes into the status block; keys in this order, absent keys are left as they are. */
export interface StatusUpdate {
  readonly status: TaskStatus;
  readonly reason?: string;
  readonly fields?: Readonly<Record<string, string>>;
  /** Success criteria whose boxes are ticked, by their place in the file: the first is 1. */
  readonly ticked?: readonly number[];
}

/** Where tasks come from and outcomes go: a folder of task files, a vault. */
export interface TaskSource {
  list(): TaskListing;
  /** Throws TASK_UNREADABLE, also when the file is gone. */
  read(path: string): Promise<Task>;
  /** Replaces the status block, and ticks boxes, atomically; no other byte changes. A file that is gone stays gone. */
  writeStatus(path: string, update: StatusUpdate): Promise<void>;
}
