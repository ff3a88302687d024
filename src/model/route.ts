/**
 * Which tier a task goes to, and why in one line. What a person wrote decides: the call, the task's tier, its
 * complexity, the repository's default; without any of them, what can be measured. Pure.
 */
import type { Complexity, Task } from "../core/task.ts";

export interface RouteRequest {
  readonly task: Pick<Task, "tier" | "complexity" | "priority" | "files">;
  /** Lines of a file as it is; 0 for one that does not exist. */
  readonly linesOf: (path: string) => number;
  /** Strongest first, as in ralph.yaml; at least one. */
  readonly tiers: readonly string[];
  /** Of ralph.yaml; holds instead of measuring. */
  readonly defaultTier: string | undefined;
  /** Of the call (`--tier`). */
  readonly forced: string | undefined;
}

export interface Route {
  readonly tier: string;
  readonly why: string;
  /** What a person should know: the task asks for a tier that is not there. */
  readonly note?: string;
}

/** Throws nothing: a tier that ralph.yaml does not have is noted and another one is taken. */
export function routeTask(request: RouteRequest): Route {
  const { task, tiers, defaultTier, forced } = request;
  if (forced !== undefined) return { tier: forced, why: "named in the call" };
  const named = tiers.find((tier) => tier.toLowerCase() === task.tier?.toLowerCase());
  if (named !== undefined) return { tier: named, why: "the task names it" };
  const note = task.tier === undefined ? {} : { note: `asks for ${task.tier}, which ralph.yaml does not have` };
  if (task.complexity !== undefined)
    return { tier: tierFor(task.complexity, tiers), why: `complexity ${task.complexity}`, ...note };
  if (defaultTier !== undefined) return { tier: defaultTier, why: "default_tier in ralph.yaml", ...note };
  const { complexity, why } = measure(request);
  return { tier: tierFor(complexity, tiers), why, ...note };
}

const STRENGTH: Readonly<Record<Complexity, number>> = { complex: 0, medium: 0.5, simple: 1 };

/** The first tier for complex tasks, the last for simple ones, the one in the middle (the lower of two) for the rest. */
function tierFor(complexity: Complexity, tiers: readonly string[]): string {
  const tier = tiers[Math.ceil(STRENGTH[complexity] * (tiers.length - 1))];
  if (tier === undefined) throw new Error("a configuration without a tier was accepted");
  return tier;
}

/** So many points make a task medium, or complex. */
const [MEDIUM, COMPLEX] = [2, 4];

interface Measure {
  readonly points: number;
  readonly says: string;
}

function measure({ task, linesOf }: RouteRequest): { complexity: Complexity; why: string } {
  const paths = task.files.map((file) => file.path);
  const lines = paths.reduce((sum, path) => sum + linesOf(path), 0);
  const languages = new Set(paths.flatMap((path) => /\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? []));
  const measures: readonly Measure[] = [
    { points: step(paths.length, 4, 8), says: count(paths.length, "file") },
    { points: step(lines, 800, 2_500), says: count(lines, "line") },
    { points: step(languages.size, 3, 5), says: count(languages.size, "language") },
    { points: task.priority === "P0" ? 1 : 0, says: task.priority },
  ];
  const points = measures.reduce((sum, each) => sum + each.points, 0);
  const complexity = points >= COMPLEX ? "complex" : points >= MEDIUM ? "medium" : "simple";
  return { complexity, why: `measured as ${complexity}: ${measures.map(({ says }) => says).join(", ")}` };
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;

const step = (value: number, one: number, two: number): number => (value >= two ? 2 : value >= one ? 1 : 0);
