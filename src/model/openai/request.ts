/** The body of a request: what every server knows, and what only some do. Pure. */
import type { AskOptions } from "../../core/model.ts";
import type { Prompt } from "../../core/prompt.ts";
import { numberAt, textAt } from "../unknown-json.ts";
import type { ChatRequest, CompletionRequest } from "./connection.ts";

export interface RequestOptions {
  readonly model?: string;
  readonly temperature?: number;
}

/**
 * Beyond what every server knows. `return_progress` makes llama-server send something while it reads a long prompt,
 * so that the idle clock does not take it for dead; `include_usage` asks for token counts. `grammar` binds the reply.
 */
export type Extras = Readonly<Record<string, unknown>>;

const EXTRAS: Extras = { stream_options: { include_usage: true }, cache_prompt: true, return_progress: true };
const EXTRA_NAME = /stream_options|include_usage|cache_prompt|return_progress/;

interface Taken {
  readonly takesExtras: boolean;
  readonly takesGrammar: boolean;
}

export const extrasOf = ({ grammar }: AskOptions, { takesExtras, takesGrammar }: Taken): Extras => ({
  ...(takesExtras ? EXTRAS : {}),
  ...(takesGrammar && grammar !== undefined ? { grammar } : {}),
});

/** Strict servers refuse a field that they do not know, and name it. */
export const refusesExtras = (error: unknown): boolean => refuses(error, EXTRA_NAME);

/** Also one that it cannot read; some servers call that their own fault. */
export const refusesGrammar = (error: unknown): boolean => refuses(error, /grammar/i);

const refuses = (error: unknown, what: RegExp): boolean =>
  [400, 422, 500].includes(numberAt(error, "status") ?? 0) && what.test(textAt(error, "message"));

export const messagesOf = (
  prompt: Prompt,
): readonly { readonly role: "system" | "user"; readonly content: string }[] => [
  { role: "system", content: prompt.system },
  { role: "user", content: prompt.user },
];

export const chatRequest = (options: RequestOptions, prompt: Prompt, limits: AskOptions): ChatRequest => ({
  ...common(options, limits),
  messages: [...messagesOf(prompt)],
});

/** For models without a chat template: the prompt goes to the model as it is. */
export const completionRequest = (options: RequestOptions, prompt: Prompt, limits: AskOptions): CompletionRequest => ({
  ...common(options, limits),
  prompt: plainPrompt(prompt),
});

const plainPrompt = ({ system, user }: Prompt): string => `${system}\n\n${user}`;

const common = (options: RequestOptions, limits: AskOptions) => ({
  model: options.model ?? "default",
  max_tokens: limits.maxTokens,
  stream: true as const,
  ...(options.temperature !== undefined && { temperature: options.temperature }),
});
