/** `ralph patch get tasks/T002.md`: one question to the task's tier; the diff on standard output; nothing changed. */
import { askForPatch } from "../app/ask-for-patch.ts";
import { findTask } from "../app/find-task.ts";
import { openProjectOrDefaults } from "../app/project.ts";
import type { FailedReply } from "../core/model.ts";
import type { Invocation } from "./invocation.ts";

/** Exit code 0 with a diff, 1 when the reply holds none that fits, 2 when no model answers. @param name an id or a path */
export async function patchGet({ cwd, env, output, signal }: Invocation, name: string): Promise<number> {
  const config = await openProjectOrDefaults({ cwd, env });
  const task = await findTask(config, { cwd }, name);

  const say = (text: string): void => output.writeError(`ralph: ${text}\n`);
  const onFailure = ({ model, failure }: FailedReply): void => say(`${model}: ${failure.message}`);
  const answer = await askForPatch({ config, env, task, onFailure }, signal);
  if (answer.kind === "diff") {
    output.write(answer.diff);
    return 0;
  }
  if (answer.kind === "no patch") {
    say(`no patch from ${answer.model}: ${answer.reason}`);
    return 1;
  }
  for (const cure of new Set(answer.tried.flatMap(({ failure }) => failure.cure ?? []))) say(cure);
  return 2;
}
