/** Everything the loop needs from outside: adapters and settings, handed in by app/wire.ts or by a test. */
import type { RunCheck } from "../core/check.ts";
import type { Clock } from "../core/clock.ts";
import type { RalphEvent } from "../core/event.ts";
import type { AskOptions, FailedReply, Tier, TierReply } from "../core/model.ts";
import type { Prompt } from "../core/prompt.ts";
import type { Store } from "../core/store.ts";
import type { CheckSpec, TaskSource, TaskSummary } from "../core/task.ts";
import type { Workspaces } from "../core/workspace.ts";
import type { PromptStack } from "../prompt/stack.ts";
import type { Protection } from "./protect.ts";

export interface Limits {
  readonly attempts: number;
  readonly taskMs: number;
  readonly checkMs: number;
  readonly maxFiles: number;
  readonly maxLines: number;
  readonly leaseMs: number;
  /** Room for files in a prompt. */
  readonly contextCharacters: number;
  readonly evidenceCharacters: number;
}

interface AskTierOptions extends AskOptions {
  /** Monotonic milliseconds at which the task's time is used up. */
  readonly deadline: number;
  /** Told of every failed call. */
  readonly onFailure: (failed: FailedReply) => Promise<void>;
}

type AskTier = (tier: Tier, prompt: Prompt, options: AskTierOptions, signal: AbortSignal) => Promise<TierReply>;

export interface World {
  readonly store: Store;
  readonly source: TaskSource;
  readonly workspaces: Workspaces;
  /** Keeps an applied patch and returns its file's name. */
  readonly savePatch: (taskId: string, diff: string) => string;
  readonly runCheck: RunCheck;
  /** For tasks that name none. */
  readonly defaultChecks: readonly CheckSpec[];
  readonly tierOf: (task: TaskSummary) => Tier;
  readonly askTier: AskTier;
  readonly askOptions: AskOptions;
  readonly prompts: PromptStack;
  /** What no patch may touch, whatever it says. */
  readonly protection: Protection;
  readonly limits: Limits;
  /** Of the whole run; in words, once it is used up. */
  readonly budget: { exceeded(): string | undefined };
  readonly clock: Clock;
  /** Resolves after that time, or at once when aborted. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  /** `host:pid:start`: who holds the leases. */
  readonly worker: string;
  readonly isWorkerGone: (worker: string) => boolean;
  readonly onEvent: (event: RalphEvent) => void;
}
