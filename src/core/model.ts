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
  /** The connection broke off: the same request may well succeed when it is sent again. */
  readonly dropped?: true;
}

export interface Usage {
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  /** True where the server did not tell and ralph counted characters. */
  readonly estimated: boolean;
}

export interface TextReply {
  readonly kind: "text";
  readonly model: string;
  /** Without the model's reasoning. Empty only where `finish` is "length": the limit was used up by reasoning. */
  readonly text: string;
  /** "length": the token limit cut it; "stopped": ralph ended the stream. */
  readonly finish: "stop" | "length" | "stopped";
  readonly usage: Usage;
  readonly durationMs: number;
}

export interface FailedReply {
  readonly kind: "failed";
  readonly model: string;
  readonly failure: ModelFailure;
  readonly durationMs: number;
}

/** A model's failure is data, not an exception: the loop decides what it means. */
export type Reply = TextReply | FailedReply;

/** A model of a tier that gave no answer: its last failure and how often it was asked. */
export interface TriedModel {
  readonly model: string;
  readonly endpoint: string;
  readonly failure: ModelFailure;
  readonly calls: number;
}

/** What a whole tier answered. A failure is that of the last model tried; `tried` has one entry a model, in order. */
export type TierReply = TextReply | (FailedReply & { readonly tried: readonly TriedModel[] });

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
  /** The server is there and is loading its model: it will answer in a while. */
  readonly loading?: true;
  /** Answers are recorded: a question that is not in the recording gets none. */
  readonly recorded?: true;
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
