/** Folds the chunks of a streamed completion, chat or plain, into one answer. Pure; chunks may have any shape. */
import type { Usage } from "../../core/model.ts";
import { textAt, valueAt } from "../unknown-json.ts";
import { readUsage } from "../usage.ts";

export interface StreamedAnswer {
  readonly text: string;
  /** Characters written so far, those of the reasoning included. */
  readonly written: number;
  /** The server's finish_reason; undefined until it says that the answer is complete. */
  readonly finish: string | undefined;
  readonly usage: Usage | undefined;
  /** What the last chunk added, reasoning and text in the order in which they came. */
  readonly added: { readonly reasoning: string; readonly text: string };
  /** At least one chunk of a completion came. */
  readonly began: boolean;
}

export const NOTHING_YET: StreamedAnswer = {
  text: "",
  written: 0,
  finish: undefined,
  usage: undefined,
  added: { reasoning: "", text: "" },
  began: false,
};

/** llama-server and DeepSeek stream reasoning as `reasoning_content`, vLLM and OpenRouter as `reasoning`. */
export function addChunk(answer: StreamedAnswer, chunk: unknown): StreamedAnswer {
  const choice = valueAt(chunk, "choices", 0);
  // Chat completions have a delta, plain ones a text.
  const content = textAt(choice, "delta", "content") || textAt(choice, "text");
  const reasoning = textAt(choice, "delta", "reasoning_content") || textAt(choice, "delta", "reasoning");
  return {
    text: answer.text + content,
    written: answer.written + content.length + reasoning.length,
    finish: textAt(choice, "finish_reason") || answer.finish,
    usage: readUsage(chunk) ?? answer.usage,
    added: { reasoning, text: content },
    began: answer.began || Array.isArray(valueAt(chunk, "choices")),
  };
}
