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
  /** Of the prompt's, those that came from the server's cache. */
  readonly cachedTokens: number;
  /** Those of the reasoning included. */
  readonly outputTokens: number;
  /** True where the server did not tell and ralph counted characters. */
  readonly estimated: boolean;
  /** US dollars; absent where nothing says what the model costs. */
  readonly costUsd?: number;
}

/** Of several answers together. */
export interface TotalUsage extends Usage {
  /** That the answers took, queueing at the servers included. */
  readonly durationMs: number;
}

/** How a model is asked to write its changes; whatever comes back is read all the same. */
export type EditFormat = "unified-diff" | "search-replace" | "whole";

export interface TextReply {
  readonly kind: "text";
  readonly model: string;
  /** Without the model's reasoning. Empty only where `finish` is "length": the limit was used up by reasoning. */
  readonly text: string;
  /** "length": the token limit cut it; "stopped": ralph ended the stream, because no more was needed or could help. */
  readonly finish: "stop" | "length" | "stopped";
  readonly usage: Usage;
  readonly durationMs: number;
}

export interface FailedReply {
  readonly kind: "failed";
  readonly model: string;
  readonly failure: ModelFailure;
  readonly durationMs: number;
  /** What was written until it failed, where that is known: it has to be paid for all the same. */
  readonly usage?: Usage;
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

/**
 * What a whole tier answered. A failure is that of the last model asked; `tried` has one entry a model, in order, with
 * no calls for one that rests. `retryAt`: epoch milliseconds before which no model of the tier will be asked again.
 */
export type TierReply = TextReply | FailedTier;
export interface FailedTier extends FailedReply {
  readonly tried: readonly TriedModel[];
  readonly retryAt: number;
}

/** What one model is asked: prompts differ with the room that a model has and the format that it writes best. */
export interface Question {
  readonly prompt: Prompt;
  readonly options: AskOptions;
}

/**
 * Makes the question for a model. `overflows` counts how often the model said that an earlier one was too long.
 * Undefined: it cannot be made any shorter.
 */
export type QuestionFor = (client: ModelClient, overflows: number) => Promise<Question | undefined>;

/** Looks at one reply while it grows. */
export interface ReplyWatch {
  /** Takes the next characters; anything but "open" ends the stream. */
  feed(chunk: string): "open" | "complete" | "hopeless";
  /** The reply up to where the watch ended it, with what was open there closed: the text that counts. */
  text(): string;
}

export interface AskOptions {
  readonly maxTokens: number;
  /** Wall clock for the whole call, queueing at the server included. */
  readonly timeoutMs: number;
  /** Longest silence on the stream. */
  readonly idleMs: number;
  /** A reply longer than this many characters is ended and counts as a bad answer. */
  readonly maxCharacters: number;
  /** Makes the watch of one call. Clients that get their text in one piece at the end do not ask it. */
  readonly watch?: () => ReplyWatch;
  /** A GBNF grammar that the reply must follow; only for a model whose traits say that it takes one. */
  readonly grammar?: string;
}

/** What a prompt must be made for. */
export interface Traits {
  /** Tokens of prompt and reply together in one request; absent where neither server nor ralph.yaml tells. */
  readonly contextTokens?: number;
  /** Longest reply in tokens. */
  readonly outputTokens: number;
  /** The server follows a GBNF grammar. */
  readonly takesGrammar: boolean;
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
  /** Asks the server where it can tell, and remembers what it said; never throws. */
  traits(signal: AbortSignal): Promise<Traits>;
  /** Exact size of a prompt in tokens as the server would count it; undefined where it cannot tell. */
  countTokens?(prompt: Prompt, signal: AbortSignal): Promise<number | undefined>;
}

/** Models in fallback order. */
export interface Tier {
  readonly name: string;
  readonly chain: readonly ModelClient[];
}
