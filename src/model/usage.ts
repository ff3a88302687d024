/** Tokens of a call: as the server counted them, or estimated from characters where it did not tell. */

import type { ModelClient, Usage } from "../core/model.ts";
import type { Prompt } from "../core/prompt.ts";
import { numberAt, valueAt } from "./unknown-json.ts";

/** A round figure for English and code in today's vocabularies of 100k entries and more. */
const CHARACTERS_PER_TOKEN = 4;

const estimateTokens = (characters: number): number => Math.ceil(characters / CHARACTERS_PER_TOKEN);

/** US dollars a million tokens. */
export interface Prices {
  readonly input: number;
  readonly cachedInput?: number;
  readonly output: number;
}

/** A client whose answers say what they cost; what tells it already is left as it is. */
export function priced<Client extends Pick<ModelClient, "ask">>(client: Client, prices: Prices | undefined): Client {
  if (prices === undefined) return client;
  return {
    ...client,
    ask: async (prompt, options, signal) => {
      const reply = await client.ask(prompt, options, signal);
      return reply.usage === undefined ? reply : { ...reply, usage: withCost(reply.usage, prices) };
    },
  };
}

function withCost(usage: Usage, prices: Prices): Usage {
  if (usage.costUsd !== undefined) return usage;
  const { promptTokens, cachedTokens, outputTokens } = usage;
  const { input, cachedInput = input, output } = prices;
  const millionth = (promptTokens - cachedTokens) * input + cachedTokens * cachedInput + outputTokens * output;
  return { ...usage, costUsd: millionth / 1_000_000 };
}

/** `written` counts every character that the model produced, its reasoning included. */
export function estimateUsage(prompt: Prompt, written: number): Usage {
  return {
    promptTokens: estimateTokens(prompt.system.length + prompt.user.length),
    cachedTokens: 0,
    outputTokens: estimateTokens(written),
    estimated: true,
  };
}

/**
 * Usage from one JSON chunk of a chat completion: OpenAI's `usage`, else llama-server's `timings`
 * (there the whole prompt is `cache_n` + `prompt_n`); undefined where the chunk carries neither.
 */
export function readUsage(chunk: unknown): Usage | undefined {
  const usage = valueAt(chunk, "usage");
  const promptTokens = numberAt(usage, "prompt_tokens");
  const outputTokens = numberAt(usage, "completion_tokens");
  if (promptTokens !== undefined && outputTokens !== undefined) {
    const cachedTokens = numberAt(usage, "prompt_tokens_details", "cached_tokens") ?? 0;
    return { promptTokens, cachedTokens, outputTokens, estimated: false };
  }
  const timings = valueAt(chunk, "timings");
  const processed = numberAt(timings, "prompt_n");
  const predicted = numberAt(timings, "predicted_n");
  if (processed === undefined || predicted === undefined) return undefined;
  const cachedTokens = numberAt(timings, "cache_n") ?? 0;
  return { promptTokens: processed + cachedTokens, cachedTokens, outputTokens: predicted, estimated: false };
}
