/** `ralph tdd --dry-run`: what would happen, without doing any of it. */
import type { Config } from "../app/config-resolve.ts";
import { openOutside } from "../app/outside-of-the-loop.ts";
import { nobody } from "../app/preview.ts";
import { openTaskSource } from "../app/wire.ts";
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
  /** Named in the call. */
  readonly tier?: string | undefined;
}

interface Planned {
  readonly id: string;
  readonly title: string;
  readonly wsjf: number;
  readonly dependsOn: readonly string[];
  readonly tier: string;
  /** Why this tier. */
  readonly why: string;
  readonly models: readonly string[];
  readonly checks: readonly string[];
  /** Undefined where the task is too long for any. */
  readonly prompt: Prompt | undefined;
}

export async function dryRun(run: DryRun, { output, env, signal }: Invocation): Promise<number> {
  const { config, json, inFull, tier: forced } = run;
  const source = await openTaskSource(config);
  const outside = await openOutside({ config, env, tier: forced, onFailure: () => {} }, signal);
  const plan = async (task: Task): Promise<Planned> => {
    const { tier, route } = outside.tierOf(task);
    const [first] = tier.chain;
    const questionFor = await outside.questions(task);
    const question = await questionFor(nobody(first?.name ?? "", contextOf(config, first?.name)), 0);
    const checks = task.checks.length > 0 ? task.checks : config.checks;
    return {
      id: task.id,
      title: task.title,
      wsjf: task.wsjf,
      dependsOn: task.dependsOn,
      tier: tier.name,
      why: route.why,
      models: tier.chain.map((model) => model.name),
      checks: checks.map((check) => check.command),
      prompt: question?.prompt,
    };
  };
  const open = run.tasks.filter((task) => task.status === "PENDING" || task.status === "IN_PROGRESS");
  const planned: Planned[] = [];
  try {
    for (const { path } of open) planned.push(await plan(await source.read(path)));
  } finally {
    await outside.close();
  }
  if (json) output.write(`${JSON.stringify(planned, null, 2)}\n`);
  else output.write(describe(planned, inFull));
  return 0;
}

function contextOf({ models }: Config, name: string | undefined): number | undefined {
  const model = name === undefined ? undefined : models[name];
  return model !== undefined && "contextTokens" in model ? model.contextTokens : undefined;
}

function describe(planned: readonly Planned[], inFull: boolean): string {
  if (planned.length === 0) return "Nothing is pending.\n";
  const tasks = planned.map((task, index) => describeTask(task, index + 1));
  const prompts = inFull ? planned.map(({ prompt }) => `\n${prompt?.system ?? ""}\n\n${prompt?.user ?? ""}`) : [];
  return [...tasks, ...prompts, "\nNothing was run, asked or changed.\n"].join("");
}

function describeTask(
  { id, title, wsjf, dependsOn, tier, why, models, checks, prompt }: Planned,
  place: number,
): string {
  const lines = [
    `${place}. ${id} ${title} (WSJF ${wsjf.toFixed(1)})`,
    ...(dependsOn.length === 0 ? [] : [`   after  ${dependsOn.join(", ")}`]),
    `   tier   ${tier} (${why}): ${models.join(" -> ")}`,
    `   checks ${checks.length === 0 ? "none: the task would be BLOCKED" : checks.map((check) => `\`${check}\``).join(", ")}`,
    `   prompt ${describePrompt(prompt)}`,
  ];
  return `${lines.join("\n")}\n`;
}

function describePrompt(prompt: Prompt | undefined): string {
  if (prompt === undefined) return "does not fit: cut the task into smaller ones";
  const { system, user, leftOut } = prompt;
  const left = leftOut.length === 0 ? "" : `; left out: ${leftOut.join(", ")}`;
  return `about ${system.length + user.length} characters${left}`;
}
