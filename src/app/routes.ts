/** Which tier a task goes to, measured on the user's checkout. */
import { RalphError } from "../core/error.ts";
import type { Task } from "../core/task.ts";
import { readBelow } from "../io/read-root.ts";
import { type Route, routeTask } from "../model/route.ts";
import type { Config } from "./config-resolve.ts";

/** @param forced the tier that the call names; must be one of ralph.yaml */
export function routesOf(config: Config, forced: string | undefined): (task: Task) => Route {
  const read = readBelow(config.root);
  const linesOf = (path: string): number => {
    const file = read(path);
    return file.kind === "text" ? file.text.split("\n").length : 0;
  };
  const tiers = Object.keys(config.tiers);
  return (task) => routeTask({ task, linesOf, tiers, defaultTier: config.defaultTier, forced });
}

/** The tier of ralph.yaml that a person names in a call, whatever the case; throws USAGE. */
export function tierNamed({ tiers }: Pick<Config, "tiers">, name: string): string {
  const known = Object.keys(tiers);
  const found = known.find((tier) => tier.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  throw new RalphError("USAGE", { what: `There is no tier ${name}`, cure: `ralph.yaml has ${known.join(", ")}` });
}
