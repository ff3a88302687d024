/** What stays the same while one worker has one task, and what changes from attempt to attempt. */
import type { Allowance } from "../check/compare.ts";
import type { TestRun } from "../core/check.ts";
import type { Tier, TotalUsage } from "../core/model.ts";
import type { WritingRole } from "../core/prompt.ts";
import type { Lease } from "../core/store.ts";
import type { CheckSpec, Task } from "../core/task.ts";
import type { Evidence, Verdict } from "../core/verdict.ts";
import type { CommitId, Workspace } from "../core/workspace.ts";
import type { Context } from "../prompt/context.ts";
import type { Journal } from "./journal.ts";
import type { Bounds } from "./protect.ts";
import type { World } from "./world.ts";

export interface TaskRun {
  readonly world: World;
  readonly lease: Lease;
  readonly task: Task;
  readonly tier: Tier;
  readonly checks: readonly CheckSpec[];
  readonly journal: Journal;
  readonly workspace: Workspace;
  /** Monotonic milliseconds at which the task's time is used up. */
  readonly deadline: number;
  readonly signal: AbortSignal;
  /** What is allowed for when runs are compared; grows as flaky tests are found. */
  readonly allowance: Required<Allowance> & { readonly flaky: Set<string> };
}

export interface Progress {
  /** Finished attempts. */
  readonly attempts: number;
  /** tester until red is proved, then builder. */
  readonly role: WritingRole;
  /** What passed before the task: none of it may fail afterwards. */
  readonly baseline: readonly TestRun[];
  /** Ids that must go from red to green. */
  readonly targets: readonly string[];
  /** The commit on which the targets are red. */
  readonly redAt: CommitId;
  /** What a patch may not touch in this task. */
  readonly bounds: Bounds;
  /** The checks' last run on what the workspace holds now. */
  readonly runs: readonly TestRun[];
  readonly evidence: readonly Evidence[];
  /** Attempts in a row, the last one included, that failed in the same way under the present tier. */
  readonly sameFailures: number;
  /** Of every answer for the task so far. */
  readonly usage: TotalUsage;
  /** Who answered last. */
  readonly model?: string;
  /** What the model is shown, as it was when the role began: the same from attempt to attempt. */
  readonly shown: Shown;
}

export interface Shown {
  readonly context: Context;
  readonly paths: readonly string[];
  /** What is known of each model's tokens; grows as its server counts. */
  readonly charactersPerToken: Map<string, number>;
}

/** Proved red: these must become green. */
export interface Red {
  readonly kind: "red";
  readonly by: "base" | "tester";
  readonly targets: readonly string[];
  readonly evidence: readonly Evidence[];
}

/** A verdict, or a step on the way to one. */
export type Step = Verdict | Red | { readonly kind: "moved"; readonly reason: string };
