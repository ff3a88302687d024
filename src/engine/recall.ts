/** Reads back from the event log where an interrupted run of a task stood. Pure: a fold over its events. */
import { mergeBaseline, withEarlier } from "../check/baseline.ts";
import type { TestRun } from "../core/check.ts";
import type { EventOf, EventType, RalphEvent } from "../core/event.ts";
import type { TextReply, TotalUsage } from "../core/model.ts";
import type { WritingRole } from "../core/prompt.ts";
import { addUsage, NO_USAGE } from "../core/usage.ts";
import type { Evidence } from "../core/verdict.ts";
import type { CommitId } from "../core/workspace.ts";

type ModelReplied = EventOf<"model.replied">;

interface Pending {
  readonly at: number;
  readonly role: WritingRole;
  readonly reply?: TextReply;
  readonly verified?: Verified;
  /** What its tests proved: counts once the attempt is finished, because only then its tree is the task's. */
  readonly red?: {
    readonly targets: readonly string[];
    readonly redAt: CommitId;
    readonly baseline: readonly TestRun[];
  };
}

/** What a reader said of a change. */
export type Verified = Pick<EventOf<"change.verified">, "model" | "verdict" | "text">;

export interface Past {
  /** Attempts that were started and finished. */
  readonly attempts: number;
  /** Time spent in earlier leases. */
  readonly spentMs: number;
  readonly usage: TotalUsage;
  readonly model?: string;
  /** The tier that the task was escalated to. */
  readonly tier?: string;
  /** Attempts in a row that failed in the same way under that tier. */
  readonly sameFailures: number;
  readonly evidence: readonly Evidence[];
  /** The work tree's state, where there is one to go on from. */
  readonly tree?: { readonly base: CommitId; readonly head: CommitId };
  readonly baseline?: readonly TestRun[];
  /** Tests that pass only sometimes. */
  readonly flaky: readonly string[];
  /** The checks' last run on what the tree holds. */
  readonly runs?: readonly TestRun[];
  /** Set once red is proved. */
  readonly targets?: readonly string[];
  readonly redAt?: CommitId;
  /** An attempt that was begun and not finished: its number, and the answer if it had come. */
  readonly pending?: Pending;
}

const NOTHING: Past = { attempts: 0, spentMs: 0, usage: NO_USAGE, sameFailures: 0, evidence: [], flaky: [] };

/**
 * @param events all events of the task, oldest first
 * A task that was settled for good, or that a person set back, begins anew.
 */
export function recall(events: readonly RalphEvent[]): Past {
  let past = NOTHING;
  let runs: readonly TestRun[] = [];
  let watch: { readonly from: number; readonly to: number } | undefined;
  const stopWatch = (): void => {
    if (watch !== undefined) past = { ...past, spentMs: past.spentMs + (spentUntil(past, watch.to) - watch.from) };
    watch = undefined;
  };
  for (const event of events) {
    // Time runs from a lease to the last event under it; what is noted between two leases costs none.
    if (event.type === "task.leased") {
      stopWatch();
      watch = { from: event.at, to: event.at };
    } else if (event.type !== "task.edited" && watch !== undefined) watch = { ...watch, to: event.at };
    if (ENDS_LEASE.has(event.type)) stopWatch();
    // The runs since the attempt began: what red.proved takes as its baseline.
    if (event.type === "attempt.started" || event.type === "workspace.opened") runs = [];
    if (event.type === "check.finished" && event.phase !== "final" && event.phase !== "red again") {
      runs = [...runs, event.run];
    }
    past = next(past, event, runs);
  }
  stopWatch();
  return past;
}

/** A question that nobody answered took none of the task's time: a model that loads or rests is not its fault. */
function spentUntil({ pending }: Past, to: number): number {
  return pending === undefined || pending.reply !== undefined ? to : Math.min(pending.at, to);
}

const ENDS_LEASE: ReadonlySet<EventType> = new Set(["task.settled", "task.edited"]);

function next(past: Past, event: RalphEvent, runs: readonly TestRun[]): Past {
  switch (event.type) {
    case "workspace.opened":
      return event.resumed ? past : { ...withoutTree(past), tree: { base: event.base, head: event.base } };
    case "workspace.dropped":
      return withoutTree(past);
    case "baseline.finished":
      return { ...past, baseline: runs };
    case "red.proved":
      return proved(past, event, runs);
    case "attempt.started":
      return { ...past, pending: { at: event.at, role: event.role } };
    case "model.replied":
      return withReply(past, event);
    case "model.failed":
      return { ...past, usage: addUsage(past.usage, event) };
    case "test.flaky":
      return { ...past, flaky: [...past.flaky, ...event.tests] };
    case "change.verified":
      return withVerified(past, event);
    case "attempt.finished":
      return finished(past, event, runs);
    case "tier.escalated":
      return { ...past, tier: event.to, sameFailures: 0 };
    case "task.settled":
      return event.status === "PENDING" ? past : NOTHING;
    case "task.edited":
      return NOTHING;
    default:
      return past;
  }
}

function withReply(past: Past, reply: ModelReplied): Past {
  const { text, model, finish, usage, durationMs } = reply;
  const said: TextReply = { kind: "text", text, model, finish, usage, durationMs };
  const pending = past.pending === undefined ? {} : { pending: { ...past.pending, reply: said } };
  return { ...past, ...pending, usage: addUsage(past.usage, reply), model };
}

function withVerified(past: Past, event: EventOf<"change.verified">): Past {
  const usage = addUsage(past.usage, event);
  if (past.pending === undefined) return { ...past, usage };
  const { model, verdict, text } = event;
  return { ...past, usage, pending: { ...past.pending, verified: { model, verdict, text } } };
}

function proved(past: Past, { by, targets, commit: redAt }: EventOf<"red.proved">, runs: readonly TestRun[]): Past {
  if (by === "base" || past.pending === undefined) return { ...past, targets, redAt };
  const baseline = mergeBaseline(past.baseline ?? [], runs);
  return { ...past, pending: { ...past.pending, red: { targets, redAt, baseline } } };
}

function finished(past: Past, event: EventOf<"attempt.finished">, runs: readonly TestRun[]): Past {
  const { pending, ...rest } = past;
  const kept = past.tree !== undefined && past.tree.head !== event.head;
  const tree = past.tree === undefined ? {} : { tree: { ...past.tree, head: event.head } };
  return {
    ...rest,
    ...tree,
    ...(kept ? { runs: withEarlier(runs, past.runs ?? past.baseline ?? []) } : {}),
    ...pending?.red,
    evidence: event.evidence,
    sameFailures: countSameFailures(past, event.evidence),
    attempts: event.attempt,
  };
}

/** The last thing that a failed attempt says is why it failed. */
export function countSameFailures(
  before: { readonly evidence: readonly Evidence[]; readonly sameFailures: number },
  evidence: readonly Evidence[],
): number {
  const [was, is] = [before.evidence.at(-1), evidence.at(-1)];
  if (is === undefined) return 0;
  // A model that does not answer says nothing about the task.
  if (is.kind === "model failed") return before.sameFailures;
  const isSame = was?.kind === is.kind && was.fingerprint === is.fingerprint;
  return isSame ? before.sameFailures + 1 : 1;
}

/** Attempts, time and evidence count on; the work begins anew on another commit. */
export function withoutTree(past: Past): Past {
  const { tree: _, baseline: __, targets: ___, pending: ____, runs: _____, ...rest } = past;
  return rest;
}
