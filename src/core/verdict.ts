/** What the next prompt is told about the last attempt: short, and about the code only. */
export interface Evidence {
  readonly kind: "red" | "tests failed" | "regressed" | "not red" | "patch rejected" | "no patch" | "model failed";
  readonly text: string;
  /** Equal for two attempts that failed in the same way. */
  readonly fingerprint: string;
}

export type Verdict =
  | { readonly kind: "complete" }
  | { readonly kind: "retry"; readonly evidence: readonly Evidence[] }
  | { readonly kind: "blocked"; readonly reason: string }
  /** Nothing is decided about the task: it stays PENDING. */
  | { readonly kind: "stopped"; readonly why: StopReason; readonly reason: string };

export type StopReason = "interrupted" | "set-up" | "budget";
