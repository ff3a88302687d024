/** What a whole run may use up. At the limit it stops cleanly: what is not done stays PENDING. */
import type { Clock } from "../core/clock.ts";
import type { RalphEvent } from "../core/event.ts";
import type { TotalUsage } from "../core/model.ts";
import { addUsage, NO_USAGE, tokensOf } from "../core/usage.ts";

export interface RunLimits {
  /** Undefined = none. */
  readonly runMs: number | undefined;
  readonly runTokens: number | undefined;
  /** US dollars. */
  readonly runCostUsd: number | undefined;
}

export interface Budget {
  observe(event: RalphEvent): void;
  /** In words, or undefined while there is something left. */
  exceeded(): string | undefined;
  /** Tokens that may still be used. */
  tokensLeft(): number;
  /** Of every answer so far. */
  used(): TotalUsage;
}

export function runBudget({ runMs, runTokens, runCostUsd }: RunLimits, clock: Clock): Budget {
  const startedAt = clock.monotonic();
  let usage = NO_USAGE;
  return {
    observe(event) {
      if (event.type === "model.replied" || event.type === "model.failed" || event.type === "change.verified")
        usage = addUsage(usage, event);
    },
    exceeded() {
      const tokens = tokensOf(usage);
      const cost = usage.costUsd ?? 0;
      if (runTokens !== undefined && tokens >= runTokens)
        return `the run's ${runTokens} tokens are used up (${tokens})`;
      if (runCostUsd !== undefined && cost >= runCostUsd)
        return `the run's $${runCostUsd} are used up ($${cost.toFixed(2)})`;
      if (runMs === undefined || clock.monotonic() - startedAt < runMs) return undefined;
      return `the run's ${Math.round(runMs / 1000)} s are used up`;
    },
    tokensLeft: () => Math.max(0, (runTokens ?? Number.POSITIVE_INFINITY) - tokensOf(usage)),
    used: () => usage,
  };
}
