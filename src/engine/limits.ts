/** Every limit of a task and of the run is looked at here, between two attempts. */
import { tokensOf } from "../core/usage.ts";
import type { Verdict } from "../core/verdict.ts";
import type { Progress, TaskRun } from "./task-run.ts";

type End = Extract<Verdict, { kind: "blocked" | "stopped" }>;

export function limitReached({ world, deadline, signal }: TaskRun, progress: Progress): End | undefined {
  const { attempts, evidence, usage } = progress;
  if (signal.aborted) return { kind: "stopped", why: "interrupted", reason: "interrupted" };
  const spent = world.budget.exceeded();
  if (spent !== undefined) return { kind: "stopped", why: "budget", reason: spent };

  const last = evidence.at(-1);
  const because = `${last === undefined ? "" : `; last: ${last.kind}: ${firstLine(last.text)}`}${cureFor(progress)}`;
  const { limits } = world;
  if (attempts >= limits.attempts) {
    return { kind: "blocked", reason: `Max iterations reached (${attempts} attempts)${because}` };
  }
  const { taskTokens, taskCostUsd } = limits;
  if (taskTokens !== undefined && tokensOf(usage) >= taskTokens)
    return { kind: "blocked", reason: `the task's ${taskTokens} tokens are used up (${tokensOf(usage)})${because}` };
  if (taskCostUsd !== undefined && (usage.costUsd ?? 0) >= taskCostUsd)
    return {
      kind: "blocked",
      reason: `the task's $${taskCostUsd} are used up ($${usage.costUsd?.toFixed(2)})${because}`,
    };
  if (world.clock.monotonic() >= deadline) {
    return {
      kind: "blocked",
      reason: `Max wait reached (${Math.round(limits.taskMs / 1000)} s, ${attempts} attempts)${because}`,
    };
  }
  return undefined;
}

/** What a person can do where no test could be made to fail. */
const cureFor = ({ role }: Progress): string =>
  role === "tester"
    ? "; no test fails yet: write one and name it under Files, or say **TDD**: off and name a criterion that ralph can look at"
    : "";

const firstLine = (text: string): string => (text.trim().split("\n")[0] ?? "").slice(0, 200);
