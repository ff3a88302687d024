/** What is left to read when a run is over. */
import type { QueueResult } from "../app/run-queue.ts";
import { table } from "../app/table.ts";

export function summary({ entries, outcome, branch }: QueueResult): string {
  const rows = entries.map(({ taskId, status, attempts, reason, result, title }) => [
    taskId,
    WORDS[status] ?? status,
    `${attempts} ${attempts === 1 ? "attempt" : "attempts"}`,
    result.COMMIT?.slice(0, 10) ?? "",
    reason === undefined ? title : `${title} - ${reason.split("\n")[0]}`,
  ]);
  const landed = entries.some((entry) => entry.status === "completed" && entry.result.COMMIT !== undefined);
  const next = landed
    ? `\nFinished work is on ${branch}: look at it with \`git log ${branch}\`, take it with \`git merge ${branch}\`.\n`
    : "";
  return `\n${table(rows)}\nRun ended: ${outcome}.\n${next}`;
}

const WORDS: Readonly<Record<string, string>> = {
  completed: "COMPLETE",
  blocked: "BLOCKED",
  queued: "PENDING",
  leased: "elsewhere",
};
