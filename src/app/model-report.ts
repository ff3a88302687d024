/** What the log says of each model, with the format that it is asked in next. */
import { chooseMode, type EditMode } from "../model/edit-mode.ts";
import { type ModelStatistics, modelStatistics } from "../model/statistics.ts";
import type { Config } from "./config-resolve.ts";
import { configuredMode, STATISTIC_EVENTS } from "./edit-modes.ts";
import { openStore } from "./wire.ts";

export interface ModelReport extends ModelStatistics {
  readonly next: EditMode;
}

/** In the order in which they were first asked. */
export async function reportModels(config: Config): Promise<readonly ModelReport[]> {
  const store = await openStore(config);
  try {
    const events = await store.events.read({ types: STATISTIC_EVENTS });
    return modelStatistics(events).map((statistics) => ({ ...statistics, next: nextMode(config, statistics) }));
  } finally {
    await store.close();
  }
}

/** No server is asked: one that followed a grammar once will do so again. */
function nextMode(config: Config, { model, modes }: ModelStatistics): EditMode {
  const takesGrammar = modes.some(({ grammar }) => grammar);
  return chooseMode({ ...configuredMode(config, model), takesGrammar, records: modes });
}
