/** `ralph llm route T002`: which model it would be, and why, in one line. */
import { EXIT_OF } from "../app/exit-codes.ts";
import { findTask } from "../app/find-task.ts";
import { openOutside } from "../app/outside-of-the-loop.ts";
import { openProjectOrDefaults } from "../app/project.ts";
import type { ModelClient } from "../core/model.ts";
import type { Invocation } from "./invocation.ts";

interface RouteOptions {
  readonly json?: true;
  readonly tier?: string;
}

/** Looks at each model's health in the order of the tier, and asks none. Exit code 1 where none of them is live. */
export async function llmRoute(
  invocation: Invocation,
  { json, tier: forced }: RouteOptions,
  name: string,
): Promise<number> {
  const { output, env, signal } = invocation;
  const config = await openProjectOrDefaults(invocation);
  const task = await findTask(config, invocation, name);
  const outside = await openOutside({ config, env, tier: forced, onFailure: () => {} }, signal);
  try {
    const { tier, route } = outside.tierOf(task);
    const { live, down } = await firstLive(tier.chain, signal);
    const chain = tier.chain.map((client) => client.name);
    const reasons = [route.why, ...(route.note === undefined ? [] : [route.note]), ...down];
    const fact = { task: task.id, tier: tier.name, model: live?.name ?? null, why: reasons.join("; "), chain };
    const rest = live === undefined ? [] : chain.slice(chain.indexOf(live.name) + 1);
    const then = rest.length === 0 ? "" : `, then ${rest.join(" -> ")}`;
    const who = live === undefined ? `no live model of ${tier.name}` : `${live.name} of ${tier.name}`;
    output.write(json ? `${JSON.stringify(fact)}\n` : `${task.id}: ${who}${then} (${reasons.join("; ")})\n`);
    return live === undefined ? 1 : EXIT_OF["all done"];
  } finally {
    await outside.close();
  }
}

interface Looked {
  readonly live: ModelClient | undefined;
  /** Those before it, with what is wrong. */
  readonly down: readonly string[];
}

async function firstLive(chain: readonly ModelClient[], signal: AbortSignal): Promise<Looked> {
  const down: string[] = [];
  for (const client of chain) {
    const { ok, loading, detail } = await client.health(signal);
    signal.throwIfAborted();
    if (ok || loading) return { live: client, down };
    down.push(`${client.name} is down: ${detail}`);
  }
  return { live: undefined, down };
}
