/** Everything the loop needs from outside: adapters and settings, handed in by app/wire.ts or by a test. */
import type { RunCheck } from "../core/check.ts";
import type { Clock } from "../core/clock.ts";
import type { EventBody, RalphEvent } from "../core/event.ts";
import type {
  AskOptions,
  FailedReply,
  FailedTier,
  QuestionFor,
  Tier,
  TierReply,
  TotalUsage,
  Traits,
} from "../core/model.ts";
import type { Store } from "../core/store.ts";
import type { CheckSpec, Scope, Task, TaskSource } from "../core/task.ts";
import type { Workspaces } from "../core/workspace.ts";
import type { EditMode } from "../model/edit-mode.ts";
import type { Route } from "../model/route.ts";
import type { Prompts } from "../prompt/stack.ts";
import type { Protection } from "./protect.ts";

export interface Limits {
  readonly attempts: number;
  readonly taskMs: number;
  readonly checkMs: number;
  readonly maxFiles: number;
  readonly maxLines: number;
  readonly leaseMs: number;
  readonly evidenceCharacters: number;
  /** Attempts in a row that failed in the same way before a stronger tier takes over; 0 = never. */
  readonly escalateAfter: number;
  /** How long a run waits for models that do not answer, when it has nothing else to do. */
  readonly modelDownMs: number;
  /** Of one task, in and out; undefined = no limit. */
  readonly taskTokens?: number;
  /** US dollars of one task; undefined = no limit. */
  readonly taskCostUsd?: number;
}

type VerifyMode = "auto" | "always" | "off";

interface AskTierOptions {
  /** Monotonic milliseconds at which the task's time is used up. */
  readonly deadline: number;
  /** Told of every failed call. */
  readonly onFailure: (failed: FailedReply) => Promise<void>;
}

type AskTier = (
  tier: Tier,
  questionFor: QuestionFor,
  options: AskTierOptions,
  signal: AbortSignal,
) => Promise<TierReply>;

interface RunBudget {
  /** In words, once it is used up. */
  exceeded(): string | undefined;
  /** Tokens that the run may still use. */
  tokensLeft(): number;
  /** Of every answer so far. */
  used(): TotalUsage;
}

export interface World {
  readonly store: Store;
  readonly source: TaskSource;
  readonly workspaces: Workspaces;
  /** Keeps an applied patch and returns its file's name. */
  readonly savePatch: (taskId: string, diff: string) => string;
  readonly runCheck: RunCheck;
  /** Absolute folder for traces and screenshots of a task's failing tests. */
  readonly artifactsOf: (taskId: string) => string;
  /** For tasks that name none. */
  readonly defaultChecks: readonly CheckSpec[];
  /** Strongest first; at least one. */
  readonly tiers: readonly Tier[];
  readonly route: (task: Task) => Route;
  readonly askTier: AskTier;
  /** Set while all models of a tier rest: there is no point in preparing a question. */
  readonly restOf: (tier: Tier) => FailedTier | undefined;
  readonly askOptions: AskOptions;
  /** In which format a model is asked. */
  readonly modeOf: (model: string, traits: Traits) => EditMode;
  readonly prompts: Prompts;
  /** What no patch may touch, whatever it says. */
  readonly protection: Protection;
  readonly limits: Limits;
  /** Of the whole run. */
  readonly budget: RunBudget;
  /** Keys, `check » id`, of tests that pass only sometimes, as this run found them; grows. */
  readonly flaky: Set<string>;
  /** What becomes of changes to files that a task does not name, where it does not say itself. */
  readonly scope: Scope;
  /** When a verifier is asked: where only a reader can judge, always, or never. */
  readonly verify: VerifyMode;
  readonly clock: Clock;
  /** Resolves after that time, or at once when aborted. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  /** `host:pid:start`: who holds the leases. */
  readonly worker: string;
  readonly isWorkerGone: (worker: string) => boolean;
  readonly onEvent: (event: RalphEvent) => void;
  /** Journals what happens to the run and to no task. */
  readonly recordRun: (body: EventBody) => Promise<void>;
}
