/**
 * Folds the event stream of `opencode serve` (`GET /event`) into how far one session has come. Pure; events may hold
 * anything. What counts of an answer is not read here but from the session's messages: the stream begins anew with
 * every try of opencode's own.
 */
import { numberAt, textAt, valueAt } from "../unknown-json.ts";

export type SessionEnd =
  | { readonly kind: "done" }
  /** The model's server failed, and opencode means to ask it again at `retryAt`, epoch milliseconds. */
  | { readonly kind: "retry"; readonly words: string; readonly retryAt: number | undefined }
  | { readonly kind: "tool"; readonly tool: string }
  | { readonly kind: "error"; readonly error: unknown };

export interface Progress {
  /** Ids of the parts that are text: deltas of reasoning look the same. */
  readonly textParts: ReadonlySet<string>;
  /** Characters of text so far. */
  readonly written: number;
  readonly end?: SessionEnd;
}

export const NOT_BEGUN: Progress = { textParts: new Set(), written: 0 };

export const sessionOf = (event: unknown): string => textAt(event, "properties", "sessionID");

type Fold = (progress: Progress, properties: unknown) => Progress;

/** Looked up with names from outside, so no plain object, which has a "toString" too. */
const FOLDS: ReadonlyMap<string, Fold> = new Map<string, Fold>([
  [
    "message.part.updated",
    (progress, properties) => {
      const part = valueAt(properties, "part");
      if (textAt(part, "type") === "tool") return { ...progress, end: { kind: "tool", tool: textAt(part, "tool") } };
      if (textAt(part, "type") !== "text") return progress;
      return { ...progress, textParts: new Set([...progress.textParts, textAt(part, "id")]) };
    },
  ],
  [
    "message.part.delta",
    (progress, properties) => {
      if (!progress.textParts.has(textAt(properties, "partID"))) return progress;
      return { ...progress, written: progress.written + textAt(properties, "delta").length };
    },
  ],
  [
    "session.status",
    (progress, properties) => {
      const status = valueAt(properties, "status");
      if (textAt(status, "type") !== "retry") return progress;
      return {
        ...progress,
        end: { kind: "retry", words: textAt(status, "message"), retryAt: numberAt(status, "next") },
      };
    },
  ],
  [
    "session.error",
    (progress, properties) => ({ ...progress, end: { kind: "error", error: valueAt(properties, "error") } }),
  ],
  ["session.idle", (progress) => ({ ...progress, end: { kind: "done" } })],
]);

/** The first end counts. */
export function addEvent(progress: Progress, event: unknown): Progress {
  if (progress.end !== undefined) return progress;
  const fold = FOLDS.get(textAt(event, "type"));
  return fold === undefined ? progress : fold(progress, valueAt(event, "properties"));
}
