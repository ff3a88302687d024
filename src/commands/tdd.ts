/** `ralph tdd`: from the task files to the exit code. Everything is verified before the first side effect. */
import { resolve } from "node:path";
import { chooseTasks } from "../app/choose-tasks.ts";
import type { Config } from "../app/config-resolve.ts";
import { EXIT_OF } from "../app/exit-codes.ts";
import type { Renderer } from "../app/output.ts";
import { openProject } from "../app/project.ts";
import { type Display, openRenderer } from "../app/render.ts";
import { tierNamed } from "../app/routes.ts";
import { type QueueResult, type QueueRun, runQueue } from "../app/run-queue.ts";
import { inspect, openTaskSource } from "../app/wire.ts";
import type { Invocation } from "./invocation.ts";
import { reportProblems } from "./status.ts";
import { summary } from "./summary.ts";

export interface TddOptions {
  readonly dryRun?: true;
  readonly json?: true;
  readonly plain?: true;
  readonly tier?: string;
  readonly record?: string;
  readonly replay?: string;
}

export async function tdd(invocation: Invocation, options: TddOptions, ids: readonly string[]): Promise<number> {
  const { output, env, signal } = invocation;
  const config = await openProject(invocation);
  const repository = await inspect(config);
  const source = await openTaskSource(config);
  const listing = source.list();
  reportProblems(listing, invocation);
  const tasks = chooseTasks(config.tasks, listing, ids);
  const tier = options.tier === undefined ? undefined : tierNamed(config, options.tier);
  if (options.dryRun) {
    const { dryRun } = await import("./tdd-dry-run.ts");
    return dryRun({ config, tasks, inFull: ids.length === 1, json: options.json === true, tier }, invocation);
  }
  noteUncommitted(repository.uncommitted, config, invocation);

  const renderer = await openRenderer(displayOf(options, invocation), output);
  const only = ids.length > 0 ? ids : undefined;
  const warn = (text: string): void => output.writeError(`ralph: ${text}\n`);
  const run = { config, env, tasks, only, onEvent: renderer.onEvent, warn, ...modelsOf(options, tier, invocation) };
  const result = await runAndShow(run, renderer, signal);
  if (!options.json) output.write(summary(result, source.list().tasks));
  if (result.outcome === "set-up") output.writeError(`ralph: ${result.reason}\n`);
  return EXIT_OF[result.outcome];
}

/** Who answers, and where it is written down. */
function modelsOf(
  { record, replay }: TddOptions,
  tier: string | undefined,
  { cwd }: Invocation,
): Pick<QueueRun, "tier" | "record" | "replay"> {
  return {
    ...(tier !== undefined && { tier }),
    ...(record !== undefined && { record: resolve(cwd, record) }),
    ...(replay !== undefined && { replay: resolve(cwd, replay) }),
  };
}

async function runAndShow(run: QueueRun, renderer: Renderer, signal: AbortSignal): Promise<QueueResult> {
  try {
    return await runQueue(run, signal);
  } finally {
    await renderer.close();
  }
}

function displayOf(options: TddOptions, { output }: Invocation): Display {
  if (options.json) return "json";
  return output.isTerminal && !options.plain ? "live" : "lines";
}

const SHOWN_PATHS = 5;

/** Allowed: work trees are separate. But the person must know what a task will not see. */
function noteUncommitted(uncommitted: readonly string[], config: Config, { output }: Invocation): void {
  const ours = [config.tasks, config.patches, config.logs].map((path) => path.slice(config.root.length + 1));
  const theirs = uncommitted.filter(
    (path) => path !== "ralph.yaml" && !ours.some((own) => path === own || path.startsWith(`${own}/`)),
  );
  if (theirs.length === 0) return;
  const more = theirs.length > SHOWN_PATHS ? ` and ${theirs.length - SHOWN_PATHS} more` : "";
  const shown = theirs.slice(0, SHOWN_PATHS).join(", ");
  output.writeError(`ralph: not committed, so no task sees it: ${shown}${more}. Tasks start from the last commit.\n`);
}
