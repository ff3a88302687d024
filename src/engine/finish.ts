/** After green: once more from a clean checkout of the very commit that lands, then onto the run's branch. */

import { compareRuns } from "../check/compare.ts";
import { describeFailure } from "../check/evidence.ts";
import type { CommitId } from "../core/workspace.ts";
import { isGreen } from "./decide.ts";
import { type Progress, runChecks, type Step, type TaskRun } from "./task-run.ts";

export interface Finished {
  readonly step: Step;
  readonly commit?: CommitId;
}

export async function finish(run: TaskRun, progress: Progress): Promise<Finished> {
  const { workspace, world, journal } = run;
  let commit = await workspace.squash(commitMessage(run, progress));
  let failed = (await notGreen(run, progress, commit)) ?? (await notRed(run, progress));
  while (failed === undefined) {
    // Nobody lands without the lease: a worker that slept through its time stops here.
    await world.store.queue.renew(run.lease, world.limits.leaseMs);
    const landing = await workspace.land(commit);
    if (landing.kind === "conflict") return { step: { kind: "moved", reason: conflictReason(landing.files) } };
    commit = landing.commit;
    if (landing.kind === "landed") {
      await journal.record({ type: "task.landed", commit, branch: landing.branch });
      return { step: { kind: "complete" }, commit };
    }
    failed = await notGreen(run, progress, commit);
  }
  return { step: failed };
}

async function notGreen(run: TaskRun, progress: Progress, commit: CommitId): Promise<Step | undefined> {
  const { world } = run;
  const runs = await world.workspaces.fresh(commit, (path) => runChecks(run, "final", path));
  const comparison = compareRuns(progress.baseline, runs, progress.targets);
  if (isGreen(comparison)) return undefined;
  const { text, fingerprint } = describeFailure(comparison, { maxCharacters: world.limits.evidenceCharacters });
  const where = "It passed in the work tree, but not in a clean checkout of the commit:";
  return {
    kind: "retry",
    evidence: [{ kind: "tests failed", text: `${where}\n${text}`, fingerprint: `clean: ${fingerprint}` }],
  };
}

/** A test that fails today and passes tomorrow on the same code, or that something outside mended, proves nothing. */
async function notRed(run: TaskRun, { baseline, targets, redAt }: Progress): Promise<Step | undefined> {
  const runs = await run.world.workspaces.fresh(redAt, (path) => runChecks(run, "red again", path));
  const { green } = compareRuns(baseline, runs, targets);
  if (green.length < targets.length) return undefined;
  const names = green.map((test) => test.name).join(", ");
  return {
    kind: "blocked",
    reason: `the tests do not fail every time without the change, so they prove nothing: ${names}`,
  };
}

const conflictReason = (files: readonly string[]): string =>
  `another task that landed meanwhile changed the same lines of ${files.join(", ")}`;

function commitMessage({ task, checks }: TaskRun, { attempts, targets }: Progress): string {
  const proof = targets.map((target) => `- ${target}`).join("\n");
  return `${task.id}: ${task.title}

Red before, green now, in a clean checkout of this commit:
${proof}

Checks: ${checks.map((check) => check.command).join("; ")}
Ralph-Task: ${task.id}
Ralph-Attempts: ${attempts}
`;
}
