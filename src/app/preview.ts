/** What a model would be sent for a task, from the checkout as it is: no check has run, so nothing is red yet. */
import type { Prompt } from "../core/prompt.ts";
import type { Task } from "../core/task.ts";
import { chooseShown, taskPrompt } from "../engine/task-prompt.ts";
import type { Tree } from "../workspace/checkout.ts";
import type { Config } from "./config-resolve.ts";
import { readPrompts } from "./prompts.ts";
import { limitsOf, protectionOf } from "./settings.ts";

/** The settings' part is made once for all tasks. */
export function promptPreview(config: Config, workspace: Tree): (task: Task) => Promise<Prompt> {
  const world = { prompts: readPrompts(config), limits: limitsOf(config), protection: protectionOf(config) };
  return async (task) => {
    const checks = task.checks.length > 0 ? task.checks : config.checks;
    const scene = { task, checks, workspace, world };
    const testFiles = task.files.map((file) => file.path);
    const shown = await chooseShown(scene, testFiles);
    return taskPrompt(scene, { role: "builder", shown, evidence: [] }, 1);
  };
}
