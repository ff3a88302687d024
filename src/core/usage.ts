import type { TotalUsage, Usage } from "./model.ts";

export const NO_USAGE: TotalUsage = {
  promptTokens: 0,
  cachedTokens: 0,
  outputTokens: 0,
  estimated: false,
  durationMs: 0,
};

interface Called {
  /** Undefined for a call that wrote nothing, as far as is known. */
  readonly usage?: Usage;
  readonly durationMs: number;
}

/** With one more call; estimated where any is, and costing what those cost that say so. */
export function addUsage(total: TotalUsage, { usage = NO_USAGE, durationMs }: Called): TotalUsage {
  const isFree = total.costUsd === undefined && usage.costUsd === undefined;
  return {
    promptTokens: total.promptTokens + usage.promptTokens,
    cachedTokens: total.cachedTokens + usage.cachedTokens,
    outputTokens: total.outputTokens + usage.outputTokens,
    estimated: total.estimated || usage.estimated,
    durationMs: total.durationMs + durationMs,
    ...(isFree ? {} : { costUsd: (total.costUsd ?? 0) + (usage.costUsd ?? 0) }),
  };
}

/** In and out. */
export const tokensOf = ({ promptTokens, outputTokens }: Usage): number => promptTokens + outputTokens;
