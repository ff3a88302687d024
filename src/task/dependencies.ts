/** What runs before what. Dependencies on tasks that are not in a list are taken as met. */
import type { TaskSummary } from "../core/task.ts";

type Node = Pick<TaskSummary, "id" | "dependsOn">;

/**
 * `best` in its own order as far as dependencies let it: at every step the first of those whose dependencies came
 * before. Tasks in circles, and what depends on them, are left out.
 */
export function dependenciesFirst<T extends Node>(best: readonly T[]): readonly T[] {
  if (best.every((task) => task.dependsOn.length === 0)) return best;
  const ids = new Set(best.map((task) => task.id));
  const waitsFor = best.map((task) => new Set(task.dependsOn.filter((id) => ids.has(id))));
  const dependents = dependentsOf(waitsFor);
  const order: T[] = [];
  // Positions in `best` of what may run now, the first of them last.
  const ready = [...waitsFor.keys()].filter((position) => waitsFor[position]?.size === 0).reverse();
  for (let position = ready.pop(); position !== undefined; position = ready.pop()) {
    const task = best[position];
    if (task === undefined) continue;
    order.push(task);
    for (const dependent of dependents.get(task.id) ?? []) {
      waitsFor[dependent]?.delete(task.id);
      if (waitsFor[dependent]?.size === 0) insertDescending(ready, dependent);
    }
  }
  return order;
}

function dependentsOf(waitsFor: readonly ReadonlySet<string>[]): ReadonlyMap<string, readonly number[]> {
  const dependents = new Map<string, number[]>();
  for (const [position, ids] of waitsFor.entries()) {
    for (const id of ids) {
      const known = dependents.get(id);
      if (known === undefined) dependents.set(id, [position]);
      else known.push(position);
    }
  }
  return dependents;
}

function insertDescending(numbers: number[], added: number): void {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) > added) low = middle + 1;
    else high = middle;
  }
  numbers.splice(low, 0, added);
}

/**
 * Circles, each as the ids along it with the first one again at its end: T001, T002, T001. One at least of every
 * group of entangled tasks; no task is in two of them.
 */
export function findCircles(tasks: readonly Node[]): readonly (readonly string[])[] {
  const free = new Set(dependenciesFirst(tasks).map((task) => task.id));
  const stuck = new Map(tasks.filter((task) => !free.has(task.id)).map((task) => [task.id, task]));
  // Whatever is stuck waits for something stuck: following that leads into a circle.
  const next = (id: string) => stuck.get(id)?.dependsOn.find((other) => stuck.has(other));

  const seen = new Set<string>();
  const circles: (readonly string[])[] = [];
  for (const start of stuck.keys()) {
    const path: string[] = [];
    let id: string | undefined = start;
    for (; id !== undefined && !seen.has(id); id = next(id)) {
      seen.add(id);
      path.push(id);
    }
    const from = id === undefined ? -1 : path.indexOf(id);
    if (id !== undefined && from !== -1) circles.push([...path.slice(from), id]);
  }
  return circles;
}
