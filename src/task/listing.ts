/** What a folder's files are together: duplicate ids, circles and dependencies that lead nowhere are told by line. */
import type { TaskListing, TaskProblem, TaskSummary } from "../core/task.ts";
import { findCircles } from "./dependencies.ts";
import type { TaskScan } from "./scan.ts";

type ScannedTask = Extract<TaskScan, { kind: "task" }>;

/** @param scans in the order in which the first of two files with one id counts */
export function toListing(scans: readonly TaskScan[]): TaskListing {
  const listed = new Map<string, ScannedTask>();
  const broken = new Set<string>();
  const problems: TaskProblem[] = [];
  for (const scan of scans) {
    if (scan.kind === "no task") continue;
    if (scan.kind === "problem") {
      broken.add(scan.id);
      problems.push(scan.problem);
      continue;
    }
    const first = listed.get(scan.task.id);
    if (first === undefined) listed.set(scan.task.id, scan);
    else problems.push(duplicate(scan, first));
  }
  for (const { scan, circle } of takeOutCircles(listed)) {
    broken.add(scan.task.id);
    problems.push(inCircle(scan, circle));
  }

  const tasks: TaskSummary[] = [];
  const warnings: TaskProblem[] = [];
  for (const scan of listed.values()) {
    tasks.push(scan.task);
    if (scan.warnings.length > 0) warnings.push(...scan.warnings);
    for (const id of scan.task.dependsOn)
      if (!listed.has(id) && !broken.has(id)) warnings.push(unknownDependency(scan, id));
  }
  return { tasks, problems, warnings };
}

function duplicate({ task, lines }: ScannedTask, first: ScannedTask): TaskProblem {
  return {
    path: task.path,
    line: lines.title,
    expected: "an id of its own",
    found: `${task.id}, as in ${first.task.path}`,
  };
}

interface InCircle {
  readonly scan: ScannedTask;
  readonly circle: readonly string[];
}

/** Again until none is left: a group of entangled tasks may hold more circles than are found at once. */
function takeOutCircles(listed: Map<string, ScannedTask>): readonly InCircle[] {
  const taken: InCircle[] = [];
  const waiting = () => [...listed.values()].map(({ task }) => task).filter((task) => task.dependsOn.length > 0);
  for (let circles = findCircles(waiting()); circles.length > 0; circles = findCircles(waiting())) {
    for (const circle of circles) {
      for (const id of circle.slice(1)) {
        const scan = listed.get(id);
        if (listed.delete(id) && scan !== undefined) taken.push({ scan, circle });
      }
    }
  }
  return taken;
}

function inCircle({ task, lines }: ScannedTask, circle: readonly string[]): TaskProblem {
  const found = `a circle: ${circle.join(" -> ")}`;
  return { path: task.path, line: lines.dependsOn, expected: "dependencies that can be met", found };
}

function unknownDependency({ task, lines }: ScannedTask, id: string): TaskProblem {
  const found = `${id}, which is not there`;
  return { path: task.path, line: lines.dependsOn, expected: "ids of tasks in the same folder", found };
}
