/** `ralph llm ask`: one question, the answer on standard output. Either a text, or a role's prompt for a task. */

import type { Config } from "../app/config-resolve.ts";
import { describeUsage } from "../app/describe-event.ts";
import { EXIT_OF } from "../app/exit-codes.ts";
import { findTask } from "../app/find-task.ts";
import { type Outside, openOutside } from "../app/outside-of-the-loop.ts";
import { openProjectOrDefaults } from "../app/project.ts";
import { tierNamed } from "../app/routes.ts";
import { askOptionsOf } from "../app/settings.ts";
import { RalphError } from "../core/error.ts";
import type { FailedReply, QuestionFor, Tier } from "../core/model.ts";
import type { Role } from "../core/prompt.ts";
import type { Invocation } from "./invocation.ts";

export interface AskOptions {
  readonly model?: string;
  readonly tier?: string;
  readonly task?: string;
  readonly role?: Role;
}

/** Exit code 0 with an answer, 2 where no model gives one. @param readInput the text of the question where no task is named */
export async function llmAsk(
  invocation: Invocation,
  options: AskOptions,
  readInput: () => Promise<string>,
): Promise<number> {
  const { output, env, signal } = invocation;
  const config = await openProjectOrDefaults(invocation);
  const say = (text: string): void => output.writeError(`ralph: ${text}\n`);
  const onFailure = ({ model, failure }: FailedReply): void => say(`${model}: ${failure.message}`);
  const outside = await openOutside({ config, env, tier: options.tier, onFailure }, signal);
  try {
    const asking = await prepare({ invocation, config, outside, options }, readInput);
    const reply = await outside.askTier(asking.tier, asking.questionFor);
    if (signal.aborted) return EXIT_OF.interrupted;
    if (reply.kind === "text") {
      output.write(reply.text.endsWith("\n") ? reply.text : `${reply.text}\n`);
      say(`${reply.model}: ${describeUsage(reply.usage)}, ${(reply.durationMs / 1000).toFixed(1)} s`);
      return EXIT_OF["all done"];
    }
    for (const cure of new Set(reply.tried.flatMap(({ failure }) => failure.cure ?? []))) say(cure);
    return EXIT_OF["set-up"];
  } finally {
    await outside.close();
  }
}

interface Call {
  readonly invocation: Invocation;
  readonly config: Config;
  readonly outside: Outside;
  readonly options: AskOptions;
}

interface Asking {
  readonly tier: Tier;
  readonly questionFor: QuestionFor;
}

async function prepare(call: Call, readInput: () => Promise<string>): Promise<Asking> {
  const { invocation, config, outside, options } = call;
  if (options.task === undefined) {
    const text = await readInput();
    if (text.trim() === "")
      throw new RalphError("USAGE", {
        what: "There is no question",
        cure: "Give it on standard input, or name a --task",
      });
    return { tier: tierOf(call), questionFor: plainQuestion(config, text) };
  }
  const task = await findTask(config, invocation, options.task);
  const tier = options.model === undefined ? outside.tierOf(task).tier : tierOf(call);
  return { tier, questionFor: await outside.questions(task, options.role) };
}

/** The model named alone; else the tier named, or the last one, which is the cheapest. */
function tierOf({ config, outside, options }: Call): Tier {
  const { tiers } = outside;
  if (options.model !== undefined) {
    const client = tiers.flatMap(({ chain }) => chain).find(({ name }) => name === options.model);
    if (client !== undefined) return { name: client.name, chain: [client] };
    const known = [...new Set(tiers.flatMap(({ chain }) => chain.map(({ name }) => name)))].join(", ");
    throw new RalphError("USAGE", { what: `No tier has a model ${options.model}`, cure: `The tiers have ${known}` });
  }
  const name = options.tier === undefined ? undefined : tierNamed(config, options.tier);
  const tier = name === undefined ? tiers.at(-1) : tiers.find((each) => each.name === name);
  if (tier === undefined) throw new Error("a configuration without a tier was accepted");
  return tier;
}

function plainQuestion(config: Config, text: string): QuestionFor {
  const purpose = { taskId: "llm ask", role: "builder" as const, attempt: 1 };
  const prompt = { purpose, system: "You are a careful programmer. Answer shortly.", user: text, leftOut: [] };
  return async (client, overflows) => {
    if (overflows > 0) return undefined;
    const { outputTokens } = await client.traits(AbortSignal.timeout(60_000));
    return { prompt, options: { ...askOptionsOf(config), maxTokens: outputTokens } };
  };
}
