/**
 * Weighted shortest job first: which task comes next.
 *
 * A given WSJF counts. Else (value + criticality + risk) / size where value and size are given. Else a figure on the
 * same 1 to 10 scale, from the priority, and a little from the estimate so that short work comes first among equals:
 *
 * | P0 | P1  | P2 | P3  |   | up to 1 h | up to 4 h, or unknown | up to 8 h | longer |
 * |----|-----|----|-----|---|-----------|-----------------------|-----------|--------|
 * | 9  | 7.5 | 6  | 4.5 |   | +0.5      | 0                     | -0.25     | -0.5   |
 */
import type { Priority, TaskSummary } from "../core/task.ts";
import { dependenciesFirst, findCircles } from "./dependencies.ts";
import type { Fields } from "./fields.ts";

const OF_PRIORITY: Readonly<Record<Priority, number>> = { P0: 9, P1: 7.5, P2: 6, P3: 4.5 };
const OF_HOURS = [
  { upTo: 1, add: 0.5 },
  { upTo: 4, add: 0 },
  { upTo: 8, add: -0.25 },
  { upTo: Number.POSITIVE_INFINITY, add: -0.5 },
] as const;

/** Less is no size: dividing by it would put the task before all others. */
const MIN_SIZE = 0.01;

export function wsjfOf(priority: Priority, inputs: Fields): number {
  const { wsjf, value, criticality = 0, risk = 0, size, estimateHours } = inputs;
  if (wsjf !== undefined) return wsjf;
  if (value !== undefined && size !== undefined && size >= MIN_SIZE) return (value + criticality + risk) / size;
  const byHours = OF_HOURS.find(({ upTo }) => estimateHours !== undefined && estimateHours <= upTo);
  return OF_PRIORITY[priority] + (byHours?.add ?? 0);
}

export type TaskOrder =
  | { readonly ok: true; readonly tasks: readonly TaskSummary[] }
  /** The first id again at the end: T001, T002, T001. */
  | { readonly ok: false; readonly cycle: readonly string[] };

/**
 * The order in which tasks run: always the highest WSJF (then the lowest id) of those whose dependencies came before.
 * Dependencies on tasks that are not in the list are taken as met.
 */
export function orderTasks(tasks: readonly TaskSummary[]): TaskOrder {
  const order = dependenciesFirst(rankTasks(tasks));
  const [cycle] = order.length === tasks.length ? [] : findCircles(tasks);
  return cycle === undefined ? { ok: true, tasks: order } : { ok: false, cycle };
}

function rankTasks(tasks: readonly TaskSummary[]): readonly TaskSummary[] {
  const ranked = tasks.map((task) => ({ task, key: naturalKey(task.id) }));
  ranked.sort((a, b) => b.task.wsjf - a.task.wsjf || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return ranked.map(({ task }) => task);
}

/** T2 before T10. */
const naturalKey = (id: string): string => id.replace(/\d+/g, (digits) => digits.padStart(12, "0"));
