/** Which tier a task goes to: the one it names, else the default of ralph.yaml. */
import type { Tier } from "../core/model.ts";
import type { TaskSummary } from "../core/task.ts";

export interface ChosenTier {
  readonly tier: Tier;
  /** What a person should know about the choice. */
  readonly note?: string;
}

export function chooseTier(
  tiers: readonly Tier[],
  defaultTier: string,
  task: Pick<TaskSummary, "id" | "tier">,
): ChosenTier {
  const named = tiers.find((tier) => tier.name.toLowerCase() === task.tier?.toLowerCase());
  if (named !== undefined) return { tier: named };
  const tier = tiers.find((each) => each.name === defaultTier) ?? tiers[0];
  if (tier === undefined) throw new Error("a configuration without a tier was accepted");
  if (task.tier === undefined) return { tier };
  return { tier, note: `${task.id} asks for ${task.tier}, which ralph.yaml does not have; ${tier.name} is taken` };
}
