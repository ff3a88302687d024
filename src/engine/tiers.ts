/** Which tier works on a task: the one it was routed to, or the stronger one that it was escalated to. */
import type { Tier } from "../core/model.ts";
import type { Task } from "../core/task.ts";
import type { Past } from "./recall.ts";
import type { World } from "./world.ts";

export interface ChosenTier {
  readonly tier: Tier;
  readonly why: string;
}

export function tierFor(
  { tiers, route }: Pick<World, "tiers" | "route">,
  task: Task,
  past: Pick<Past, "tier">,
): ChosenTier {
  const escalated = tiers.find((tier) => tier.name === past.tier);
  if (escalated !== undefined) return { tier: escalated, why: "weaker tiers made no progress" };
  const { tier: name, why } = route(task);
  const tier = tiers.find((each) => each.name === name) ?? tiers[0];
  if (tier === undefined) throw new Error("a configuration without a tier was accepted");
  return { tier, why };
}

/** Undefined for the strongest one. */
export const tierAbove = ({ tiers }: Pick<World, "tiers">, tier: Tier): Tier | undefined =>
  tiers[tiers.findIndex((each) => each.name === tier.name) - 1];
