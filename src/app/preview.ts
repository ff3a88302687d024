/**
 * What a model would be asked for a task, from the checkout as it is: no check has run, so nothing is red yet. No
 * model is asked what it can take either, so the prompt is made for what ralph.yaml says, or for a common size.
 */
import type { ModelClient, QuestionFor } from "../core/model.ts";
import type { Role } from "../core/prompt.ts";
import type { Task } from "../core/task.ts";
import { NO_BOUNDS } from "../engine/protect.ts";
import { chooseShown, questionsFor, type Scene } from "../engine/question.ts";
import type { Tree } from "../workspace/checkout.ts";
import type { Config } from "./config-resolve.ts";
import type { EditModes } from "./edit-modes.ts";
import { readPrompts } from "./prompts.ts";
import { askOptionsOf, limitsOf, protectionOf } from "./settings.ts";

export type PreviewQuestions = (task: Task, role?: Role) => Promise<QuestionFor>;

/** The settings' part is made once for all tasks. */
export function previewQuestions(
  config: Config,
  workspace: Tree,
  modeOf: EditModes["modeOf"],
  signal: AbortSignal,
): PreviewQuestions {
  const world: Scene["world"] = {
    prompts: readPrompts(config),
    limits: limitsOf(config),
    protection: protectionOf(config),
    askOptions: askOptionsOf(config),
    modeOf,
  };
  return async (task, role = "builder") => {
    const checks = task.checks.length > 0 ? task.checks : config.checks;
    const scene: Scene = { task, checks, workspace, world };
    const shown = await chooseShown(
      scene,
      task.files.map((file) => file.path),
    );
    return questionsFor(scene, { role, shown, evidence: [], bounds: NO_BOUNDS }, 1, {
      signal,
      tokensLeft: Number.POSITIVE_INFINITY,
      onMade: async () => {},
    });
  };
}

/** A model that is not asked, for a look at the prompt without touching one. */
export const nobody = (name: string, contextTokens: number | undefined): ModelClient => ({
  name,
  endpoint: "",
  ask: () => Promise.reject(new Error("nobody is asked in a preview")),
  health: async () => ({ ok: false, detail: "" }),
  traits: async () => ({
    outputTokens: 8_000,
    takesGrammar: false,
    ...(contextTokens === undefined ? {} : { contextTokens }),
  }),
});
