/** What a patch for one task may not touch: what judges it, what is not in its scope, what others are working on. */
import { isManifest } from "../check/manifest.ts";
import type { ProjectText } from "../check/proving-files.ts";
import type { TestRun } from "../core/check.ts";
import type { CheckSpec, Criterion } from "../core/task.ts";
import type { Workspace } from "../core/workspace.ts";
import { type Bounds, isInline, judgesOf, testFilesIn } from "./protect.ts";
import { isAsked, outsideScope } from "./scope.ts";
import type { TaskRun } from "./task-run.ts";

const textsOf = ({ read }: Pick<Workspace, "read">): ProjectText => ({
  read: (path) => {
    const state = read(path);
    return state.kind === "text" ? state.text : undefined;
  },
});

/** @param targets results that must become green */
export function boundsOf(
  { task, checks, world, workspace }: TaskRun,
  baseline: readonly TestRun[],
  targets: readonly { readonly kind: string; readonly file?: string }[],
): Bounds {
  const project = textsOf(workspace);
  // Where only an exit code tells, another test script says anything; and a manifest is named for its dependencies.
  const isExitOnly = targets.some(({ kind }) => kind === "command");
  const isStrict = (task.scope ?? world.scope) === "strict";
  return {
    judges: judgesOf(baseline, commandsOf(checks), project),
    inline: new Set(testFilesIn(baseline).filter((path) => isInline(path, project))),
    taskText: task.body,
    testTexts: targets.flatMap(({ file }) => (file === undefined ? [] : (project.read(file) ?? []))),
    isAsked: (path) => isAsked(task, path) && !(isExitOnly && isManifest(path)),
    isToGo: (path) => task.files.some((file) => file.action === "delete" && isAsked({ files: [file] }, path)),
    proofs: new Set(targets.flatMap(({ file }) => file ?? [])),
    fence: (path) =>
      isStrict && outsideScope(task, [path]).length > 0
        ? "the task's file list does not name it, and the scope is strict"
        : undefined,
  };
}

const commandsOf = (checks: readonly CheckSpec[]): readonly string[] =>
  checks.flatMap(({ command, probes }) => probes?.flatMap(commandOf) ?? [command]);

const commandOf = ({ probe }: Criterion): readonly string[] => (probe?.kind === "command" ? [probe.command] : []);

/** With the files of tasks that other workers have in hand at this moment. */
export async function boundsNow({ world, task }: TaskRun, bounds: Bounds): Promise<Bounds> {
  const others = (await world.store.queue.list()).filter(
    (entry) => entry.status === "leased" && entry.taskId !== task.id && entry.leasedBy !== world.worker,
  );
  if (others.length === 0) return bounds;
  const owners = new Map<string, string>();
  for (const { path, taskId } of others) {
    const other = await world.source.read(path).catch(() => undefined);
    for (const file of other?.files ?? []) if (!isAsked(task, file.path)) owners.set(file.path, taskId);
  }
  return {
    ...bounds,
    fence: (path) => (owners.has(path) ? `${owners.get(path)}, which is in work, changes it` : bounds.fence(path)),
  };
}
