/** One attempt: a prompt, a reply, a patch that holds or a reason why not, the checks, and what they say. */
import { withEarlier } from "../check/baseline.ts";
import type { FailedReply, TierReply, TotalUsage } from "../core/model.ts";
import type { FileChange } from "../core/patch.ts";
import { addUsage } from "../core/usage.ts";
import { renderDiff } from "../patch/render.ts";
import { boundsNow } from "./bounds.ts";
import { judge, judgeFailure, retryWith } from "./decide.ts";
import { gradeWorkspace } from "./grade.ts";
import { attemptQuestions } from "./question.ts";
import { readReply } from "./read-reply.ts";
import type { Past } from "./recall.ts";
import type { Progress, Step, TaskRun } from "./task-run.ts";

export interface Attempted {
  readonly step: Step;
  readonly progress: Progress;
}

/** @param pending the same attempt of an interrupted run: an answer that had come is not asked for again */
export async function attempt(run: TaskRun, before: Progress, pending: Past["pending"]): Promise<Attempted> {
  const { journal, workspace } = run;
  const progress = { ...before, bounds: await boundsNow(run, before.bounds) };
  const { role } = progress;
  const number = progress.attempts + 1;
  const at = pending?.at ?? (await journal.recordDurably({ type: "attempt.started", attempt: number, role })).at;
  const { reply, usage } = await replyOf(run, progress, { number, pending });
  const counted: Progress = { ...progress, attempts: number, usage, model: reply.model };
  if (reply.kind === "failed") return { step: judgeFailure(reply, run.tier.name, progress), progress: counted };

  const read = readReply(reply.text, {
    writer: { ...progress.bounds, role },
    workspace,
    paths: progress.shown.paths,
    protection: run.world.protection,
  });
  if (read.kind === "question")
    return { step: { kind: "blocked", reason: `question: ${read.text}` }, progress: counted };
  if (read.kind === "unusable") {
    await journal.record({ type: "patch.rejected", attempt: number, rejects: read.rejects });
    return { step: retryWith(progress, read.evidence), progress: counted };
  }

  const head = workspace.head();
  await apply(run, read.changes, { number, at });
  const runs = await gradeWorkspace(run, role === "tester" ? "red" : "attempt", progress);
  const { allowance } = run;
  const { step, keep } = judge({ progress, runs, changes: read.changes, limits: run.world.limits, allowance });
  if (keep) return { step, progress: { ...counted, runs: withEarlier(runs, progress.runs) } };
  await workspace.checkout(head);
  return { step, progress: counted };
}

interface Answered {
  readonly reply: TierReply;
  /** Of the task so far, what failed calls wrote included. */
  readonly usage: TotalUsage;
}

/** An answer of an interrupted run is not asked for again, and is counted in its journal. */
async function replyOf(
  run: TaskRun,
  progress: Progress,
  { number, pending }: { readonly number: number; readonly pending: Past["pending"] },
): Promise<Answered> {
  if (pending?.reply !== undefined) return { reply: pending.reply, usage: progress.usage };
  const { world, journal } = run;
  const questionFor = await attemptQuestions(run, progress, number);
  let { usage } = progress;
  const onFailure = async (reply: FailedReply): Promise<void> => {
    const { kind: _, ...failed } = reply;
    usage = addUsage(usage, failed);
    await journal.record({ type: "model.failed", attempt: number, ...failed });
  };
  const reply = await world.askTier(run.tier, questionFor, { deadline: run.deadline, onFailure }, run.signal);
  run.signal.throwIfAborted();
  if (reply.kind === "failed") return { reply, usage };
  const { kind: _, ...said } = reply;
  await journal.record({ type: "model.replied", attempt: number, ...said });
  return { reply, usage: addUsage(usage, reply) };
}

async function apply(
  run: TaskRun,
  changes: readonly FileChange[],
  { number, at }: { readonly number: number; readonly at: number },
): Promise<void> {
  const { task, workspace, world, journal } = run;
  const diffFile = world.savePatch(task.id, renderDiff(changes));
  const message = `${task.id}: attempt ${number}`;
  const commit = await workspace.commit({ changes, message, name: String(number), at });
  await journal.record({ type: "patch.applied", attempt: number, commit, files: pathsOf(changes), diffFile });
}

const pathsOf = (changes: readonly FileChange[]): readonly string[] => changes.map((change) => change.path);
