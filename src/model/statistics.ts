/** What each model did in this repository: a fold over the event log. Pure. */
import type { RalphEvent } from "../core/event.ts";
import type { FailureClass } from "../core/model.ts";
import type { RejectKind } from "../core/patch.ts";
import type { EditMode, ModeRecord } from "./edit-mode.ts";

export interface ModelStatistics {
  readonly model: string;
  /** Answers that came. */
  readonly replies: number;
  /** Calls that failed, by class. */
  readonly failures: Readonly<Partial<Record<FailureClass, number>>>;
  readonly modes: readonly ModeRecord[];
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  readonly estimated: boolean;
  /** Undefined where no call says what it cost. */
  readonly costUsd: number | undefined;
  /** Of all answers together. */
  readonly durationMs: number;
  /** Tasks that were completed with its last patch. */
  readonly completed: number;
}

/** Refusals that say nothing about the form: the patch was read and placed, and is not wanted. */
const WELL_FORMED: ReadonlySet<RejectKind> = new Set<RejectKind>([
  "already applied",
  "no change",
  "outside the root",
  "blocked path",
  "frozen",
  "too large",
]);

/** What is known of a task's attempt until it is finished. */
interface OpenAttempt {
  readonly asked?: string;
  readonly model?: string;
  readonly mode?: EditMode;
  readonly isWellFormed?: boolean;
}

const NOBODY: Omit<ModelStatistics, "model"> = {
  replies: 0,
  failures: {},
  modes: [],
  promptTokens: 0,
  cachedTokens: 0,
  outputTokens: 0,
  estimated: false,
  costUsd: undefined,
  durationMs: 0,
  completed: 0,
};

/** @param events oldest first; models in the order in which they first appear */
export function modelStatistics(events: readonly RalphEvent[]): readonly ModelStatistics[] {
  const models = new Map<string, ModelStatistics>();
  const open = new Map<string, OpenAttempt>();
  const update = (model: string, change: (before: ModelStatistics) => Partial<ModelStatistics>): void => {
    const before = models.get(model) ?? { model, ...NOBODY };
    models.set(model, { ...before, ...change(before) });
  };
  for (const event of events) {
    if (event.type === "model.replied") update(event.model, (before) => withReply(before, event));
    if (event.type === "model.failed")
      update(event.model, ({ failures }) => ({ failures: counted(failures, event.failure.class) }));
    if (event.taskId === undefined) continue;
    const attempt = open.get(event.taskId) ?? {};
    if (event.type === "attempt.finished" && attempt.model !== undefined) {
      const { model } = attempt;
      update(model, (before) => ({
        modes: withAttempt(before.modes, attempt, isUseful(event.verdict)),
        completed: before.completed + (event.verdict === "complete" ? 1 : 0),
      }));
    }
    open.set(event.taskId, follow(attempt, event));
  }
  return [...models.values()];
}

function follow(attempt: OpenAttempt, event: RalphEvent): OpenAttempt {
  switch (event.type) {
    case "attempt.started":
    case "attempt.finished":
      return {};
    case "prompt.built":
      return { ...attempt, asked: event.model, mode: { format: event.format, grammar: event.grammar } };
    case "model.replied":
      return { ...attempt, model: event.model };
    case "patch.applied":
      return { ...attempt, isWellFormed: true };
    case "patch.rejected":
      return { ...attempt, isWellFormed: event.rejects.every(({ kind }) => WELL_FORMED.has(kind)) };
    default:
      return attempt;
  }
}

/** The patch brought the task to red, or to its end. */
const isUseful = (verdict: string): boolean => verdict === "complete" || verdict === "red";

const counted = (failures: ModelStatistics["failures"], failure: FailureClass): ModelStatistics["failures"] => ({
  ...failures,
  [failure]: (failures[failure] ?? 0) + 1,
});

function withReply(before: ModelStatistics, { usage, durationMs }: Extract<RalphEvent, { type: "model.replied" }>) {
  const { promptTokens, cachedTokens, outputTokens, estimated, costUsd } = usage;
  return {
    replies: before.replies + 1,
    promptTokens: before.promptTokens + promptTokens,
    cachedTokens: before.cachedTokens + cachedTokens,
    outputTokens: before.outputTokens + outputTokens,
    estimated: before.estimated || estimated,
    costUsd: costUsd === undefined ? before.costUsd : (before.costUsd ?? 0) + costUsd,
    durationMs: before.durationMs + durationMs,
  };
}

/** An answer that asked a question or offered nothing says nothing about the form. */
function withAttempt(modes: readonly ModeRecord[], attempt: OpenAttempt, useful: boolean): readonly ModeRecord[] {
  const { mode, isWellFormed, asked, model } = attempt;
  // A replayed answer was given by another model than the one that was asked.
  if (mode === undefined || isWellFormed === undefined || asked !== model) return modes;
  const isSame = (record: EditMode): boolean => record.format === mode.format && record.grammar === mode.grammar;
  const before = modes.find(isSame) ?? { ...mode, replies: 0, wellFormed: 0, useful: 0 };
  const after = {
    ...before,
    replies: before.replies + 1,
    wellFormed: before.wellFormed + (isWellFormed ? 1 : 0),
    useful: before.useful + (useful ? 1 : 0),
  };
  return [...modes.filter((record) => !isSame(record)), after];
}
