/** Who writes patches: tests until red is proved, then code. */
export type WritingRole = "tester" | "builder";
/** A verifier judges what no test can, a planner cuts a goal into tasks. */
export type Role = WritingRole | "verifier" | "planner";

/** Who wants the reply: recorded answers are found by it, and logs name it. */
export interface PromptPurpose {
  readonly taskId: string;
  readonly role: Role;
  /** 1-based. */
  readonly attempt: number;
}

/** Constant parts first, so that a server's prompt cache holds from attempt to attempt. */
export interface Prompt {
  readonly purpose: PromptPurpose;
  readonly system: string;
  readonly user: string;
  /** What did not fit or was not asked for, named for the person and the model. */
  readonly leftOut: readonly string[];
}
