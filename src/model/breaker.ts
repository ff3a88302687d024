/**
 * A circuit breaker per model: closed (it is asked), open (it rests), half-open (its rest is over: one look at its
 * health decides). A model that does not answer is not asked again and again, and comes back by itself.
 * Rests grow from failure to failure and end with the first answer. Pure but for the clock.
 */
import type { Clock } from "../core/clock.ts";
import type { FailureClass, ModelFailure } from "../core/model.ts";

interface Rest {
  readonly failure: ModelFailure;
  /** Epoch milliseconds. */
  readonly until: number;
}

export interface Breaker {
  /** Undefined: it may be asked. */
  restOf(model: string): Rest | undefined;
  /** Its rest is over, and nothing has been heard of it since. */
  isHalfOpen(model: string): boolean;
  succeeded(model: string): void;
  failed(model: string, failure: ModelFailure): void;
}

export const neverRests: Breaker = {
  restOf: () => undefined,
  isHalfOpen: () => false,
  succeeded: () => {},
  failed: () => {},
};

interface Rule {
  /** Failures in a row before the model rests. */
  readonly after: number;
  readonly firstMs: number;
  readonly longestMs: number;
}

const [SECOND, MINUTE] = [1_000, 60_000];
const NEVER: Rule = { after: Number.POSITIVE_INFINITY, firstMs: 0, longestMs: 0 };

const RULES: Readonly<Record<FailureClass, Rule>> = {
  refused: { after: 1, firstMs: 15 * SECOND, longestMs: 5 * MINUTE },
  loading: { after: 1, firstMs: 15 * SECOND, longestMs: 2 * MINUTE },
  overloaded: { after: 1, firstMs: 30 * SECOND, longestMs: 5 * MINUTE },
  // Without a stated time: limits by the minute are the common ones.
  "rate limited": { after: 1, firstMs: MINUTE, longestMs: 30 * MINUTE },
  auth: { after: 1, firstMs: 10 * MINUTE, longestMs: 10 * MINUTE },
  "bad answer": { after: 3, firstMs: MINUTE, longestMs: 10 * MINUTE },
  timeout: { after: 2, firstMs: MINUTE, longestMs: 10 * MINUTE },
  // The prompt's fault, or ours: nothing is learnt of the model.
  "context overflow": NEVER,
  aborted: NEVER,
};

interface State {
  /** In a row, of one class. */
  readonly failures: number;
  readonly failure: ModelFailure;
  readonly until: number;
}

export function breaker(clock: Clock): Breaker {
  const states = new Map<string, State>();
  return {
    restOf: (model) => {
      const state = states.get(model);
      return state !== undefined && clock.now() < state.until ? state : undefined;
    },
    isHalfOpen: (model) => {
      const state = states.get(model);
      return state !== undefined && state.until > 0 && clock.now() >= state.until;
    },
    succeeded: (model) => void states.delete(model),
    failed: (model, failure) => {
      if (RULES[failure.class] === NEVER) return;
      states.set(model, afterFailure(states.get(model), failure, clock.now()));
    },
  };
}

function afterFailure(before: State | undefined, failure: ModelFailure, now: number): State {
  const rule = RULES[failure.class];
  const failures = before?.failure.class === failure.class ? before.failures + 1 : 1;
  if (failures < rule.after) return { failures, failure, until: 0 };
  const restMs = Math.min(rule.firstMs * 2 ** (failures - rule.after), rule.longestMs);
  const { retryAt = 0 } = failure;
  // A time that has passed already did not help: the model failed again.
  const isStated = failure.class === "rate limited" && retryAt > now;
  return { failures, failure, until: isStated ? retryAt : now + restMs };
}
