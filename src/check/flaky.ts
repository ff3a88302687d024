/** Tests that say two things about the same code. Pure. */
import type { TestResult, TestRun } from "../core/check.ts";
import { isRed, targetKey } from "./test-ids.ts";

export interface Settled {
  readonly run: TestRun;
  /** Keys of what failed once and passed once. */
  readonly flaky: readonly string[];
}

const SOMETIMES = "it passes only sometimes: of two runs on the same code one failed and one passed";

/**
 * @param first a run in which something failed that should not
 * @param second the same check once more, on the same code
 * A target that flips stays red, because a test that passes only sometimes proves nothing; any other is left out. Where a
 * whole file or command flips, what it hid in the first run comes from the second.
 */
export function settle(first: TestRun, second: TestRun, targets: ReadonlySet<string>): Settled {
  const again = new Map(second.tests.map((test) => [test.id, test]));
  const flips = first.tests.filter((test) => isRed(test) && isPassedNow(test, again, second));
  if (flips.length === 0) return { run: first, flaky: [] };
  const flipped = new Set(flips.map((test) => test.id));
  const known = new Set(first.tests.map((test) => test.id));
  const hides = flips.some((test) => test.kind !== "test");
  const unseen = hides ? second.tests.filter((test) => !known.has(test.id)) : [];
  const tests = [...first.tests, ...unseen].flatMap((test): readonly TestResult[] => {
    const isTarget = targets.has(targetKey(first, test));
    if (!flipped.has(test.id) && !(isTarget && unseen.includes(test))) return [test];
    return isTarget ? [{ ...test, status: "errored", message: SOMETIMES }] : [];
  });
  return { run: { ...first, tests }, flaky: flips.map((test) => targetKey(first, test)) };
}

function isPassedNow(test: TestResult, again: ReadonlyMap<string, TestResult>, second: TestRun): boolean {
  const now = again.get(test.id);
  if (now !== undefined) return now.status === "passed";
  if (test.kind === "command") return second.passed;
  // A file that loads has no result of its own: its tests speak for it.
  const own = second.tests.filter((each) => each.file === test.id);
  return test.kind === "file" && own.length > 0 && !own.some(isRed);
}
