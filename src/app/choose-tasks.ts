/** Which tasks a run is about, in the order in which they would run. */
import { RalphError } from "../core/error.ts";
import type { TaskListing, TaskSummary } from "../core/task.ts";
import { orderTasks } from "../task/wsjf.ts";

/** @param ids all of the tdd queue when empty; throws for an id that is unknown or of another queue, an empty folder, a circle of dependencies */
export function chooseTasks(folder: string, listing: TaskListing, ids: readonly string[]): readonly TaskSummary[] {
  const known = listing.tasks.map((task) => task.id);
  const unknown = ids.find((id) => !known.includes(id));
  if (unknown !== undefined) throw new RalphError("TASK_UNKNOWN", { id: unknown, known });
  const elsewhere = listing.tasks.find((task) => ids.includes(task.id) && task.queue !== "tdd");
  if (elsewhere !== undefined) throw otherQueue(elsewhere);
  const tasks = listing.tasks.filter((task) => task.queue === "tdd");
  if (tasks.length === 0) throw new RalphError("NO_TASKS", { path: folder });
  const ordered = orderTasks(tasks);
  if (!ordered.ok) throw new RalphError("TASK_CYCLE", { ids: ordered.cycle });
  return ordered.tasks.filter((task) => ids.length === 0 || ids.includes(task.id));
}

function otherQueue({ id, queue, path }: TaskSummary): RalphError {
  const what = `${id} is a task of the ${queue} queue; \`ralph tdd\` runs the tdd queue only`;
  return new RalphError("USAGE", { what, cure: `Put **Queue**: tdd into ${path} if it is to be run` });
}
