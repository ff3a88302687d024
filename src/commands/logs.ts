/** `ralph logs [T001]`: the event log, oldest first. */
import { existsSync } from "node:fs";
import { eventLine } from "../app/describe-event.ts";
import { openProjectOrDefaults } from "../app/project.ts";
import { requireKnownTask } from "../app/require-known-task.ts";
import { openStore, storePath } from "../app/wire.ts";
import type { RalphEvent } from "../core/event.ts";
import type { Invocation } from "./invocation.ts";

const PAGE = 1_000;

export async function logs(
  invocation: Invocation,
  options: { readonly json?: true },
  [taskId]: readonly string[],
): Promise<number> {
  const { output } = invocation;
  const config = await openProjectOrDefaults(invocation);
  if (taskId !== undefined) await requireKnownTask(config, taskId);
  if (!existsSync(storePath(config))) {
    output.writeError("ralph: nothing has run here yet.\n");
    return 0;
  }
  const store = await openStore(config);
  const show = (event: RalphEvent): string => (options.json ? JSON.stringify(event) : eventLine(event));
  try {
    for (let after = 0; ; ) {
      const page = await store.events.read({ after, limit: PAGE, ...(taskId === undefined ? {} : { taskId }) });
      for (const event of page) output.write(`${show(event)}\n`);
      const last = page.at(-1);
      if (last === undefined) return 0;
      after = last.seq;
    }
  } finally {
    await store.close();
  }
}
