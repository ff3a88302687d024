/**
 * Fits a prompt to a model's real context: built for an estimate, counted by the server where it can count, and built
 * anew with what the count taught. Without a count the estimate is careful.
 */
import type { ModelClient, Traits } from "../core/model.ts";
import type { Prompt } from "../core/prompt.ts";

export interface Fitted {
  readonly prompt: Prompt;
  /** As the server counts; undefined where it cannot. */
  readonly tokens?: number;
}

interface Fitting {
  readonly client: ModelClient;
  readonly build: (maxCharacters: number) => Prompt | undefined;
  readonly roomTokens: number;
  /** Characters a token, of models whose server counted before; grows. */
  readonly known: Map<string, number>;
}

/** Where neither the server nor ralph.yaml tells. */
const DEFAULT_CONTEXT_TOKENS = 32_000;
/** Of the context, for the reply at most; a reply is seldom longer than that. */
const SHARE_OF_REPLY = 1 / 3;
/** Room that is given up each time the server says that a prompt was too long. */
const SHRINK = 0.6;
/** Code has about 3.3 characters a token in today's vocabularies. */
const CAREFUL_CHARACTERS_PER_TOKEN = 3;
const ROUNDS = 4;
/** Other files have other tokens: a little less than was measured. */
const MARGIN = 0.96;

/** Tokens that are kept for the reply, whatever the prompt. */
export const replyTokensOf = ({ contextTokens = DEFAULT_CONTEXT_TOKENS, outputTokens }: Traits): number =>
  Math.min(outputTokens, Math.floor(contextTokens * SHARE_OF_REPLY));

/** Tokens that a prompt may take beside the reply. */
export const roomOf = (traits: Traits, overflows: number): number =>
  Math.floor(((traits.contextTokens ?? DEFAULT_CONTEXT_TOKENS) - replyTokensOf(traits)) * SHRINK ** overflows);

/** Undefined where the task does not fit at all. */
export async function fitPrompt(fitting: Fitting, signal: AbortSignal): Promise<Fitted | undefined> {
  const { client, build, roomTokens, known } = fitting;
  let perToken = known.get(client.name) ?? CAREFUL_CHARACTERS_PER_TOKEN;
  for (let round = 1; round <= ROUNDS; round += 1) {
    const prompt = build(Math.floor(roomTokens * perToken));
    if (prompt === undefined) return undefined;
    const tokens = await client.countTokens?.(prompt, signal);
    if (tokens === undefined || tokens === 0) return { prompt };
    const counted = measured(prompt, tokens);
    if (tokens > roomTokens) {
      perToken = Math.min(perToken * (roomTokens / tokens), counted);
      continue;
    }
    const mayHoldMore = !known.has(client.name) && prompt.leftOut.length > 0 && counted > perToken;
    if (mayHoldMore) perToken = counted;
    known.set(client.name, perToken);
    if (!mayHoldMore) return { prompt, tokens };
  }
  return undefined;
}

const measured = ({ system, user }: Prompt, tokens: number): number =>
  ((system.length + user.length) / tokens) * MARGIN;
