/** Which success criteria are met, and who says so. Pure. */
import { PROBES } from "../check/probe-check.ts";
import { splitTargetKey } from "../check/test-ids.ts";
import type { Criterion, Judge, Task } from "../core/task.ts";
import type { Progress } from "./task-run.ts";

export interface Proven {
  /** In the task file; the first criterion is 1. */
  readonly place: number;
  /** "the tests", "ralph", "opus, who read the change"; undefined = nobody judged it. */
  readonly by: string | undefined;
}

/** Criteria that only a reader can judge: prose, and everything that tests would judge where there is no test. */
export const readersCriteria = (task: Task, progress: Pick<Progress, "targets">): readonly Criterion[] =>
  task.criteria.filter((criterion) => judgeOf(criterion, progress) === "reader");

const judgeOf = ({ judge }: Criterion, { targets }: Pick<Progress, "targets">): Judge =>
  judge === "tests" && !targets.some((target) => splitTargetKey(target).check !== PROBES) ? "reader" : judge;

/** @param verifier who read the change and says yes */
export function provenBy(
  { criteria }: Task,
  progress: Pick<Progress, "targets">,
  verifier: string | undefined,
): readonly Proven[] {
  const by: Readonly<Record<Judge, string | undefined>> = {
    ralph: "ralph",
    tests: "the tests",
    reader: verifier === undefined ? undefined : `${verifier}, who read the change`,
  };
  return criteria.map((criterion, at) => ({ place: at + 1, by: by[judgeOf(criterion, progress)] }));
}

const NOBODY = "nobody";

/** `1, 2 by the tests; 3 by nobody`: the value of the status block's CRITERIA. */
export function describeProven(proven: readonly Proven[]): string {
  const judges = [...new Set(proven.map(({ by }) => by))];
  return judges
    .map((judge) => {
      const places = proven.filter(({ by }) => by === judge).map(({ place }) => place);
      return `${places.join(", ")} by ${judge ?? NOBODY}`;
    })
    .join("; ");
}

/** The places of the criteria that `describeProven` says are met. */
export const provenPlaces = (text: string): readonly number[] =>
  text.split("; ").flatMap((part) => {
    const [, places = "", judge] = /^([\d, ]+) by (.+)$/.exec(part) ?? [];
    return judge === undefined || judge === NOBODY ? [] : places.split(", ").map(Number);
  });
