/**
 * After green: once more from a clean checkout of the very commit that lands, once more red without it, and a reader's
 * word where no test can tell; then onto the run's branch.
 */
import { describeFailure } from "../check/evidence.ts";
import type { CommitId } from "../core/workspace.ts";
import { isGreen } from "./decide.ts";
import { compareWith, grade } from "./grade.ts";
import { type Proven, provenBy } from "./proven.ts";
import type { Past } from "./recall.ts";
import type { Progress, Step, TaskRun } from "./task-run.ts";
import { verify } from "./verify.ts";

export interface Finished {
  readonly step: Step;
  readonly progress: Progress;
  readonly commit?: CommitId;
  /** The success criteria, and who says that they are met. */
  readonly proven?: readonly Proven[];
}

/** @param pending of an interrupted run: a reader who has answered is not asked again */
export async function finish(run: TaskRun, progress: Progress, pending: Past["pending"]): Promise<Finished> {
  const { workspace, world, journal } = run;
  let commit = await workspace.squash(commitMessage(run, progress));
  let failed = (await notGreen(run, progress, commit)) ?? (await notRed(run, progress));
  if (failed !== undefined) return { step: failed, progress };
  const verified = await verify(run, progress, pending?.verified);
  const read = { progress: verified.progress, proven: provenBy(run.task, progress, verified.verifier) };
  failed = verified.step;
  while (failed === undefined) {
    // Nobody lands without the lease: a worker that slept through its time stops here.
    await world.store.queue.renew(run.lease, world.limits.leaseMs);
    const landing = await workspace.land(commit);
    if (landing.kind === "conflict") return { step: { kind: "moved", reason: conflictReason(landing.files) }, ...read };
    commit = landing.commit;
    if (landing.kind === "landed") {
      await journal.record({ type: "task.landed", commit, branch: landing.branch });
      return { step: { kind: "complete" }, commit, ...read };
    }
    failed = await notGreen(run, progress, commit);
  }
  return { step: failed, progress: verified.progress };
}

async function notGreen(run: TaskRun, progress: Progress, commit: CommitId): Promise<Step | undefined> {
  const { world } = run;
  const runs = await world.workspaces.fresh(commit, (place) =>
    grade(run, { phase: "final", known: progress, place, commit }),
  );
  const comparison = compareWith(run, progress, runs);
  if (isGreen(comparison)) return undefined;
  const { text, fingerprint } = describeFailure(comparison, { maxCharacters: world.limits.evidenceCharacters });
  const where = "It passed in the work tree, but not in a clean checkout of the commit:";
  return {
    kind: "retry",
    evidence: [{ kind: "tests failed", text: `${where}\n${text}`, fingerprint: `clean: ${fingerprint}` }],
  };
}

/** A test that fails today and passes tomorrow on the same code, or that something outside mended, proves nothing. */
async function notRed(run: TaskRun, progress: Progress): Promise<Step | undefined> {
  const { redAt, targets } = progress;
  const runs = await run.world.workspaces.fresh(redAt, (place) =>
    grade(run, { phase: "red again", known: progress, place, commit: redAt }),
  );
  const { green } = compareWith(run, progress, runs);
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
