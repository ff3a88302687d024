/** What a runner has to tell about itself, so that run.ts can start it and read what it reports. */
import type { Word } from "./command-line.ts";
import type { RunFacts } from "./judge-run.ts";
import { readTestReport } from "./test-report.ts";
import { problemText, type ResultContext, testResults } from "./test-results.ts";

export type Words = readonly [Word, ...Word[]];

export interface Instrumented {
  readonly words: Words;
  readonly env: Readonly<Record<string, string>>;
  /** The command picks tests by name, so a file may well run none of its own. */
  readonly isFiltered?: boolean;
}

export interface Runner {
  readonly name: string;
  /** The command that writes a report to `reportFile` as it runs; undefined: the words start something else. */
  instrument(words: Words, reportFile: string): Instrumented | undefined;
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

/** @param text of the report file; undefined = there is none */
export function readReport(text: string | undefined, context: ResultContext): NonNullable<RunFacts["report"]> {
  const report = readTestReport(text ?? "");
  return {
    tests: testResults(report, context),
    problems: report.problems.map((problem) => problemText(problem, context)),
    unfinished: report.unfinished.map(({ name }) => name),
    isComplete: report.isComplete,
  };
}
