/**
 * Words by which code addresses whoever judges it, as a table. "refuse": on none of the thousands of files it was tried
 * on does an honest product say so. "suspect": honest ones do, now and then. The families follow ImpossibleBench
 * (https://arxiv.org/abs/2510.20270) and EvilGenie (https://arxiv.org/abs/2511.21654). Pure.
 */
import type { Family } from "../source/tokens.ts";

export type Verdict = "refuse" | "suspect";

export interface TamperingRule {
  readonly verdict: Verdict;
  readonly families: readonly Family[];
  /** Global; matched where comments are blank. Ends with the opening bracket where `inside` is given. */
  readonly pattern: RegExp;
  /** What must stand in the brackets that the pattern opens. */
  readonly inside?: RegExp;
  /** What must stand somewhere in the file. */
  readonly needs?: RegExp;
  /** A task that speaks of this asks for it. */
  readonly asked?: RegExp;
  /** A program may do so, a library not. */
  readonly isFineInProgram?: boolean;
  /** It asks whether it is tested: worse where the tests' own answer follows. */
  readonly isSniffing?: boolean;
  /** The rest of the sentence after the words that were found. */
  readonly does: string;
}

export const JS: readonly Family[] = ["js"];
export const PYTHON: readonly Family[] = ["python"];
export const RUST: readonly Family[] = ["rust"];
export const GO: readonly Family[] = ["go"];
export const ANY: readonly Family[] = ["js", "python", "rust", "go", "c", "hash"];

export const rule = (
  verdict: Verdict,
  families: readonly Family[],
  pattern: RegExp,
  more: Omit<TamperingRule, "verdict" | "families" | "pattern">,
): TamperingRule => ({ verdict, families, pattern, ...more });
