/** What judges a task: its own checks or those of ralph.yaml, and the criteria that ralph looks at itself. Pure. */
import { PROBES } from "../check/probe-check.ts";
import type { CheckSpec, Task } from "../core/task.ts";

export function checksOf(task: Task, defaults: readonly CheckSpec[]): readonly CheckSpec[] {
  const checks = task.checks.length > 0 ? task.checks : defaults;
  const probes = task.criteria.filter((criterion) => criterion.probe !== undefined);
  if (probes.length === 0) return checks;
  // The command tells apart what is looked at: other criteria are another check.
  const command = `${PROBES}: ${probes.map(({ text }) => text).join("; ")}`;
  return [...checks, { name: PROBES, command, probes }];
}
