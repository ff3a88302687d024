/** What a runner has to tell about itself, so that run.ts can start it and read what it reports. */
import type { TestResult, TestStatus } from "../../core/check.ts";
import type { ProcessResult } from "../../core/process.ts";
import type { Word } from "../command-line.ts";

export type Words = readonly [Word, ...Word[]];

type Environment = Readonly<Record<string, string>>;

/** A command that tells ralph its results. */
export interface Instrumented {
  readonly words: Words;
  readonly env: Environment;
  /** The command picks tests by name, so a file may well run none of its own. */
  readonly isFiltered?: boolean;
}

export interface ReadContext {
  /** Absolute; ids and paths are relative to it. */
  readonly root: string;
  /** Absolute; where the runner ran. */
  readonly cwd: string;
  /** What to think of the file at this absolute path when it ended well and ran no test. */
  readonly emptyFileStatus: (file: string) => TestStatus;
}

/** What a runner said of one run, in the words that all share. */
export interface Report {
  readonly tests: readonly TestResult[];
  /** Errors that belong to no test. */
  readonly problems: readonly string[];
  /** Names of tests that began and have no result. */
  readonly unfinished: readonly string[];
  /** False: the runner did not come to its end, or its counts do not add up. */
  readonly isComplete: boolean;
  /** What failing tests left to look at: traces, screenshots. Paths are relative to the report file's folder. */
  readonly attachments?: readonly { readonly testId: string; readonly name: string; readonly path: string }[];
  /** The tests could not be built, so most of them did not run. */
  readonly isUnbuilt?: boolean;
}

interface RunEnd {
  /** Text of the report file; undefined = there is none. */
  readonly report: string | undefined;
  /** `stdout`, `stderr` and `output` lack their middle where they are long: see `RunReader.line`. */
  readonly result: ProcessResult;
}

/** Reads one run. */
export interface RunReader {
  /** Each line of standard output as it comes, whatever is kept of it; one of more than 64 KiB comes in pieces. */
  readonly line?: (text: string) => void;
  /** Called once, at the end. */
  readonly report: (end: RunEnd) => Report;
}

export interface Runner {
  readonly name: string;
  /**
   * The command that writes a report to `reportFile`, if it needs one; undefined: the words start something else.
   *
   * @param env what the person's command line sets
   */
  instrument(words: Words, reportFile: string, env?: Environment): Instrumented | undefined;
  reader(context: ReadContext): RunReader;
  /** What to do when the program is not there. */
  readonly installHint?: string;
}

export const word = (text: string): Word => ({ text, isGlob: false });

/** Drops options that would send the results elsewhere; `names` take their value as `--name=value` or as the next word. */
export function withoutOptions(words: readonly Word[], names: ReadonlySet<string>): readonly Word[] {
  return words.filter(({ text }, at) => {
    const before = words[at - 1]?.text ?? "";
    return !names.has(text.split("=")[0] ?? "") && (!names.has(before) || text.startsWith("-"));
  });
}
