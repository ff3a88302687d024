/** What the next prompt is told about the last attempt: short, and about the code only. */
export interface Evidence {
  readonly kind:
    | "red"
    | "tests failed"
    | "regressed"
    | "not red"
    | "patch rejected"
    | "no patch"
    | "model failed"
    | "not verified"
    /** For a verifier: what was changed, and which lines of it look strange. */
    | "change"
    | "suspect";
  readonly text: string;
  /** Equal for two attempts that failed in the same way. */
  readonly fingerprint: string;
}

export type Verdict =
  | { readonly kind: "complete" }
  | { readonly kind: "retry"; readonly evidence: readonly Evidence[] }
  /** No progress: the task goes behind the others, and on with a stronger tier. */
  | { readonly kind: "escalate"; readonly to: string; readonly reason: string }
  | { readonly kind: "blocked"; readonly reason: string }
  /** No model of its tier can be asked before `until` (epoch milliseconds): the task stays PENDING, others go on. */
  | {
      readonly kind: "waiting";
      readonly tier: string;
      readonly until: number;
      /** Each model, what was tried and the cure. */
      readonly reason: string;
      /** A quota with a known end is waited for as long as it takes, anything else only for a while. */
      readonly isQuota: boolean;
    }
  /** Nothing is decided about the task: it stays PENDING. */
  | { readonly kind: "stopped"; readonly why: StopReason; readonly reason: string };

export type StopReason = "interrupted" | "set-up" | "budget";
