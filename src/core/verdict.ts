/** What the next prompt is told about the last attempt: short, and about the code only. */
export interface Evidence {
  readonly kind: "patch rejected" | "tests failed" | "no patch" | "model failed" | "regressed" | "not red" | "moved";
  readonly text: string;
  /** Equal for two attempts that failed in the same way. */
  readonly fingerprint: string;
}

export type Verdict =
  | { readonly kind: "complete" }
  | { readonly kind: "retry"; readonly evidence: Evidence }
  | { readonly kind: "blocked"; readonly reason: string }
  /** Nothing is decided about the task: it stays PENDING. */
  | { readonly kind: "stopped"; readonly why: StopReason; readonly reason: string };

export type StopReason = "interrupted" | "set-up" | "budget";
