/** `ralph patch list` and `ralph patch show`: the patches that runs applied. */
import { openProjectOrDefaults } from "../app/project.ts";
import { requireKnownTask } from "../app/require-known-task.ts";
import { openPatchFolder } from "../app/wire.ts";
import { RalphError } from "../core/error.ts";
import type { Invocation } from "./invocation.ts";

export async function patchList(
  invocation: Invocation,
  flags: { readonly json?: true },
  taskId?: string,
): Promise<number> {
  const config = await openProjectOrDefaults(invocation);
  const folder = await openPatchFolder(config);
  const patches = folder.list().filter((patch) => taskId === undefined || patch.taskId === taskId);
  if (taskId !== undefined && patches.length === 0) await requireKnownTask(config, taskId);
  const { output } = invocation;
  if (flags.json) output.write(`${JSON.stringify(patches, null, 2)}\n`);
  else for (const { name } of patches) output.write(`${name}\n`);
  return 0;
}

/** @param name a file of the list, a task (its last patch), or nothing (the last of all) */
export async function patchShow(invocation: Invocation, name?: string): Promise<number> {
  const folder = await openPatchFolder(await openProjectOrDefaults(invocation));
  const patches = folder.list();
  const wanted =
    patches.find((patch) => patch.name === name) ??
    patches.findLast((patch) => name === undefined || patch.taskId === name);
  if (wanted === undefined) {
    const what = name === undefined ? "No patch was applied here yet" : `There is no patch ${name}`;
    throw new RalphError("USAGE", { what, cure: "`ralph patch list` shows what there is" });
  }
  invocation.output.write(folder.read(wanted.name));
  return 0;
}
