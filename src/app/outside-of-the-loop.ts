/** What a single question to a model needs, asked by a person and not by the loop: nothing is journalled. */

import type { FailedReply, QuestionFor, Tier, TierReply } from "../core/model.ts";
import type { Task } from "../core/task.ts";
import { systemClock } from "../io/clock.ts";
import type { Redact } from "../io/redact.ts";
import { askTier } from "../model/ask.ts";
import { breaker } from "../model/breaker.ts";
import { discreetQuestions } from "../model/discreet.ts";
import { chooseMode } from "../model/edit-mode.ts";
import type { Route } from "../model/route.ts";
import type { Tree } from "../workspace/checkout.ts";
import type { Config } from "./config-resolve.ts";
import { configuredMode } from "./edit-modes.ts";
import { type PreviewQuestions, previewQuestions } from "./preview.ts";
import { routesOf, tierNamed } from "./routes.ts";
import { redactorOf } from "./secrets.ts";
import { openCheckout } from "./wire.ts";
import { openModels } from "./wire-models.ts";

export interface Outside {
  readonly tiers: readonly Tier[];
  readonly workspace: Tree;
  /** Without secrets: they are shown, too. */
  readonly questions: PreviewQuestions;
  readonly redact: Redact;
  tierOf(task: Task): { readonly tier: Tier; readonly route: Route };
  askTier(tier: Tier, questionFor: QuestionFor): Promise<TierReply>;
  close(): Promise<void>;
}

interface OutsideOptions {
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Named in the call. */
  readonly tier?: string | undefined;
  readonly onFailure: (failed: FailedReply) => void;
}

export async function openOutside(options: OutsideOptions, signal: AbortSignal): Promise<Outside> {
  const { config, env, tier, onFailure } = options;
  const forced = tier === undefined ? undefined : tierNamed(config, tier);
  const { tiers, close } = await openModels(config, env);
  const workspace = await openCheckout(config);
  const route = routesOf(config, forced);
  const redact = redactorOf(config, env);
  const modeOf: Parameters<typeof previewQuestions>[2] = (model, { takesGrammar }) =>
    chooseMode({ ...configuredMode(config, model), takesGrammar, records: [] });
  const questions = previewQuestions(config, workspace, modeOf, signal);
  return {
    tiers,
    workspace,
    questions: async (task, role) => discreetQuestions(await questions(task, role), redact),
    redact,
    tierOf: (task) => {
      const chosen = route(task);
      const found = tiers.find(({ name }) => name === chosen.tier);
      if (found === undefined) throw new Error("a configuration without a tier was accepted");
      return { tier: found, route: chosen };
    },
    askTier: (asked, questionFor) =>
      askTier(asked, questionFor, { clock: systemClock, breaker: breaker(systemClock), onFailure }, signal),
    close,
  };
}
