/** One event, one line for a person; the same words on a pipe, in the log file and in `ralph logs`. */
import { dirname } from "node:path";
import type { TestRun } from "../core/check.ts";
import type { EventBody, EventOf, EventType, RalphEvent } from "../core/event.ts";
import type { TotalUsage, Usage } from "../core/model.ts";

type Describe = { readonly [T in EventType]: (event: EventOf<T>) => string };

const DESCRIBE: Describe = {
  "run.started": ({ branch, base, tasks }) =>
    `run on ${branch} from ${short(base)}: ${tasks.join(", ") || "nothing to do"}`,
  "run.finished": ({ outcome, reason, usage }) =>
    `run ended: ${outcome}${reason === undefined ? "" : ` - ${reason}`}${usage === undefined ? "" : `, ${describeTotal(usage)}`}`,
  "run.waiting": ({ until, reason }) => `nothing to do before ${timeOf(until)}: ${reason}`,
  "task.leased": ({ title, tier, why }) => `${title} (${tier}${why === undefined ? "" : `: ${why}`})`,
  "task.edited": ({ from, to }) => `a person set STATUS from ${from} to ${to}`,
  "task.landed": ({ commit, branch }) => `landed on ${branch} as ${short(commit)}`,
  "task.settled": ({ status, reason, attempts }) =>
    `${status}${reason === undefined ? "" : ` - ${reason}`} (${count(attempts, "attempt")})`,
  "workspace.opened": ({ branch, base, resumed }) =>
    `${resumed ? "goes on" : "starts"} on ${branch} from ${short(base)}`,
  "workspace.dropped": ({ reason }) => `begins anew: ${reason}`,
  "baseline.finished": ({ passed }) => (passed ? "baseline: every check passes" : "baseline: some checks fail"),
  "check.finished": ({ phase, run }) => `${phase}: ${describeRun(run)}`,
  "test.flaky": ({ phase, tests }) => `${phase}: flaky, left out of the run: ${tests.join(", ")}`,
  "change.verified": ({ model, verdict, usage, durationMs }) =>
    `${model} read the change in ${seconds(durationMs)}: ${verdict} (${describeUsage(usage)})`,
  "change.unverified": ({ reason }) => `nobody could be asked to read the change: ${firstLine(reason)}`,
  "red.proved": ({ targets, by }) => `red proved (${by}): ${count(targets.length, "test")} must pass`,
  "attempt.started": ({ attempt, role }) => `attempt ${attempt} (${role})`,
  "attempt.finished": ({ attempt, verdict, evidence }) =>
    `attempt ${attempt}: ${verdict}${verdict === "retry" ? ` - ${evidence.at(-1)?.kind ?? ""}` : ""}`,
  "tier.escalated": ({ from, to, reason }) => `goes from ${from} up to ${to}: ${reason}`,
  "prompt.built": ({ model, characters, tokens, roomTokens, format, grammar, leftOut }) =>
    `prompt for ${model}, ${tokens === undefined ? `${characters} characters` : `${tokens} tokens`} of ${roomTokens} tokens, ${format}${grammar ? " bound by a grammar" : ""}${leftOut.length === 0 ? "" : `, left out: ${leftOut.join(", ")}`}`,
  "model.replied": ({ model, usage, durationMs }) =>
    `${model} answered in ${seconds(durationMs)}: ${describeUsage(usage)}`,
  "model.failed": ({ model, failure }) => `${model} failed, ${failure.class}: ${failure.message}`,
  "patch.applied": ({ files, diffFile }) => `patch applied: ${files.join(", ")} (${diffFile})`,
  "patch.rejected": ({ rejects }) =>
    `patch refused: ${rejects.map(({ kind, path, text }) => `${kind}${path === undefined ? "" : ` in ${path}`}: ${firstLine(text)}`).join("; ")}`,
};

/** Without time and task, on one line. */
export function describeEvent(event: EventBody): string {
  // TypeScript cannot tell that the table's entry and the event belong together.
  const describe = DESCRIBE[event.type] as (event: EventBody) => string;
  return describe(event).replaceAll(/\s*\n\s*/g, " | ");
}

/** With the time of day in local time and the task: a line of the log. */
export function eventLine(event: RalphEvent): string {
  const time = timeOf(event.at);
  return `${time} ${event.taskId ?? "ralph"} ${describeEvent(event)}`;
}

function describeRun({ name, tests, passed, timedOut, durationMs, startFailure, attachments = [] }: TestRun): string {
  if (startFailure !== undefined) return `${name} cannot start: ${startFailure}`;
  const failed = tests.filter((test) => test.status === "failed" || test.status === "errored").length;
  const green = tests.filter((test) => test.status === "passed").length;
  const word = timedOut ? "timed out" : passed ? "passed" : "failed";
  const kept = attachments.length === 0 ? "" : `, kept in ${dirname(attachments[0]?.path ?? "")}`;
  return `${name} ${word}: ${green} green, ${failed} red in ${seconds(durationMs)}${kept}`;
}

/** `1200 tokens in (900 cached), 80 out, $0.0012`; "estimated" where the server did not count. */
export function describeUsage({ promptTokens, cachedTokens, outputTokens, estimated, costUsd }: Usage): string {
  const cost = costUsd === undefined ? "" : `, $${costUsd.toFixed(4)}`;
  return `${promptTokens} tokens in (${cachedTokens} cached), ${outputTokens} out${estimated ? ", estimated" : ""}${cost}`;
}

export const describeTotal = (usage: TotalUsage): string =>
  `${describeUsage(usage)}, ${seconds(usage.durationMs)} of models`;

const timeOf = (at: number): string => new Date(at).toTimeString().slice(0, 8);
const short = (commit: string): string => commit.slice(0, 10);
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;
const firstLine = (text: string): string => text.split("\n")[0] ?? "";
