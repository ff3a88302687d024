/** Before anything is touched: a night with no model to ask is not begun. */
import { RalphError } from "../core/error.ts";
import type { Health, ModelClient, Tier } from "../core/model.ts";

/** One live model in each tier is enough, and one that loads is waited for by the first question; throws MODELS_DOWN with everything that was tried. */
export async function requireLiveModel(tiers: readonly Tier[], signal: AbortSignal): Promise<void> {
  for (const tier of tiers) {
    const seen = await Promise.all(tier.chain.map(async (client) => ({ client, health: await client.health(signal) })));
    signal.throwIfAborted();
    if (seen.some(({ health }) => health.ok || health.loading)) continue;
    throw new RalphError("MODELS_DOWN", { tier: tier.name, tried: seen.map(describe), cure: cureOf(seen) });
  }
}

interface Seen {
  readonly client: ModelClient;
  readonly health: Health;
}

const describe = ({ client, health }: Seen): string => `${client.name} (${client.endpoint}): ${health.detail}`;

function cureOf(seen: readonly Seen[]): string {
  const cures = new Set(seen.flatMap(({ health }) => health.cure ?? []));
  return [...cures].join("\n  ") || "Start one of them, or name another in ralph.yaml; `ralph llm check` asks them all";
}
