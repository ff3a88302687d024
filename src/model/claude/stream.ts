/**
 * Folds the lines of `claude -p --output-format stream-json --verbose --include-partial-messages` into one answer.
 * Pure; lines may hold anything. The format is that of Claude Code 2.1.197, read off the real program:
 * - `assistant` carries one finished block of a message; `stream_event` the same while it grows, and so a sign of life;
 * - what claude says itself, its errors above all, comes as an `assistant` too, with the model `<synthetic>`;
 * - `result` comes last, and repeats only the last message: after an output limit claude lets the model go on in a
 *   second message, so the answer is the text of all of them.
 */
import type { TextReply, Usage } from "../../core/model.ts";
import { numberAt, textAt, valueAt } from "../unknown-json.ts";

export interface ClaudeAnswer {
  /** Of all finished text blocks; neither reasoning nor claude's own words. */
  readonly text: string;
  /** Characters of the block that is still being written. */
  readonly unfinished: number;
  /** The tool that the model wanted to use. */
  readonly tool?: string;
  /** claude's own name for what went wrong, as "rate_limit". */
  readonly errorName?: string;
  /** Epoch milliseconds at which a usage limit that is used up ends. */
  readonly limitEndsAt?: number;
  /** The last event, once it has come. */
  readonly result?: object;
  /** The first line that is no event. */
  readonly stray?: string;
}

export const NOTHING_SAID: ClaudeAnswer = { text: "", unfinished: 0 };

type Fold = (answer: ClaudeAnswer, event: object) => ClaudeAnswer;

const SYNTHETIC = "<synthetic>";

/** Looked up with names from outside, so no plain object, which has a "toString" too. */
const FOLDS = new Map(
  Object.entries<Fold>({
    assistant: (answer, event) =>
      textAt(event, "message", "model") === SYNTHETIC
        ? { ...answer, errorName: textAt(event, "error") }
        : blocksOf(event).reduce(addBlock, answer),
    stream_event: (answer, event) => {
      if (textAt(event, "event", "type") === "message_start") return { ...answer, unfinished: 0 };
      return { ...answer, unfinished: answer.unfinished + textAt(event, "event", "delta", "text").length };
    },
    rate_limit_event: (answer, event) => {
      const endsAt = numberAt(event, "rate_limit_info", "resetsAt");
      const isUsedUp = textAt(event, "rate_limit_info", "status") === "rejected";
      return isUsedUp && endsAt !== undefined ? { ...answer, limitEndsAt: endsAt * 1000 } : answer;
    },
    result: (answer, event) => ({ ...answer, result: event }),
  }),
);

export function addLine(answer: ClaudeAnswer, line: string): ClaudeAnswer {
  const event = parseEvent(line);
  if (event === undefined) return { ...answer, stray: answer.stray ?? line };
  const fold = FOLDS.get(textAt(event, "type"));
  return fold === undefined ? answer : fold(answer, event);
}

/** Undefined for an ending that is none of an answer, as "refusal". */
export function finishOf(answer: ClaudeAnswer): TextReply["finish"] | undefined {
  // claude has let the model go on several times, and each time the limit cut it.
  if (answer.errorName === "max_output_tokens") return "length";
  return FINISHES.get(textAt(answer.result, "stop_reason"));
}

/** `stop_reason` is null where claude did not ask the model; such a result has no text and fails by that. */
const FINISHES = new Map(
  Object.entries<TextReply["finish"]>({
    "": "stop",
    end_turn: "stop",
    stop_sequence: "stop",
    max_tokens: "length",
    model_context_window_exceeded: "length",
  }),
);

/** Tokens of all requests of the call; `total_cost_usd` is claude's own estimate from its price list. */
export function usageOf({ result }: ClaudeAnswer): Usage | undefined {
  const usage = valueAt(result, "usage");
  const input = numberAt(usage, "input_tokens");
  const outputTokens = numberAt(usage, "output_tokens");
  if (input === undefined || outputTokens === undefined) return undefined;
  const cachedTokens = numberAt(usage, "cache_read_input_tokens") ?? 0;
  const costUsd = numberAt(result, "total_cost_usd");
  return {
    promptTokens: input + cachedTokens + (numberAt(usage, "cache_creation_input_tokens") ?? 0),
    cachedTokens,
    outputTokens,
    estimated: false,
    ...(costUsd !== undefined && { costUsd }),
  };
}

function parseEvent(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function blocksOf(event: object): readonly unknown[] {
  const content = valueAt(event, "message", "content");
  return Array.isArray(content) ? content : [];
}

function addBlock(answer: ClaudeAnswer, block: unknown): ClaudeAnswer {
  if (textAt(block, "type") === "tool_use") return { ...answer, tool: textAt(block, "name") };
  return { ...answer, text: answer.text + textAt(block, "text"), unfinished: 0 };
}
