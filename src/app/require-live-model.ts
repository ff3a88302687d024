/** Before anything is touched: a night with no model to ask is not begun. */
import { RalphError } from "../core/error.ts";
import type { Health, ModelClient, Tier } from "../core/model.ts";

/**
 * One live model in one of the tiers is enough, and one that loads is waited for by the first question. Returns what a
 * person should know: the tiers whose tasks will wait. Throws MODELS_DOWN with everything that was tried.
 */
export async function requireLiveModel(tiers: readonly Tier[], signal: AbortSignal): Promise<readonly string[]> {
  const clients = [...new Set(tiers.flatMap(({ chain }) => chain))];
  const seen = await Promise.all(clients.map(async (client) => ({ client, health: await client.health(signal) })));
  signal.throwIfAborted();
  const isLive = ({ chain }: Tier): boolean =>
    seen.some(({ client, health }) => chain.includes(client) && (health.ok || health.loading === true));
  const dead = tiers.filter((tier) => !isLive(tier));
  if (dead.length === 0) return [];
  const names = dead.map(({ name }) => name).join(", ");
  const down = seen.filter(({ client }) => dead.some(({ chain }) => chain.includes(client)));
  if (dead.length === tiers.length)
    throw new RalphError("MODELS_DOWN", { tier: names, tried: down.map(describe), cure: cureOf(down) });
  return [`no model of ${names} answers now; tasks of that tier wait: ${down.map(describe).join("; ")}`];
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
