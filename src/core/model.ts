import type { Prompt } from "./prompt.ts";

export type FailureClass =
  | "refused"
  | "loading"
  | "overloaded"
  | "rate limited"
  | "context overflow"
  | "auth"
  | "bad answer"
  | "timeout"
  | "aborted";

export interface ModelFailure {
  readonly class: FailureClass;
  /** What happened, with the URL or program it happened to; never a secret. */
  readonly message: string;
  /** What the person can do about it. */
  readonly cure?: string;
  /** Epoch milliseconds before which another try is useless. */
  readonly retryAt?: number;
}

export interface Usage {
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  /** True where the server did not tell and ralph counted characters. */
  readonly estimated: boolean;
}

/** A model's failure is data, not an exception: the loop decides what it means. */
export type Reply =
  | {
      readonly kind: "text";
      readonly model: string;
      readonly text: string;
      /** "length": the token limit cut it; "stopped": ralph ended the stream. */
      readonly finish: "stop" | "length" | "stopped";
      readonly usage: Usage;
      readonly durationMs: number;
    }
  | { readonly kind: "failed"; readonly model: string; readonly failure: ModelFailure; readonly durationMs: number };

export interface AskOptions {
  readonly maxTokens: number;
  /** Wall clock for the whole call, queueing at the server included. */
  readonly timeoutMs: number;
  /** Longest silence on the stream. */
  readonly idleMs: number;
  /** A reply longer than this many characters is ended and counts as a bad answer. */
  readonly maxCharacters: number;
}

export interface Health {
  readonly ok: boolean;
  /** The server's own name for what it runs. */
  readonly model?: string;
  readonly contextTokens?: number;
  /** Why not, or what was seen. */
  readonly detail: string;
  readonly cure?: string;
}

export interface ModelClient {
  /** As in ralph.yaml. */
  readonly name: string;
  /** Where it is: a URL, a program, a file. */
  readonly endpoint: string;
  ask(prompt: Prompt, options: AskOptions, signal: AbortSignal): Promise<Reply>;
  health(signal: AbortSignal): Promise<Health>;
}

/** Models in fallback order. */
export interface Tier {
  readonly name: string;
  readonly chain: readonly ModelClient[];
}
