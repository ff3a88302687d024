/**
 * Asks a tier: its models in order until one answers. This is the one place that retries, falls back and lets a
 * model rest.
 *
 * What passes by itself is waited for at the same model (a server that is loading as long as the clock allows, an
 * overloaded one and a dropped connection a few times, a quota that is over in seconds); a prompt that is too long
 * is made shorter; anything else goes on to the next model at once. A model that failed rests (breaker.ts) and is
 * asked first again when its rest is over and it says that it is well: the tier comes back to the preferred model.
 * Pure of I/O: clients, clock and waiting times are handed in.
 */
import pRetry, { AbortError } from "p-retry";
import type { Clock } from "../core/clock.ts";
import type {
  AskOptions,
  FailedReply,
  FailedTier,
  FailureClass,
  ModelClient,
  ModelFailure,
  Question,
  QuestionFor,
  Reply,
  TextReply,
  Tier,
  TierReply,
  TriedModel,
} from "../core/model.ts";
import type { Breaker } from "./breaker.ts";

/** Waiting times between the calls of one model: `firstMs`, doubled each time, at most `longestMs`. */
interface Backoff {
  readonly firstMs: number;
  readonly longestMs: number;
}

export interface TierOptions {
  readonly clock: Clock;
  readonly breaker: Breaker;
  /** Monotonic milliseconds at which the whole tier ends, whatever a model's wall clock has left. */
  readonly deadline?: number;
  readonly backoff?: Backoff;
  /** Told of every failed call, the last one included, before anything else is done; not of an abort. */
  readonly onFailure: (failed: FailedReply) => void | Promise<void>;
}

const BACKOFF: Backoff = { firstMs: 1_000, longestMs: 10_000 };

/** Calls of one model that fail in the same way, at most. A 30B model loads for minutes: only the clock ends that. */
const CALLS: Readonly<Record<FailureClass, number>> = {
  loading: Number.POSITIVE_INFINITY,
  overloaded: 4,
  // As far as it says that it will be over within a wait.
  "rate limited": 3,
  // Each time with a shorter prompt.
  "context overflow": 3,
  refused: 1,
  auth: 1,
  "bad answer": 1,
  timeout: 1,
  aborted: 1,
};
const CALLS_WHEN_DROPPED = 3;
const HEALTH_CHECK = "its health check";

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

/** Throws what `onFailure` and `questionFor` throw. An abort ends it at once, between two calls too, with class "aborted". */
export async function askTier(
  tier: Tier,
  questionFor: QuestionFor,
  options: TierOptions,
  signal: AbortSignal,
): Promise<TierReply> {
  const tried: TriedModel[] = [];
  let last: FailedReply = failedReply(tier.name, noModels(tier), 0);
  for (const client of tier.chain) {
    const { reply, calls } = await takeTurn(client, questionFor, options, signal);
    if (reply.kind === "text") return reply;
    last = reply;
    tried.push({ model: client.name, endpoint: client.endpoint, failure: reply.failure, calls });
    if (reply.failure.class === "aborted" || leftMs(options) <= 0) break;
  }
  return { ...last, tried, retryAt: earliest(tier, options) };
}

/** The tier's failure as far as it is known without asking: all its models rest. */
export function restOf(tier: Tier, options: Pick<TierOptions, "breaker" | "clock">): FailedTier | undefined {
  const tried: TriedModel[] = [];
  for (const { name: model, endpoint } of tier.chain) {
    const rest = options.breaker.restOf(model);
    if (rest === undefined) return undefined;
    tried.push({ model, endpoint, failure: rest.failure, calls: 0 });
  }
  const last = tried.at(-1);
  if (last === undefined) return undefined;
  return { ...failedReply(last.model, last.failure, 0), tried, retryAt: earliest(tier, options) };
}

/** When the first model of the tier may be asked again; now where one of them does not rest. */
function earliest({ chain }: Tier, { breaker, clock }: Pick<TierOptions, "breaker" | "clock">): number {
  const now = clock.now();
  return Math.min(...chain.map((client) => breaker.restOf(client.name)?.until ?? now));
}

/** One model's part: not asked while it rests, looked at before it is asked after a rest, else asked. */
async function takeTurn(
  client: ModelClient,
  questionFor: QuestionFor,
  options: TierOptions,
  signal: AbortSignal,
): Promise<ModelTurn> {
  const { breaker } = options;
  const rest = breaker.restOf(client.name);
  if (rest !== undefined) return { reply: failedReply(client.name, rest.failure, 0), calls: 0 };
  if (breaker.isHalfOpen(client.name)) {
    const unwell = await stillUnwell(client, signal);
    if (unwell !== undefined) {
      if (unwell.class !== "aborted") breaker.failed(client.name, unwell);
      return { reply: failedReply(client.name, unwell, 0), calls: 0 };
    }
  }
  const turn = await askModel(client, questionFor, options, signal);
  if (turn.reply.kind === "text") breaker.succeeded(client.name);
  else if (!isOurClock(turn.reply.failure, options)) breaker.failed(client.name, turn.reply.failure);
  return turn;
}

/** The tier's time was over: that says nothing about the model. */
const isOurClock = (failure: ModelFailure, options: TierOptions): boolean =>
  failure.class === "timeout" && leftMs(options) <= 0;

/** A look costs no tokens; a server that is loading is worth a question, which waits for it. */
async function stillUnwell(client: ModelClient, signal: AbortSignal): Promise<ModelFailure | undefined> {
  const health = await client.health(signal);
  if (signal.aborted) return stopped(client);
  if (health.ok || health.loading) return undefined;
  const { detail, cure } = health;
  return { class: "refused", message: `${detail} (${HEALTH_CHECK})`, ...(cure === undefined ? {} : { cure }) };
}

async function askModel(
  client: ModelClient,
  questionFor: QuestionFor,
  options: TierOptions,
  signal: AbortSignal,
): Promise<ModelTurn> {
  const { clock, backoff = BACKOFF, onFailure } = options;
  const startedAt = clock.monotonic();
  const spentMs = () => clock.monotonic() - startedAt;
  let remainingMs = () => leftMs(options);
  let calls = 0;
  const failures: FailureClass[] = [];
  const timesOf = (what: FailureClass) => failures.filter((each) => each === what).length;
  const call = async (): Promise<TextReply> => {
    const question = await questionFor(client, timesOf("context overflow"));
    // p-retry ends at an AbortError, and throws what is inside.
    if (question === undefined)
      throw new AbortError(new CallFailed(failedReply(client.name, noRoom(client), spentMs())));
    remainingMs = () => Math.min(question.options.timeoutMs - spentMs(), leftMs(options));
    calls += 1;
    const reply = await client.ask(question.prompt, within(question, remainingMs()), signal);
    if (reply.kind === "text") return reply;
    failures.push(reply.failure.class);
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
      shouldRetry: ({ error }) => mayCallAgain(error, timesOf) && waitMs(error, calls, backoff, clock) < remainingMs(),
    });
    return { reply, calls };
  } catch (error) {
    if (error instanceof CallFailed) return { reply: error.reply, calls };
    if (!isAbort(error, signal)) throw error;
    return { reply: failedReply(client.name, stopped(client), spentMs()), calls };
  }
}

/** The wall clock of one model holds for all its calls together. */
const within = ({ options }: Question, timeoutMs: number): AskOptions => ({ ...options, timeoutMs });

const leftMs = ({ deadline = Number.POSITIVE_INFINITY, clock }: TierOptions): number => deadline - clock.monotonic();

/** p-retry rejects with the signal's reason, or with its own error where that reason is no Error. */
const isAbort = (error: unknown, signal: AbortSignal): boolean =>
  signal.aborted && (error === signal.reason || !(signal.reason instanceof Error));

function mayCallAgain(error: Error, timesOf: (what: FailureClass) => number): boolean {
  if (!(error instanceof CallFailed)) return false;
  const { failure } = error.reply;
  // Without a time to come back at, only the breaker's longer rest helps.
  if (failure.class === "rate limited" && failure.retryAt === undefined) return false;
  return timesOf(failure.class) < (failure.dropped === true ? CALLS_WHEN_DROPPED : CALLS[failure.class]);
}

/** The delay that p-retry will take after the n-th call; endless where a quota ends later than that. */
function waitMs(error: Error, call: number, { firstMs, longestMs }: Backoff, clock: Clock): number {
  const delay = Math.min(firstMs * 2 ** (call - 1), longestMs);
  const retryAt = error instanceof CallFailed ? error.reply.failure.retryAt : undefined;
  return retryAt === undefined || retryAt <= clock.now() + delay ? delay : Number.POSITIVE_INFINITY;
}

const stopped = ({ endpoint }: ModelClient): ModelFailure => ({
  class: "aborted",
  message: `The wait for ${endpoint} was ended because ralph was stopped`,
});

const noRoom = ({ name, endpoint }: ModelClient): ModelFailure => ({
  class: "context overflow",
  message: `The shortest prompt for this task does not fit the context of ${endpoint}`,
  cure: `Cut the task into smaller ones, start the server with a larger context (-c), or raise models.${name}.context`,
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
