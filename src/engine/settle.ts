/** How a task's outcome is written down: in the store, and from there in the task file. Pure. */
import type { TotalUsage } from "../core/model.ts";
import type { QueueEntry, Settlement } from "../core/store.ts";
import type { StatusUpdate, TaskStatus } from "../core/task.ts";
import { tokensOf } from "../core/usage.ts";
import { describeProven, provenPlaces } from "./proven.ts";
import type { TaskOutcome } from "./run-task.ts";

type End = TaskOutcome["verdict"];

const STATUS: Readonly<Record<End["kind"], Settlement["status"]>> = {
  complete: "completed",
  blocked: "blocked",
  stopped: "queued",
  waiting: "queued",
  escalate: "queued",
};

const WORDS: Readonly<Partial<Record<QueueEntry["status"], TaskStatus>>> = {
  completed: "COMPLETE",
  blocked: "BLOCKED",
  awaiting_approval: "AWAITING_APPROVAL",
};

export const wordOf = (status: QueueEntry["status"]): TaskStatus => WORDS[status] ?? "PENDING";

interface Work {
  /** The last one that answered. */
  readonly model: string | undefined;
  readonly usage: TotalUsage;
}

/** @param at epoch milliseconds */
export function settlementOf(outcome: TaskOutcome, { model, usage }: Work, at: number): Settlement {
  const { verdict, attempts, branch, commit, files, outside = [], proven = [] } = outcome;
  const reason = verdict.kind === "blocked" ? verdict.reason : undefined;
  const fields: Record<string, string | undefined> = {
    ATTEMPTS: String(attempts),
    MODEL: model,
    TOKENS: tokensOf(usage) === 0 ? undefined : describeTokens(usage),
    MODEL_SECONDS: tokensOf(usage) === 0 ? undefined : (usage.durationMs / 1000).toFixed(1),
    COST: usage.costUsd === undefined ? undefined : `$${usage.costUsd.toFixed(4)}`,
    BRANCH: branch,
    COMMIT: commit,
    TESTS_STATUS: TESTS[verdict.kind],
    FILES_MODIFIED: files.length === 0 ? undefined : files.join(", "),
    OUT_OF_SCOPE: outside.length === 0 ? undefined : outside.join(", "),
    CRITERIA: proven.length === 0 ? undefined : describeProven(proven),
    UPDATED: new Date(at).toISOString(),
    RECOMMENDATION: RECOMMENDATION[verdict.kind],
  };
  const result = Object.fromEntries(
    Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined),
  );
  return { status: STATUS[verdict.kind], attempts, result, ...(reason === undefined ? {} : { reason }) };
}

const describeTokens = ({ promptTokens, cachedTokens, outputTokens, estimated }: TotalUsage): string =>
  `${promptTokens} in (${cachedTokens} cached), ${outputTokens} out${estimated ? ", estimated" : ""}`;

const TESTS: Readonly<Record<End["kind"], string>> = {
  complete: "PASSING",
  blocked: "FAILING",
  escalate: "FAILING",
  stopped: "NOT_RUN",
  waiting: "NOT_RUN",
};

const RECOMMENDATION: Readonly<Record<End["kind"], string | undefined>> = {
  complete: "Review the commit and merge the run's branch",
  blocked: "Read the log (ralph logs), mend the task or the code, then set STATUS to PENDING",
  stopped: undefined,
  waiting: undefined,
  escalate: undefined,
};

/** What the task file's block shall say of an entry of the queue. */
export function statusUpdateOf({ status, reason, result }: QueueEntry): StatusUpdate {
  const ticked = status === "completed" ? provenPlaces(result["CRITERIA"] ?? "") : [];
  return { status: wordOf(status), fields: result, ticked, ...(reason === undefined ? {} : { reason }) };
}
