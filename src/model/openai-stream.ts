/** Folds the chunks of a streamed chat completion into one answer. Pure; chunks may have any shape. */
import type { Usage } from "../core/model.ts";
import { textAt, valueAt } from "./unknown-json.ts";
import { readUsage } from "./usage.ts";

export interface StreamedAnswer {
  readonly text: string;
  /** Characters written so far, those of the reasoning included. */
  readonly written: number;
  /** The server's finish_reason; undefined until it says that the answer is complete. */
  readonly finish: string | undefined;
  readonly usage: Usage | undefined;
  /** At least one chunk of a chat completion came. */
  readonly began: boolean;
}

export const NOTHING_YET: StreamedAnswer = { text: "", written: 0, finish: undefined, usage: undefined, began: false };

/** llama-server and DeepSeek stream reasoning as `reasoning_content`, vLLM and OpenRouter as `reasoning`. */
export function addChunk(answer: StreamedAnswer, chunk: unknown): StreamedAnswer {
  const choice = valueAt(chunk, "choices", 0);
  const content = textAt(choice, "delta", "content");
  const reasoning = textAt(choice, "delta", "reasoning_content") || textAt(choice, "delta", "reasoning");
  return {
    text: answer.text + content,
    written: answer.written + content.length + reasoning.length,
    finish: textAt(choice, "finish_reason") || answer.finish,
    usage: readUsage(chunk) ?? answer.usage,
    began: answer.began || Array.isArray(valueAt(chunk, "choices")),
  };
}
