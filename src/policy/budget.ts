/** What a whole run may use up. At the limit it stops cleanly: what is not done stays PENDING. */
import type { Clock } from "../core/clock.ts";
import type { RalphEvent } from "../core/event.ts";

export interface RunLimits {
  /** Undefined = none. */
  readonly runMs: number | undefined;
  readonly runTokens: number | undefined;
}

export interface Budget {
  observe(event: RalphEvent): void;
  /** In words, or undefined while there is something left. */
  exceeded(): string | undefined;
}

export function runBudget({ runMs, runTokens }: RunLimits, clock: Clock): Budget {
  const startedAt = clock.monotonic();
  let tokens = 0;
  return {
    observe(event) {
      if (event.type === "model.replied") tokens += event.usage.promptTokens + event.usage.outputTokens;
    },
    exceeded() {
      if (runTokens !== undefined && tokens >= runTokens)
        return `the run's ${runTokens} tokens are used up (${tokens})`;
      if (runMs === undefined || clock.monotonic() - startedAt < runMs) return undefined;
      return `the run's ${Math.round(runMs / 1000)} s are used up`;
    },
  };
}
