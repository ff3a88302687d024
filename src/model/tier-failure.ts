/** What the failure of a whole tier comes to: whatever gives the task another chance decides. Pure. */
import type { FailedTier, FailureClass, ModelFailure } from "../core/model.ts";

export interface TierFailure {
  /**
   * "again": an answer was no good, and the next one may be better. "wait": nobody can be asked for a while.
   * "too long": no model can take the prompt. "aborted": ralph was stopped.
   */
  readonly kind: "again" | "wait" | "too long" | "aborted";
  /** The one that decided. */
  readonly failure: ModelFailure;
}

const KINDS: Readonly<Record<FailureClass, TierFailure["kind"]>> = {
  "bad answer": "again",
  timeout: "again",
  refused: "wait",
  loading: "wait",
  auth: "wait",
  "rate limited": "wait",
  overloaded: "wait",
  "context overflow": "too long",
  aborted: "aborted",
};

const ORDER = ["aborted", "again", "wait", "too long"] as const;

export function judgeTier({ failure, tried }: FailedTier): TierFailure {
  const kinds = tried.map((each): TierFailure => ({ kind: kindOf(each), failure: each.failure }));
  const all = [
    ...kinds,
    ...(tried.length === 0 || failure.class === "aborted" ? [{ kind: KINDS[failure.class], failure }] : []),
  ];
  for (const kind of ORDER) {
    const found = all.findLast((each) => each.kind === kind);
    if (found !== undefined) return found;
  }
  return { kind: "wait", failure };
}

/** A model that was not asked, because it rests, has said nothing new. */
const kindOf = ({ failure, calls }: FailedTier["tried"][number]): TierFailure["kind"] =>
  calls === 0 && failure.class !== "context overflow" && failure.class !== "aborted" ? "wait" : KINDS[failure.class];
