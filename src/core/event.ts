import type { TestRun } from "./check.ts";
import type { EditFormat, ModelFailure, TotalUsage, Usage } from "./model.ts";
import type { Reject } from "./patch.ts";
import type { WritingRole } from "./prompt.ts";
import type { TaskStatus } from "./task.ts";
import type { Evidence } from "./verdict.ts";
import type { CommitId } from "./workspace.ts";

export type RunOutcome = "all done" | "some blocked" | "set-up" | "budget" | "interrupted";
/** "red again": the targets once more on the commit that they were red on, before the work lands. */
export type CheckPhase = "baseline" | "red" | "attempt" | "final" | "red again";

/** What happened, as data. The log is append-only and the only history there is. */
export type EventBody =
  | {
      readonly type: "run.started";
      readonly branch: string;
      readonly base: CommitId;
      /** What checks run in. */
      readonly sandbox?: "bwrap" | "none";
      readonly tasks: readonly string[];
    }
  | {
      readonly type: "run.finished";
      readonly outcome: RunOutcome;
      readonly reason?: string;
      /** Of every answer in this run. */
      readonly usage?: TotalUsage;
    }
  /** Nothing can go on before `until` (epoch milliseconds): the models that the open tasks need do not answer. */
  | { readonly type: "run.waiting"; readonly until: number; readonly reason: string }
  | {
      readonly type: "task.leased";
      readonly worker: string;
      readonly fencing: number;
      readonly title: string;
      readonly tier: string;
      /** Why this tier, in one line. */
      readonly why?: string;
    }
  | {
      readonly type: "workspace.opened";
      readonly path: string;
      readonly branch: string;
      readonly base: CommitId;
      readonly resumed: boolean;
    }
  | { readonly type: "check.finished"; readonly phase: CheckPhase; readonly attempt?: number; readonly run: TestRun }
  /** Tests, `check » id`, that failed once and passed once on the same code: nothing is told from them in this run. */
  | { readonly type: "test.flaky"; readonly phase: CheckPhase; readonly tests: readonly string[] }
  /** Somebody who reads the change was asked about what no test can tell. "unclear": no verdict could be read. */
  | {
      readonly type: "change.verified";
      readonly attempt: number;
      readonly model: string;
      readonly verdict: "yes" | "no" | "unclear";
      readonly text: string;
      readonly usage: Usage;
      readonly durationMs: number;
    }
  /** Why nobody could be asked. */
  | { readonly type: "change.unverified"; readonly attempt: number; readonly reason: string }
  /** Every check of the task ran once on the base commit. */
  | { readonly type: "baseline.finished"; readonly passed: boolean }
  | {
      readonly type: "red.proved";
      readonly targets: readonly string[];
      readonly by: "base" | "tester";
      readonly commit: CommitId;
    }
  | { readonly type: "attempt.started"; readonly attempt: number; readonly role: WritingRole }
  | {
      readonly type: "prompt.built";
      readonly attempt: number;
      readonly model: string;
      readonly characters: number;
      /** As the server counted them; absent where it cannot. */
      readonly tokens?: number;
      /** The most that the model can take beside its reply. */
      readonly roomTokens: number;
      readonly format: EditFormat;
      /** The reply is bound to a grammar. */
      readonly grammar: boolean;
      readonly leftOut: readonly string[];
    }
  | {
      readonly type: "model.replied";
      readonly attempt: number;
      readonly model: string;
      readonly text: string;
      readonly finish: "stop" | "length" | "stopped";
      readonly usage: Usage;
      readonly durationMs: number;
    }
  | {
      readonly type: "model.failed";
      readonly attempt: number;
      readonly model: string;
      readonly failure: ModelFailure;
      readonly durationMs: number;
      readonly usage?: Usage;
    }
  | {
      readonly type: "patch.applied";
      readonly attempt: number;
      readonly commit: CommitId;
      readonly files: readonly string[];
      readonly diffFile: string;
    }
  | { readonly type: "patch.rejected"; readonly attempt: number; readonly rejects: readonly Reject[] }
  | {
      readonly type: "attempt.finished";
      readonly attempt: number;
      readonly role: WritingRole;
      readonly verdict: string;
      /** What the next prompt is told. */
      readonly evidence: readonly Evidence[];
      readonly head: CommitId;
    }
  /** The project moved on and the work no longer fits: the task begins anew on the new tip. */
  | { readonly type: "workspace.dropped"; readonly reason: string }
  | { readonly type: "task.landed"; readonly commit: CommitId; readonly branch: string }
  /** The same failure again and again: the next attempts are made by a stronger tier. */
  | { readonly type: "tier.escalated"; readonly from: string; readonly to: string; readonly reason: string }
  | {
      readonly type: "task.settled";
      readonly status: TaskStatus;
      readonly reason?: string;
      readonly attempts: number;
      /** Of every answer for the task so far, earlier runs included. */
      readonly usage?: TotalUsage;
    }
  | { readonly type: "task.edited"; readonly from: TaskStatus; readonly to: TaskStatus };

export type EventType = EventBody["type"];
export type EventOf<T extends EventType> = Extract<EventBody, { type: T }>;

/** `seq` grows without gaps in one store; `at` is epoch milliseconds; `runId` names one lease, or the run of a worker. */
interface EventHead {
  readonly seq: number;
  readonly at: number;
  readonly runId: string;
  readonly taskId?: string;
}

export type RalphEvent = EventHead & EventBody;
