/** `ralph status`: every task with its state, from the task files and the store. Reads only. */
import { existsSync } from "node:fs";
import type { Config } from "../app/config-resolve.ts";
import { openProjectOrDefaults } from "../app/project.ts";
import { table } from "../app/table.ts";
import { openStore, openTaskSource, storePath } from "../app/wire.ts";
import type { QueueEntry } from "../core/store.ts";
import type { TaskListing, TaskSummary } from "../core/task.ts";
import type { Invocation } from "./invocation.ts";

interface StatusRow {
  readonly id: string;
  readonly status: string;
  readonly reason?: string;
  readonly queue: string;
  readonly priority: string;
  readonly wsjf: number;
  readonly attempts: number;
  readonly title: string;
  readonly path: string;
  readonly result: Readonly<Record<string, string>>;
}

export async function status(invocation: Invocation, options: { readonly json?: true }): Promise<number> {
  const config = await openProjectOrDefaults(invocation);
  const listing = (await openTaskSource(config)).list();
  const entries = await readEntries(config);
  const rows = listing.tasks.map((task) => row(task, entries.get(task.id)));
  const { output } = invocation;
  output.write(options.json ? `${JSON.stringify({ tasks: rows, problems: listing.problems }, null, 2)}\n` : text(rows));
  if (!options.json) reportProblems(listing, invocation);
  return 0;
}

/** Nothing has run yet where there is no database; looking does not make one. */
async function readEntries(config: Config): Promise<ReadonlyMap<string, QueueEntry>> {
  if (!existsSync(storePath(config))) return new Map();
  const store = await openStore(config);
  try {
    return new Map((await store.queue.list()).map((entry) => [entry.taskId, entry]));
  } finally {
    await store.close();
  }
}

/** The file's word counts, as a person may have changed it; the store adds who is at work and how often it was tried. */
function row(task: TaskSummary, entry: QueueEntry | undefined): StatusRow {
  const { id, queue, priority, wsjf, title, path } = task;
  const reason = task.statusReason ?? (entry?.fileStatus === task.status ? entry.reason : undefined);
  return {
    id,
    status: task.status,
    ...(reason === undefined ? {} : { reason }),
    queue,
    priority,
    wsjf,
    attempts: entry?.attempts ?? 0,
    title,
    path,
    result: entry?.result ?? {},
  };
}

function text(rows: readonly StatusRow[]): string {
  if (rows.length === 0) return "No task yet.\n";
  const head = ["TASK", "STATUS", "WSJF", "PRIO", "TRIES", "TITLE"];
  const body = rows.map((each) => [
    each.id,
    each.status,
    each.wsjf.toFixed(1),
    each.priority,
    String(each.attempts),
    each.reason === undefined ? each.title : `${each.title} - ${each.reason}`,
  ]);
  return table([head, ...body]);
}

/** Files that are no tasks are left out, and what will never work is said; the other tasks go on. */
export function reportProblems({ problems, warnings = [] }: TaskListing, { output }: Invocation): void {
  for (const { path, line, expected, found } of problems) {
    output.writeError(`ralph: ${path}:${line} is left out: expected ${expected}, found ${found}.\n`);
  }
  for (const { path, line, expected, found } of warnings) {
    output.writeError(`ralph: ${path}:${line}: expected ${expected}, found ${found}.\n`);
  }
}
