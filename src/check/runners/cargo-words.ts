/** What stands where in a line that starts with `cargo`. Pure. */
import { basename } from "node:path";
import type { Word } from "../command-line.ts";
import { type Words, withoutOptions } from "./runner.ts";

export interface CargoWords {
  readonly program: Word;
  /** `+toolchain` and the options in front of the subcommand. */
  readonly before: readonly Word[];
  readonly subcommand: Word;
  /** Up to `--`. */
  readonly args: readonly Word[];
  /** Behind `--`: for the tests' own harness. */
  readonly harness: readonly Word[];
}

const GLOBAL_WITH_VALUE = /^(?:--color|--config|-Z)$/;

/** Undefined for another program, without a subcommand, and for `-C DIR`, which moves all paths that are reported. */
export function readCargoWords([program, ...rest]: Words): CargoWords | undefined {
  if (basename(program.text) !== "cargo") return undefined;
  const at = rest.findIndex(
    ({ text }, index) => !/^[-+]/.test(text) && !GLOBAL_WITH_VALUE.test(rest[index - 1]?.text ?? ""),
  );
  const subcommand = rest[at];
  if (subcommand === undefined) return undefined;
  const before = rest.slice(0, at);
  if (before.some(({ text }) => text.startsWith("-C"))) return undefined;
  const own = rest.slice(at + 1);
  const end = own.findIndex(({ text }) => text === "--");
  const args = end < 0 ? own : own.slice(0, end);
  return { program, before, subcommand, args, harness: end < 0 ? [] : own.slice(end + 1) };
}

/** Options that change what is printed and how; a run for ralph sets its own. */
export interface DisplayOptions {
  readonly flags: RegExp;
  readonly withValue: ReadonlySet<string>;
}

export const withoutDisplay = (words: readonly Word[], { flags, withValue }: DisplayOptions): readonly Word[] =>
  withoutOptions(words, withValue).filter(({ text }) => !flags.test(text));
