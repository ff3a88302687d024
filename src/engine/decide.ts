/**
 * Evidence -> verdict, pure. A model's words decide nothing here: only test runs that ralph made itself do.
 */

import { withEarlier } from "../check/baseline.ts";
import { type Allowance, compareRuns, redProbes, redTargets } from "../check/compare.ts";
import { describeFailure, describeProgress } from "../check/evidence.ts";
import type { Comparison, LoadFault, TestResult, TestRun } from "../core/check.ts";
import type { FailedTier, ModelFailure } from "../core/model.ts";
import type { FileChange } from "../core/patch.ts";
import type { WritingRole } from "../core/prompt.ts";
import type { Evidence, Verdict } from "../core/verdict.ts";
import { judgeTier, type TierFailure } from "../model/tier-failure.ts";
import type { Progress, Step } from "./task-run.ts";
import type { Limits } from "./world.ts";

export interface Facts {
  readonly progress: Progress;
  /** Every check, run on the patched workspace. */
  readonly runs: readonly TestRun[];
  readonly changes: readonly FileChange[];
  readonly limits: Pick<Limits, "evidenceCharacters">;
  readonly allowance: Allowance;
}

export interface Judgement {
  readonly step: Step;
  /** False: the workspace goes back to where it was before the patch. */
  readonly keep: boolean;
}

export const judge = (facts: Facts): Judgement => JUDGES[facts.progress.role](facts);

const JUDGES: Readonly<Record<WritingRole, (facts: Facts) => Judgement>> = { tester: judgeTests, builder: judgeCode };

/** Complete: every target green, and nothing that passed at the baseline fails or is gone. */
function judgeCode({ progress, runs: made, limits, allowance }: Facts): Judgement {
  // A check that was not run, because a cheaper one had failed, stands as it stood.
  const runs = withEarlier(made, progress.runs);
  const now = compareRuns(progress.baseline, runs, progress.targets, allowance);
  if (isGreen(now)) return { step: { kind: "complete" }, keep: true };

  const before = compareRuns(progress.baseline, progress.runs, progress.targets, allowance);
  const { text, fingerprint } = describeFailure(now, { maxCharacters: limits.evidenceCharacters });
  const progressed = describeProgress(before, now);
  const failure = { text: progressed === "" ? text : `${progressed}\n\n${text}`, fingerprint };
  if (now.regressed.length > 0) return { step: retry([{ kind: "regressed", ...failure }]), keep: false };
  return { step: retry([{ kind: "tests failed", ...failure }]), keep: now.green.length >= before.green.length };
}

export const isGreen = (comparison: Comparison): boolean =>
  comparison.green.length > 0 && comparison.stillRed.length === 0 && comparison.regressed.length === 0;

/** Red is proved when tests of the patch fail as they run, and everything that passed before still does. */
function judgeTests({ progress, runs, changes, limits, allowance }: Facts): Judgement {
  const files = changes.map((change) => change.path);
  const known = new Set(redTargets(progress.baseline));
  const fresh = redTargets(runs, { files }).filter((target) => !known.has(target));
  const notRed = (text: string): Judgement => ({
    step: retry([{ kind: "not red", text, fingerprint: text.slice(0, 200) }]),
    keep: false,
  });

  const broken = runs.flatMap((run) => run.tests).find((test) => isBrokenTest(test, files));
  if (broken !== undefined)
    return notRed(`${broken.file} ${BROKEN[broken.fault ?? "syntax"]}:\n${broken.message ?? ""}`);
  // What does not compile keeps other tests from running; whether they still pass is seen when it does.
  const built = runs.filter((run) => run.isUnbuilt !== true);
  const harmed = compareRuns(baselineOf(progress, built), built, [], allowance).regressed.filter(
    (test) => test.kind === "test",
  );
  if (harmed.length > 0) return notRed(`These tests passed before: ${harmed.map((test) => test.name).join(", ")}`);
  if (fresh.length === 0)
    return notRed("No new test fails. The tests must fail now, before the task's code is written.");

  const failure = describeFailure(compareRuns(progress.baseline, runs, fresh, allowance), {
    maxCharacters: limits.evidenceCharacters,
  });
  const targets = [...fresh, ...redProbes(runs)];
  return { step: { kind: "red", by: "tester", targets, evidence: [{ kind: "red", ...failure }] }, keep: true };
}

const baselineOf = ({ baseline }: Progress, runs: readonly TestRun[]): readonly TestRun[] =>
  baseline.filter((before) => runs.some((run) => run.name === before.name));

const BROKEN: Readonly<Record<LoadFault, string>> = {
  syntax: "cannot be parsed",
  build: "does not compile, and not only for want of what is to be built",
  unresolved: "does not find what it needs",
};

/** A test file that no engine can read, or that is wrong in itself, proves nothing; one that asks for what is not built yet does. */
const isBrokenTest = ({ status, file, fault }: TestResult, files: readonly string[]): boolean =>
  status === "errored" && file !== undefined && files.includes(file) && (fault === "syntax" || fault === "build");

/** Each model, what was tried, and the cures. */
function describeTried(tier: string, tried: FailedTier["tried"]): string {
  const causes = tried.map(({ model, calls, failure }) => `  ${model}: ${failure.message}${askedTimes(calls)}`);
  const cures = new Set(tried.flatMap(({ failure }) => failure.cure ?? []));
  return [`No model of ${tier} answers:`, ...causes, ...[...cures].map((cure) => `  -> ${cure}`)].join("\n");
}

function askedTimes(calls: number): string {
  if (calls === 1) return "";
  return calls === 0 ? " (rests, not asked again yet)" : ` (asked ${calls} times)`;
}

/** Nothing was decided about the task: it waits for its tier while others go on. */
export const waitFor = ({ tried, retryAt }: FailedTier, tier: string): Extract<Verdict, { kind: "waiting" }> => ({
  kind: "waiting",
  tier,
  until: retryAt,
  reason: describeTried(tier, tried),
  isQuota: tried.some(({ failure }) => failure.class === "rate limited" && failure.retryAt !== undefined),
});

type FailureStep = (failure: ModelFailure, reply: FailedTier, tier: string, progress: Progress) => Step;

const FAILURES: Readonly<Record<TierFailure["kind"], FailureStep>> = {
  aborted: () => ({ kind: "stopped", why: "interrupted", reason: "interrupted" }),
  again: ({ class: what, message }, _, __, progress) =>
    retryWith(progress, { kind: "model failed", text: message, fingerprint: `model: ${what}` }),
  wait: (_, reply, tier) => waitFor(reply, tier),
  "too long": ({ message }) => ({ kind: "blocked", reason: `the prompt does not fit the model: ${message}` }),
};

/** What it means for the task that its whole tier has failed. */
export function judgeFailure(reply: FailedTier, tier: string, progress: Progress): Step {
  const { kind, failure } = judgeTier(reply);
  return FAILURES[kind](failure, reply, tier, progress);
}

/** The same failure so often in a row that another attempt by the same tier would be for nothing. */
export const isStuck = ({ sameFailures }: Progress, { escalateAfter }: Pick<Limits, "escalateAfter">): boolean =>
  escalateAfter > 0 && sameFailures >= escalateAfter;

const retry = (evidence: readonly Evidence[]): Verdict => ({ kind: "retry", evidence });

/** The answer was of no use; what the checks said last still stands. */
export function retryWith(progress: Progress, evidence: Evidence): Verdict {
  const standing = progress.evidence.filter((each) => STANDING.has(each.kind));
  return retry([...standing, evidence]);
}

const STANDING: ReadonlySet<Evidence["kind"]> = new Set([
  "red",
  "tests failed",
  "regressed",
  "not red",
  "not verified",
]);
