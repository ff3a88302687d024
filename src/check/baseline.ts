/** Sets of runs of a task's checks: what an earlier set says where a later one is silent. Pure. */
import type { TestResult, TestRun } from "../core/check.ts";
import { isRed, SETUP, splitTargetKey } from "./test-ids.ts";

/** `now`, and of checks that were not run this time what they said before. */
export function withEarlier(now: readonly TestRun[], before: readonly TestRun[]): readonly TestRun[] {
  const names = new Set(now.map((run) => run.name));
  return [...now, ...before.filter((run) => !names.has(run.name) && run.name !== SETUP)];
}

/**
 * The baseline once new tests are red: what passed before stays in it, also where a test that does not compile kept all
 * others from running.
 */
export function mergeBaseline(before: readonly TestRun[], red: readonly TestRun[]): readonly TestRun[] {
  return withEarlier(red, before).map((run) => {
    const known = before.find((each) => each.name === run.name);
    const ids = new Set(run.tests.map((test) => test.id));
    const missing = known?.tests.filter((test) => !ids.has(test.id)) ?? [];
    return missing.length === 0 ? run : { ...run, tests: [...run.tests, ...missing] };
  });
}

/**
 * What the targets say is taken from `proof`, a run with the proving tests as they were when they were red; everything
 * else from `runs`.
 */
export function withProof(
  runs: readonly TestRun[],
  proof: readonly TestRun[],
  targets: readonly string[],
): readonly TestRun[] {
  return runs.map((run) => {
    const ids = new Set(targets.map(splitTargetKey).flatMap(({ check, id }) => (check === run.name ? [id] : [])));
    const proves = ({ id, file, kind }: TestResult): boolean =>
      ids.has(id) || (file !== undefined && ids.has(file)) || (kind === "command" && ids.size > 0);
    const proven = proof.find((each) => each.name === run.name);
    if (ids.size === 0) return run;
    const proofs = proven?.tests.filter(proves) ?? [];
    const tests = [...run.tests.filter((test) => !proves(test)), ...proofs];
    return { ...run, tests, passed: run.passed && !proofs.some((test) => test.kind === "command" && isRed(test)) };
  });
}
