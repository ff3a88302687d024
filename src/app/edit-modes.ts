/** In which format a model is asked: ralph.yaml, else what the log of this repository teaches. */
import type { EventType, RalphEvent } from "../core/event.ts";
import type { Traits } from "../core/model.ts";
import type { Store } from "../core/store.ts";
import { chooseMode, type EditMode, type ModeRequest } from "../model/edit-mode.ts";
import { modelStatistics } from "../model/statistics.ts";
import type { Config } from "./config-resolve.ts";

/** The events that statistics are made of. */
export const STATISTIC_EVENTS: readonly EventType[] = [
  "attempt.started",
  "prompt.built",
  "model.replied",
  "model.failed",
  "patch.applied",
  "patch.rejected",
  "attempt.finished",
];

export interface EditModes {
  modeOf(model: string, traits: Traits): EditMode;
  observe(event: RalphEvent): void;
}

/** Models and prompts change: runs before these say little about today's. */
const RUNS_THAT_COUNT = 20;

export async function openEditModes(config: Config, { events }: Pick<Store, "events">): Promise<EditModes> {
  const runs = await events.read({ types: ["run.started"] });
  const after = runs.at(-RUNS_THAT_COUNT)?.seq ?? 0;
  const seen = [...(await events.read({ types: STATISTIC_EVENTS, after }))];
  return {
    modeOf(name, { takesGrammar }) {
      const { modes = [] } = modelStatistics(seen).find((each) => each.model === name) ?? {};
      return chooseMode({ ...configuredMode(config, name), takesGrammar, records: modes });
    },
    observe(event) {
      if (STATISTIC_EVENTS.includes(event.type)) seen.push(event);
    },
  };
}

/** What ralph.yaml says of a model's format; undefined where it leaves it open. */
export function configuredMode({ models }: Config, name: string): Pick<ModeRequest, "format" | "grammar"> {
  const model = models[name];
  if (model === undefined || model.provider === "replay") return { format: undefined, grammar: undefined };
  return { format: model.editFormat, grammar: model.provider === "openai" ? model.grammar : undefined };
}
