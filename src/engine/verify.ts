/**
 * Puts to a reader what no test can tell: criteria in prose, and lines that look as if they served the tests. The
 * reader's no is evidence for another attempt; a yes completes nothing that the checks do not.
 */
import { isTestFile } from "../check/freeze.ts";
import { keepsInlineTests } from "../check/inline-tests.ts";
import { tamperings } from "../check/tampering/tampering.ts";
import type { FailedReply, ModelClient, TextReply, Tier } from "../core/model.ts";
import { addUsage } from "../core/usage.ts";
import type { Evidence } from "../core/verdict.ts";
import { readersCriteria } from "./proven.ts";
import { questionsFor } from "./question.ts";
import type { Verified } from "./recall.ts";
import type { Progress, Step, TaskRun } from "./task-run.ts";

export interface Verification {
  /** Set where the reader says no. */
  readonly step?: Step;
  readonly progress: Progress;
  /** Who says yes. */
  readonly verifier?: string;
}

/** @param known what was answered before a kill */
export async function verify(run: TaskRun, progress: Progress, known: Verified | undefined): Promise<Verification> {
  if (run.world.verify === "off") return { progress };
  const strange = await suspects(run, progress);
  if (!isWanted(run, progress, strange)) return { progress };
  if (known !== undefined) return verificationOf(known, progress);
  const evidence = await whatToRead(run, progress, strange);
  return ask(run, progress, evidence);
}

function isWanted({ world, task }: TaskRun, progress: Progress, strange: readonly string[]): boolean {
  return world.verify === "always" || strange.length > 0 || readersCriteria(task, progress).length > 0;
}

/** Lines of the code that may serve the tests instead of the task, each with its place. */
async function suspects({ workspace }: TaskRun, { bounds }: Progress): Promise<readonly string[]> {
  const textOf = (path: string): string | undefined => {
    const state = workspace.read(path);
    return state.kind === "text" ? state.text : undefined;
  };
  const found: string[] = [];
  for (const path of (await workspace.changedFiles()).filter((each) => !isTestFile(each))) {
    const [before, after] = [await workspace.readBase(path), textOf(path)];
    for (const { line, what } of tamperings(path, before, after, bounds)) found.push(`${path}:${line}: ${what}`);
    if (before !== undefined && !keepsInlineTests(path, before, after ?? ""))
      found.push(`${path}: the tests within the code were changed, too`);
  }
  return found;
}

async function whatToRead(
  { workspace, task }: TaskRun,
  progress: Progress,
  strange: readonly string[],
): Promise<readonly Evidence[]> {
  const diff = await workspace.diff(workspace.base, workspace.head());
  const criteria = readersCriteria(task, progress).map(({ text }) => `- ${text}`);
  const asked = criteria.length === 0 ? "" : `\n\nNo test judges these criteria:\n${criteria.join("\n")}`;
  return [
    { kind: "change", text: `${diff}${asked}`, fingerprint: "" },
    ...(strange.length === 0 ? [] : [{ kind: "suspect", text: strange.join("\n"), fingerprint: "" } as const]),
  ];
}

async function ask(run: TaskRun, progress: Progress, evidence: readonly Evidence[]): Promise<Verification> {
  const { world, journal, signal, deadline } = run;
  const attempt = progress.attempts;
  let { usage } = progress;
  const onFailure = async (reply: FailedReply): Promise<void> => {
    const { kind: _, ...failed } = reply;
    usage = addUsage(usage, failed);
    await journal.record({ type: "model.failed", attempt, ...failed });
  };
  const state = { role: "verifier", shown: progress.shown, bounds: progress.bounds, evidence } as const;
  const tokensLeft = world.budget.tokensLeft();
  const questionFor = await questionsFor(run, state, attempt, { signal, tokensLeft, onMade: async () => {} });
  const reply = await world.askTier(readers(run, progress), questionFor, { deadline, onFailure }, signal);
  signal.throwIfAborted();
  if (reply.kind === "failed") {
    await journal.record({ type: "change.unverified", attempt, reason: reply.failure.message });
    return { progress: { ...progress, usage } };
  }
  const verified = await told(run, reply, attempt);
  return verificationOf(verified, { ...progress, usage: addUsage(usage, reply) });
}

async function told({ journal }: TaskRun, reply: TextReply, attempt: number): Promise<Verified> {
  const { model, text, usage, durationMs } = reply;
  const verdict = readVerdict(text);
  await journal.recordDurably({ type: "change.verified", attempt, model, verdict, text, usage, durationMs });
  return { model, verdict, text };
}

/** The last word counts: a reply may repeat the question first. */
function readVerdict(text: string): Verified["verdict"] {
  const word = [...text.matchAll(/^\W*VERDICT\W+(YES|NO)\b/gim)].at(-1)?.[1]?.toLowerCase();
  return word === "yes" || word === "no" ? word : "unclear";
}

const TOLD_CHARACTERS = 3_000;

function verificationOf({ verdict, model, text }: Verified, progress: Progress): Verification {
  if (verdict === "yes") return { progress, verifier: model };
  if (verdict === "unclear") return { progress };
  const unmet = text.split("\n").filter((line) => /\bNOT MET\b/i.test(line));
  const words = (unmet.length > 0 ? unmet.join("\n") : text).trim().slice(0, TOLD_CHARACTERS);
  const evidence: Evidence = { kind: "not verified", text: words, fingerprint: `not verified: ${unmet.length}` };
  return { progress, step: { kind: "retry", evidence: [evidence] } };
}

/** Of the task's own tier first, then stronger ones: whoever did not write the change. Its builder comes last. */
function readers({ world, tier }: TaskRun, { model }: Progress): Tier {
  const at = world.tiers.findIndex(({ name }) => name === tier.name);
  const tiers = [tier, ...world.tiers.slice(0, Math.max(at, 0)).reverse()];
  const clients = new Map<string, ModelClient>();
  for (const client of tiers.flatMap(({ chain }) => chain)) clients.set(client.name, client);
  const all = [...clients.values()];
  const isBuilder = (client: ModelClient): boolean => client.name === model;
  return { name: tier.name, chain: [...all.filter((each) => !isBuilder(each)), ...all.filter(isBuilder)] };
}
