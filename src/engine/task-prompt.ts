/** Gathers what a task's prompt needs from the workspace and the progress so far. */
import type { Prompt } from "../core/prompt.ts";
import type { CheckSpec, Task } from "../core/task.ts";
import type { Workspace } from "../core/workspace.ts";
import { buildPrompt, type PromptParts } from "../prompt/build.ts";
import { chooseContext } from "../prompt/context.ts";
import type { PromptStack } from "../prompt/stack.ts";
import type { Protection } from "./protect.ts";
import type { Progress, Shown } from "./task-run.ts";
import type { Limits } from "./world.ts";

/** What a prompt is made from: a task run, or a look at the user's checkout. */
export interface Scene {
  readonly task: Task;
  readonly checks: readonly CheckSpec[];
  readonly world: {
    readonly prompts: PromptStack;
    readonly protection: Pick<Protection, "isBlocked">;
    readonly limits: Pick<Limits, "contextCharacters" | "maxFiles" | "maxLines">;
  };
  readonly workspace: Pick<Workspace, "files" | "changedFiles" | "read">;
}

/** Chosen once for a role, so that the front of its prompts stays the same. */
export async function chooseShown({ task, world, workspace }: Scene, testFiles: readonly string[]): Promise<Shown> {
  const paths = await workspace.files();
  const maxCharacters = world.limits.contextCharacters;
  const isHidden = world.protection.isBlocked;
  return { paths, context: chooseContext({ task, paths, testFiles, read: workspace.read, isHidden, maxCharacters }) };
}

export type PromptState = Pick<Progress, "role" | "shown" | "evidence">;

export async function taskPrompt(scene: Scene, progress: PromptState, attempt: number): Promise<Prompt> {
  const { task, world, checks } = scene;
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
    changed: await changedSince(scene, shown),
    evidence,
  });
}

async function changedSince({ workspace }: Scene, { context }: Shown): Promise<PromptParts["changed"]> {
  const asShown = new Map(context.files.map((file) => [file.path, file.text]));
  const now = (await workspace.changedFiles()).map((path) => {
    const state = workspace.read(path);
    return { path, text: state.kind === "text" ? state.text : undefined };
  });
  return now.filter(({ path, text }) => asShown.get(path) !== text);
}
