/** After green: once more from a clean checkout of the very commit that lands, then onto the run's branch. */

import { compareRuns } from "../check/compare.ts";
import { describeFailure } from "../check/evidence.ts";
import type { TestRun } from "../core/check.ts";
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
  for (;;) {
    const runs = await world.workspaces.fresh(commit, (path) => runChecks(run, "final", path));
    const failed = notGreen(run, progress, runs);
    if (failed !== undefined) return { step: failed };

    // Nobody lands without the lease: a worker that slept through its time stops here.
    await world.store.queue.renew(run.lease, world.limits.leaseMs);
    const landing = await workspace.land(commit);
    if (landing.kind === "conflict") return { step: { kind: "moved", reason: conflictReason(landing.files) } };
    if (landing.kind === "landed") {
      await journal.record({ type: "task.landed", commit: landing.commit, branch: landing.branch });
      return { step: { kind: "complete" }, commit: landing.commit };
    }
    commit = landing.commit;
  }
}

function notGreen({ world }: TaskRun, progress: Progress, runs: readonly TestRun[]): Step | undefined {
  const comparison = compareRuns(progress.baseline, runs, progress.targets);
  if (isGreen(comparison)) return undefined;
  const { text, fingerprint } = describeFailure(comparison, { maxCharacters: world.limits.evidenceCharacters });
  const where = "It passed in the work tree, but not in a clean checkout of the commit:";
  return {
    kind: "retry",
    evidence: [{ kind: "tests failed", text: `${where}\n${text}`, fingerprint: `clean: ${fingerprint}` }],
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
