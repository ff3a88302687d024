/** `ralph tdd --dry-run`: what would happen, without doing any of it. */
import { chooseTier } from "../app/choose-tier.ts";
import type { Config } from "../app/config-resolve.ts";
import { promptPreview } from "../app/preview.ts";
import { openCheckout, openTaskSource, openTiers } from "../app/wire.ts";
import type { Prompt } from "../core/prompt.ts";
import type { Task, TaskSummary } from "../core/task.ts";
import type { Invocation } from "./invocation.ts";

export interface DryRun {
  readonly config: Config;
  /** In the order in which they would run. */
  readonly tasks: readonly TaskSummary[];
  /** One task was asked for by name: the prompt is shown in full. */
  readonly inFull: boolean;
  readonly json: boolean;
}

interface Planned {
  readonly id: string;
  readonly title: string;
  readonly wsjf: number;
  readonly dependsOn: readonly string[];
  readonly tier: string;
  readonly models: readonly string[];
  readonly checks: readonly string[];
  readonly prompt: Prompt;
}

export async function dryRun(run: DryRun, { output, env }: Invocation): Promise<number> {
  const { config, json, inFull } = run;
  const tiers = await openTiers(config, env);
  const source = await openTaskSource(config);
  const preview = promptPreview(config, await openCheckout(config));
  const plan = async (task: Task): Promise<Planned> => {
    const { tier } = chooseTier(tiers, config.defaultTier, task);
    const checks = task.checks.length > 0 ? task.checks : config.checks;
    return {
      id: task.id,
      title: task.title,
      wsjf: task.wsjf,
      dependsOn: task.dependsOn,
      tier: tier.name,
      models: tier.chain.map((model) => model.name),
      checks: checks.map((check) => check.command),
      prompt: await preview(task),
    };
  };
  const open = run.tasks.filter((task) => task.status === "PENDING" || task.status === "IN_PROGRESS");
  const planned: Planned[] = [];
  for (const { path } of open) planned.push(await plan(await source.read(path)));
  if (json) output.write(`${JSON.stringify(planned, null, 2)}\n`);
  else output.write(describe(planned, inFull));
  return 0;
}

function describe(planned: readonly Planned[], inFull: boolean): string {
  if (planned.length === 0) return "Nothing is pending.\n";
  const tasks = planned.map((task, index) => describeTask(task, index + 1));
  const prompts = inFull ? planned.map(({ prompt }) => `\n${prompt.system}\n\n${prompt.user}`) : [];
  return [...tasks, ...prompts, "\nNothing was run, asked or changed.\n"].join("");
}

function describeTask({ id, title, wsjf, dependsOn, tier, models, checks, prompt }: Planned, place: number): string {
  const characters = prompt.system.length + prompt.user.length;
  const leftOut = prompt.leftOut.length === 0 ? "" : `; left out: ${prompt.leftOut.join(", ")}`;
  const lines = [
    `${place}. ${id} ${title} (WSJF ${wsjf.toFixed(1)})`,
    ...(dependsOn.length === 0 ? [] : [`   after  ${dependsOn.join(", ")}`]),
    `   tier   ${tier}: ${models.join(" -> ")}`,
    `   checks ${checks.length === 0 ? "none: the task would be BLOCKED" : checks.map((check) => `\`${check}\``).join(", ")}`,
    `   prompt about ${characters} characters${leftOut}`,
  ];
  return `${lines.join("\n")}\n`;
}
