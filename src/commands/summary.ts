/** What is left to read when a run is over. */
import { describeTotal } from "../app/describe-event.ts";
import type { QueueResult } from "../app/run-queue.ts";
import { table } from "../app/table.ts";
import type { QueueEntry } from "../core/store.ts";
import type { TaskSummary } from "../core/task.ts";
import { tokensOf } from "../core/usage.ts";

/** @param tasks of the folder as the run left it: what a task waits for may be no part of the run */
export function summary(
  { entries, outcome, reason: why, branch, usage }: QueueResult,
  tasks: readonly TaskSummary[],
): string {
  const statuses = new Map(tasks.map(({ id, status }) => [id, status]));
  const rows = entries.map((entry) => {
    const { taskId, status, attempts, result, title } = entry;
    const reason = entry.reason ?? waitsFor(entry, statuses);
    return [
      taskId,
      WORDS[status] ?? status,
      `${attempts} ${attempts === 1 ? "attempt" : "attempts"}`,
      result.COMMIT?.slice(0, 10) ?? "",
      reason === undefined ? title : `${title} - ${reason.split("\n")[0]}`,
    ];
  });
  const landed = entries.some((entry) => entry.status === "completed" && entry.result.COMMIT !== undefined);
  const next = landed
    ? `\nFinished work is on ${branch}: look at it with \`git log ${branch}\`, take it with \`git merge ${branch}\`.\n`
    : "";
  const because = outcome === "budget" ? `: ${why}; what is PENDING goes on with the next run` : "";
  const used = tokensOf(usage) === 0 ? "" : `Models: ${describeTotal(usage)}.\n`;
  return `\n${table(rows)}\nRun ended: ${outcome}${because}.\n${used}${next}`;
}

const WORDS: Readonly<Record<string, string>> = {
  completed: "COMPLETE",
  blocked: "BLOCKED",
  queued: "PENDING",
  leased: "elsewhere",
};

function waitsFor({ status, dependsOn }: QueueEntry, statuses: ReadonlyMap<string, string>): string | undefined {
  const open = status === "queued" ? dependsOn.filter((id) => statuses.get(id) !== "COMPLETE") : [];
  if (open.length === 0) return undefined;
  const named = open.map((id) => (statuses.has(id) ? `${id} (${statuses.get(id)})` : `${id}, which does not exist`));
  return `waits for ${named.join(" and ")}`;
}
