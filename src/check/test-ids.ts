/** How results are named, so that runs of different times and checks can be compared. Pure. */
import type { TestResult, TestRun } from "../core/check.ts";

/** Between the name of a check and the id of one of its results. */
const CHECK_SEPARATOR = " » ";

/** A target or a baseline result, unique over all checks of a task: `check » file > suite > name`. */
export const targetKey = (run: TestRun, test: TestResult): string => `${run.name}${CHECK_SEPARATOR}${test.id}`;

export function splitTargetKey(key: string): { readonly check: string; readonly id: string } {
  const at = key.indexOf(CHECK_SEPARATOR);
  return at < 0 ? { check: "", id: key } : { check: key.slice(0, at), id: key.slice(at + CHECK_SEPARATOR.length) };
}

/** Name of the run that stands for dependencies that could not be made ready: no check, and said anew each time. */
export const SETUP = "set-up";

/** Id of the one result that stands for a whole command. */
export const commandId = (command: string): string => `$ ${command}`;

/** Two results of one id keep apart by their order. */
export function withUniqueIds(results: readonly TestResult[]): readonly TestResult[] {
  const seen = new Map<string, number>();
  return results.map((result) => {
    const count = (seen.get(result.id) ?? 0) + 1;
    seen.set(result.id, count);
    return count === 1 ? result : { ...result, id: `${result.id} (${count})` };
  });
}

export const isRed = (test: TestResult): boolean => test.status === "failed" || test.status === "errored";
