/** Gathers what a task's prompt needs from the workspace and the progress so far. */
import type { Prompt } from "../core/prompt.ts";
import { buildPrompt, type PromptParts } from "../prompt/build.ts";
import { chooseContext } from "../prompt/context.ts";
import type { Progress, Shown, TaskRun } from "./task-run.ts";

/** Chosen once for a role, so that the front of its prompts stays the same. */
export async function chooseShown({ task, world, workspace }: TaskRun, testFiles: readonly string[]): Promise<Shown> {
  const paths = await workspace.files();
  const maxCharacters = world.limits.contextCharacters;
  return { paths, context: chooseContext({ task, paths, testFiles, read: workspace.read, maxCharacters }) };
}

export async function taskPrompt(run: TaskRun, progress: Progress, attempt: number): Promise<Prompt> {
  const { task, world, checks } = run;
  const { role, shown, evidence } = progress;
  return buildPrompt({
    purpose: { taskId: task.id, role, attempt },
    stack: world.prompts[role],
    variables: {
      checks: checks.map((check) => `\`${check.command}\``).join(", "),
      max_files: String(world.limits.maxFiles),
      max_lines: String(world.limits.maxLines),
    },
    task,
    ...shown,
    changed: await changedSince(run, shown),
    evidence,
  });
}

async function changedSince({ workspace }: TaskRun, { context }: Shown): Promise<PromptParts["changed"]> {
  const asShown = new Map(context.files.map((file) => [file.path, file.text]));
  const now = (await workspace.changedFiles()).map((path) => {
    const state = workspace.read(path);
    return { path, text: state.kind === "text" ? state.text : undefined };
  });
  return now.filter(({ path, text }) => asShown.get(path) !== text);
}
