/** What runs before what. Dependencies on tasks that are not in a list are taken as met. */
import type { TaskSummary } from "../core/task.ts";

type Node = Pick<TaskSummary, "id" | "dependsOn">;

/**
 * `best` in its own order as far as dependencies let it: at every step the first of those whose dependencies came
 * before. Tasks in circles, and what depends on them, are left out.
 */
export function dependenciesFirst<T extends Node>(best: readonly T[]): readonly T[] {
  if (best.every((task) => task.dependsOn.length === 0)) return best;
  const { open, dependents } = countDependencies(best);
  const order: T[] = [];
  // Positions in `best` of what may run now, the first of them last.
  const ready = [...open.keys()].filter((position) => open[position] === 0).reverse();
  for (let position = ready.pop(); position !== undefined; position = ready.pop()) {
    const task = best[position];
    if (task === undefined) continue;
    order.push(task);
    for (const dependent of dependents.get(task.id) ?? []) {
      const left = (open[dependent] ?? 0) - 1;
      open[dependent] = left;
      if (left === 0) insertDescending(ready, dependent);
    }
  }
  return order;
}

/** By position: how many dependencies are open. By id: the positions of those that wait for it. */
function countDependencies(tasks: readonly Node[]) {
  const ids = new Set(tasks.map((task) => task.id));
  const open = tasks.map(() => 0);
  const dependents = new Map<string, number[]>();
  tasks.forEach(({ dependsOn }, position) => {
    for (const id of dependsOn) {
      if (!ids.has(id)) continue;
      open[position] = (open[position] ?? 0) + 1;
      const waiting = dependents.get(id);
      if (waiting === undefined) dependents.set(id, [position]);
      else waiting.push(position);
    }
  });
  return { open, dependents };
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
  const waiting = tasks.filter((task) => task.dependsOn.length > 0);
  const free = new Set(dependenciesFirst(waiting).map((task) => task.id));
  const stuck = new Map(waiting.filter((task) => !free.has(task.id)).map((task) => [task.id, task]));
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
