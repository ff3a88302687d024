/** Nothing to show and no such task are two answers: a misspelt id must not look like a task without history. */
import { existsSync } from "node:fs";
import { RalphError } from "../core/error.ts";
import type { Config } from "./config-resolve.ts";
import { openStore, openTaskSource, storePath } from "./wire.ts";

/** Throws TASK_UNKNOWN where neither the task folder nor the store has it. */
export async function requireKnownTask(config: Config, id: string): Promise<void> {
  const { tasks, problems } = (await openTaskSource(config)).list();
  const ids = tasks.map((task) => task.id);
  // A file that is left out has an id that its problem does not tell: a person may well mean that one.
  if (ids.includes(id) || problems.some(({ path }) => path.includes(id))) return;
  if (!(await storedIds(config)).includes(id)) throw new RalphError("TASK_UNKNOWN", { id, known: ids });
}

async function storedIds(config: Config): Promise<readonly string[]> {
  if (!existsSync(storePath(config))) return [];
  const store = await openStore(config);
  try {
    return (await store.queue.list()).map((entry) => entry.taskId);
  } finally {
    await store.close();
  }
}
