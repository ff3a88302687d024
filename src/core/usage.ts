import type { Usage } from "./model.ts";

export const NO_USAGE: Usage = { promptTokens: 0, cachedTokens: 0, outputTokens: 0, estimated: false };

/** The sum; estimated where either part is, and costing what those parts cost that say so. */
export function addUsage(one: Usage, other: Usage): Usage {
  const isFree = one.costUsd === undefined && other.costUsd === undefined;
  return {
    promptTokens: one.promptTokens + other.promptTokens,
    cachedTokens: one.cachedTokens + other.cachedTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    estimated: one.estimated || other.estimated,
    ...(isFree ? {} : { costUsd: (one.costUsd ?? 0) + (other.costUsd ?? 0) }),
  };
}

/** In and out. */
export const tokensOf = ({ promptTokens, outputTokens }: Usage): number => promptTokens + outputTokens;
