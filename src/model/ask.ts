/**
 * Asks a tier: its models in order until one answers. This is the one place that retries and falls back.
 *
 * What passes by itself is waited for at the same model (a server that is loading as long as the clock allows,
 * an overloaded one and a dropped connection a few times); anything else goes on to the next model at once.
 * Pure of I/O: clients, clock and waiting times are handed in.
 */
import pRetry from "p-retry";
import type { Clock } from "../core/clock.ts";
import type {
  AskOptions,
  FailedReply,
  FailureClass,
  ModelClient,
  ModelFailure,
  Reply,
  TextReply,
  Tier,
  TierReply,
  TriedModel,
} from "../core/model.ts";
import type { Prompt } from "../core/prompt.ts";

/** Waiting times between the calls of one model: `firstMs`, doubled each time, at most `longestMs`. */
interface Backoff {
  readonly firstMs: number;
  readonly longestMs: number;
}

/** `timeoutMs` is the wall clock of one model, retries included; the next model of the chain has it anew. */
export interface TierOptions extends AskOptions {
  readonly clock: Clock;
  /** Monotonic milliseconds at which the whole tier ends, whatever a model's wall clock has left. */
  readonly deadline?: number;
  readonly backoff?: Backoff;
  /** Told of every failed call, the last one included, before anything else is done; not of an abort. */
  readonly onFailure: (failed: FailedReply) => void | Promise<void>;
}

const BACKOFF: Backoff = { firstMs: 1_000, longestMs: 10_000 };

/** Calls of one model at most. A 30B model loads for a minute or two: only the clock ends that. */
const CALLS: Readonly<Record<FailureClass, number>> = {
  loading: Number.POSITIVE_INFINITY,
  overloaded: 4,
  refused: 1,
  "rate limited": 1,
  "context overflow": 1,
  auth: 1,
  "bad answer": 1,
  timeout: 1,
  aborted: 1,
};
const CALLS_WHEN_DROPPED = 3;

interface ModelTurn {
  readonly reply: Reply;
  readonly calls: number;
}

class CallFailed extends Error {
  readonly reply: FailedReply;

  constructor(reply: FailedReply) {
    super(reply.failure.message);
    this.reply = reply;
  }
}

/** Throws only what `onFailure` throws. An abort ends it at once, between two calls too, with class "aborted". */
export async function askTier(
  tier: Tier,
  prompt: Prompt,
  options: TierOptions,
  signal: AbortSignal,
): Promise<TierReply> {
  const tried: TriedModel[] = [];
  let last: FailedReply = failedReply(tier.name, noModels(tier), 0);
  for (const client of tier.chain) {
    const { reply, calls } = await askModel(client, prompt, options, signal);
    if (reply.kind === "text") return reply;
    last = reply;
    tried.push({ model: client.name, endpoint: client.endpoint, failure: reply.failure, calls });
    if (reply.failure.class === "aborted" || leftMs(options) <= 0) break;
  }
  return { ...last, tried };
}

async function askModel(
  client: ModelClient,
  prompt: Prompt,
  options: TierOptions,
  signal: AbortSignal,
): Promise<ModelTurn> {
  const { clock, deadline: _, backoff = BACKOFF, onFailure, ...limits } = options;
  const startedAt = clock.monotonic();
  const spentMs = () => clock.monotonic() - startedAt;
  const remainingMs = () => Math.min(limits.timeoutMs - spentMs(), leftMs(options));
  let calls = 0;
  const call = async (): Promise<TextReply> => {
    calls += 1;
    const reply = await client.ask(prompt, { ...limits, timeoutMs: remainingMs() }, signal);
    if (reply.kind === "text") return reply;
    if (reply.failure.class !== "aborted") await onFailure(reply);
    throw new CallFailed(reply);
  };
  try {
    const reply = await pRetry(call, {
      retries: Number.POSITIVE_INFINITY,
      factor: 2,
      minTimeout: backoff.firstMs,
      maxTimeout: backoff.longestMs,
      signal,
      shouldRetry: ({ error }) => mayCallAgain(error, calls) && delayMs(calls, backoff) < remainingMs(),
    });
    return { reply, calls };
  } catch (error) {
    if (error instanceof CallFailed) return { reply: error.reply, calls };
    if (!isAbort(error, signal)) throw error;
    return { reply: failedReply(client.name, stopped(client), spentMs()), calls };
  }
}

const leftMs = ({ deadline = Number.POSITIVE_INFINITY, clock }: TierOptions): number => deadline - clock.monotonic();

/** p-retry rejects with the signal's reason, or with its own error where that reason is no Error. */
const isAbort = (error: unknown, signal: AbortSignal): boolean =>
  signal.aborted && (error === signal.reason || !(signal.reason instanceof Error));

function mayCallAgain(error: Error, calls: number): boolean {
  if (!(error instanceof CallFailed)) return false;
  const { failure } = error.reply;
  return calls < (failure.dropped === true ? CALLS_WHEN_DROPPED : CALLS[failure.class]);
}

/** The delay that p-retry will take after the n-th call. */
const delayMs = (call: number, { firstMs, longestMs }: Backoff): number =>
  Math.min(firstMs * 2 ** (call - 1), longestMs);

const stopped = ({ endpoint }: ModelClient): ModelFailure => ({
  class: "aborted",
  message: `The wait for ${endpoint} was ended because ralph was stopped`,
});

const noModels = ({ name }: Tier): ModelFailure => ({
  class: "refused",
  message: `The tier ${name} names no model`,
  cure: `Name one under tiers.${name} in ralph.yaml`,
});

const failedReply = (model: string, failure: ModelFailure, durationMs: number): FailedReply => ({
  kind: "failed",
  model,
  failure,
  durationMs: Math.round(durationMs),
});
