/** What a folder's files are together: duplicate ids, circles and dependencies that lead nowhere are told by line. */
import type { TaskListing, TaskProblem } from "../core/task.ts";
import { findCircles } from "./dependencies.ts";
import type { TaskScan } from "./scan.ts";

type ScannedTask = Extract<TaskScan, { kind: "task" }>;

/** @param scans in the order in which the first of two files with one id counts */
export function toListing(scans: readonly TaskScan[]): TaskListing {
  const tasks = new Map<string, ScannedTask>();
  const problems: TaskProblem[] = [];
  const known = new Set<string>();
  for (const scan of scans) {
    if (scan.kind === "no task") continue;
    const id = scan.kind === "task" ? scan.task.id : scan.id;
    const first = tasks.get(id);
    known.add(id);
    if (scan.kind === "problem") problems.push(scan.problem);
    else if (first === undefined) tasks.set(id, scan);
    else problems.push(duplicate(scan, first));
  }
  problems.push(...takeOutCircles(tasks));
  const listed = [...tasks.values()];
  return {
    tasks: listed.map(({ task }) => task),
    problems,
    warnings: listed.flatMap((scan) => [...scan.warnings, ...unknownDependencies(scan, known)]),
  };
}

function duplicate({ task, lines }: ScannedTask, first: ScannedTask): TaskProblem {
  return {
    path: task.path,
    line: lines.title,
    expected: "an id of its own",
    found: `${task.id}, as in ${first.task.path}`,
  };
}

/** Again until none is left: a group of entangled tasks may hold more circles than are found at once. */
function takeOutCircles(tasks: Map<string, ScannedTask>): readonly TaskProblem[] {
  const problems: TaskProblem[] = [];
  const find = () => findCircles([...tasks.values()].map(({ task }) => task));
  for (let circles = find(); circles.length > 0; circles = find()) {
    for (const circle of circles) {
      for (const id of new Set(circle)) {
        const scan = tasks.get(id);
        tasks.delete(id);
        if (scan !== undefined) problems.push(inCircle(scan, circle));
      }
    }
  }
  return problems;
}

function inCircle({ task, lines }: ScannedTask, circle: readonly string[]): TaskProblem {
  const found = `a circle: ${circle.join(" -> ")}`;
  return { path: task.path, line: lines.dependsOn, expected: "dependencies that can be met", found };
}

function unknownDependencies({ task, lines }: ScannedTask, known: ReadonlySet<string>): readonly TaskProblem[] {
  return task.dependsOn
    .filter((id) => !known.has(id))
    .map((id) => ({
      path: task.path,
      line: lines.dependsOn,
      expected: "ids of tasks in the same folder",
      found: `${id}, which is not there`,
    }));
}
