/** The task that a person names in a call: by its id, or by the path of its file. */
import { resolve } from "node:path";
import { RalphError } from "../core/error.ts";
import type { Task } from "../core/task.ts";
import type { Config } from "./config-resolve.ts";
import { openTaskSource } from "./wire.ts";

/** Throws TASK_UNKNOWN, TASK_UNREADABLE. */
export async function findTask(config: Config, { cwd }: { readonly cwd: string }, name: string): Promise<Task> {
  const source = await openTaskSource(config);
  const { tasks } = source.list();
  const found = tasks.find((task) => task.id === name || resolve(config.root, task.path) === resolve(cwd, name));
  if (found === undefined) throw new RalphError("TASK_UNKNOWN", { id: name, known: tasks.map((task) => task.id) });
  return source.read(found.path);
}
