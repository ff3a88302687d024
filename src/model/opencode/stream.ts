/**
 * Folds what opencode says of one question into one answer. Pure; lines may hold anything.
 * The format is that of opencode 1.18.33, read off the real program: `opencode run --format json` prints one event a
 * line, `{type, part}` or `{type: "error", error}`; the HTTP API lists the same parts by message. A part comes once,
 * when it is whole.
 */
import type { Usage } from "../../core/model.ts";
import { numberAt, textAt, valueAt } from "../unknown-json.ts";

export interface OpencodeAnswer {
  /** Of all text parts; no reasoning. */
  readonly text: string;
  /** Why the last step ended: "stop", "length", "tool-calls", "content-filter", "unknown" … */
  readonly finish?: string;
  /** The tool that the model wanted to use. */
  readonly tool?: string;
  /** The first `{name, data: {message, statusCode, responseHeaders, …}}`; later ones follow from it. */
  readonly error?: object;
  /** Of all steps; absent where opencode counted nothing. */
  readonly usage?: Usage;
  /** The first line that is no event: something may be missing. */
  readonly stray?: string;
}

export const NOTHING_SAID: OpencodeAnswer = { text: "" };

type Fold = (answer: OpencodeAnswer, part: unknown) => OpencodeAnswer;

/** Looked up with names from outside, so no plain object, which has a "toString" too. */
const FOLDS: ReadonlyMap<string, Fold> = new Map<string, Fold>([
  ["text", (answer, part) => ({ ...answer, text: answer.text + textAt(part, "text") })],
  ["tool", (answer, part) => ({ ...answer, tool: answer.tool ?? textAt(part, "tool") })],
  ["step-finish", addStep],
]);

/** One line of `opencode run --format json`. */
export function addLine(answer: OpencodeAnswer, line: string): OpencodeAnswer {
  const event = parseObject(line);
  if (event === undefined) return { ...answer, stray: answer.stray ?? line };
  if (textAt(event, "type") === "error") return addError(answer, valueAt(event, "error"));
  return addPart(answer, valueAt(event, "part"));
}

/** One message of `GET /session/{id}/message`: `{info: {role, error?}, parts}`. */
export function addMessage(answer: OpencodeAnswer, message: unknown): OpencodeAnswer {
  if (textAt(message, "info", "role") !== "assistant") return answer;
  const parts = valueAt(message, "parts");
  const list: readonly unknown[] = Array.isArray(parts) ? parts : [];
  return addError(list.reduce(addPart, answer), valueAt(message, "info", "error"));
}

export function addError(answer: OpencodeAnswer, error: unknown): OpencodeAnswer {
  if (answer.error !== undefined || typeof error !== "object" || error === null) return answer;
  return { ...answer, error };
}

/** The JSON object of a line, if it is one. */
export function parseObject(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function addPart(answer: OpencodeAnswer, part: unknown): OpencodeAnswer {
  const fold = FOLDS.get(textAt(part, "type"));
  return fold === undefined ? answer : fold(answer, part);
}

function addStep(answer: OpencodeAnswer, part: unknown): OpencodeAnswer {
  const usage = addUsage(answer.usage, part);
  return { ...answer, finish: textAt(part, "reason"), ...(usage !== undefined && { usage }) };
}

/** `input` counts only what no cache held, and `output` only what is no reasoning. A cost of 0 means unknown, too. */
function addUsage(before: Usage | undefined, part: unknown): Usage | undefined {
  const count = (...path: readonly string[]) => numberAt(part, "tokens", ...path) ?? 0;
  const cachedTokens = count("cache", "read");
  const promptTokens = count("input") + cachedTokens + count("cache", "write");
  const outputTokens = count("output") + count("reasoning");
  const costUsd = (before?.costUsd ?? 0) + (numberAt(part, "cost") ?? 0);
  if (promptTokens + outputTokens === 0) return before;
  return {
    promptTokens: promptTokens + (before?.promptTokens ?? 0),
    cachedTokens: cachedTokens + (before?.cachedTokens ?? 0),
    outputTokens: outputTokens + (before?.outputTokens ?? 0),
    estimated: false,
    ...(costUsd > 0 && { costUsd }),
  };
}
