/**
 * Any server that speaks OpenAI's completions, llama-server first.
 *
 * One call is one streamed request: aborting a stream frees the server's slot at once, and a slow answer can be told
 * from a dead server. An answer counts only when the server itself said with a finish_reason that it is complete, or
 * when the reply's watch has seen all that is needed; whatever ends earlier (a cut connection, a hang, a loop) is a
 * failure and never text.
 * An answer without any text is a bad answer; only one that the token limit cut before its text began is
 * text "" with finish "length".
 */
import type { Clock } from "../../core/clock.ts";
import type { AskOptions, ModelClient, ModelFailure, Reply, ReplyWatch, TextReply } from "../../core/model.ts";
import type { Prompt } from "../../core/prompt.ts";
import { emptyAnswer, endingFailure } from "../call-failure.ts";
import { type CallWatch, type Ending, watchCall } from "../call-watch.ts";
import { watchRepetition } from "../repetition.ts";
import { estimateUsage } from "../usage.ts";
import type { Connect } from "./connection.ts";
import { classifyError, cutOff, cutPrompt, describeServer, notAStream, oddFinish, type Server } from "./failure.ts";
import { readHealth } from "./health.ts";
import { chatRequest, completionRequest, type Extras, extrasOf, refusesExtras, refusesGrammar } from "./request.ts";
import { addChunk, NOTHING_YET, type StreamedAnswer } from "./stream.ts";
import { countTokens, readTraits } from "./traits.ts";

export interface OpenaiOptions {
  /** As in ralph.yaml. */
  readonly name: string;
  /** Base URL in front of `/chat/completions`, as `http://127.0.0.1:8000/v1`. */
  readonly url: string;
  /** What the server calls the model; llama-server takes any name. */
  readonly model?: string;
  readonly apiKey?: string;
  readonly temperature?: number;
  /** "completions" goes past the server's chat template; default "chat". */
  readonly api?: "chat" | "completions";
  /** Longest reply; default 8,000 tokens. */
  readonly outputTokens?: number;
  /** Context window in tokens; where it is not given the server is asked. */
  readonly contextTokens?: number;
  readonly clock: Clock;
}

/** What came until the stream ended, and the error that ended it, if one did. */
interface Call {
  readonly answer: StreamedAnswer;
  /** Set where this watch had seen enough of the reply. */
  readonly stoppedBy?: ReplyWatch;
  readonly error?: unknown;
}

/** A reply that is whole mostly ends by itself at once, and the server then says what it cost. */
const LAST_WORDS = 40;
const DEFAULT_OUTPUT_TOKENS = 8_000;
const FINISHES: Readonly<Record<string, TextReply["finish"]>> = { stop: "stop", length: "length" };

/** Nothing is loaded, opened or asked before the first call. Calls may run side by side. */
export function openaiClient(options: OpenaiOptions): ModelClient {
  const { name, clock, outputTokens = DEFAULT_OUTPUT_TOKENS } = options;
  const server = describeServer(options);
  let loading: Promise<Connect> | undefined;
  const load = () => (loading ??= loadConnector(options));
  let [takesExtras, takesGrammar] = [true, true];
  const facts = { server, outputTokens, contextTokens: options.contextTokens };
  const askTraits = readTraits({ ...facts, connect: load, clock });

  const ask = async (prompt: Prompt, given: AskOptions, signal: AbortSignal): Promise<Reply> => {
    const connect = await load();
    const startedAt = clock.monotonic();
    const limits = { ...given, maxTokens: Math.min(given.maxTokens, outputTokens) };
    const watch = watchCall(limits, signal);
    const reader = { options, prompt, limits, watch, connect };
    const extras = (): Extras => extrasOf(limits, { takesExtras, takesGrammar });
    let call = await readStream(reader, extras());
    if (limits.grammar !== undefined && takesGrammar && refusesGrammar(call.error)) {
      takesGrammar = false;
      call = await readStream(reader, extras());
    }
    if (takesExtras && refusesExtras(call.error)) {
      takesExtras = false;
      call = await readStream(reader, extras());
    }
    watch.stop();
    const durationMs = Math.round(clock.monotonic() - startedAt);
    const failure = judge(call, watch.ending(), {
      server,
      limits,
      now: clock.now(),
      promptCharacters: prompt.system.length + prompt.user.length,
    });
    const usage = call.answer.usage ?? estimateUsage(prompt, call.answer.written);
    if (failure !== undefined) {
      const written = call.answer.written > 0 && { usage };
      return { kind: "failed", model: name, failure, durationMs, ...written };
    }
    return { kind: "text", model: name, ...saidIn(call), usage, durationMs };
  };

  return {
    name,
    endpoint: server.endpoint,
    ask,
    traits: async (signal) => {
      const traits = await askTraits(signal);
      return { ...traits, takesGrammar: traits.takesGrammar && takesGrammar };
    },
    health: async (signal) => readHealth({ connect: await load(), server, clock, wanted: options.model }, signal),
    countTokens: async (prompt, signal) =>
      options.api === "completions" ? undefined : countTokens({ connect: load, server, prompt }, signal),
  };
}

async function loadConnector(options: OpenaiOptions): Promise<Connect> {
  const { connector } = await import("./connection.ts");
  return connector(options);
}

interface Reader {
  readonly options: OpenaiOptions;
  readonly prompt: Prompt;
  readonly limits: AskOptions;
  readonly watch: CallWatch;
  readonly connect: Connect;
}

/** Where the watch aborts it, the package ends the loop without an error: the caller looks at the watch. */
async function readStream(reader: Reader, extras: Extras): Promise<Call> {
  const { watch, limits } = reader;
  const reply = limits.watch?.();
  const [isTextLoop, isReasoningLoop] = [watchRepetition(), watchRepetition()];
  let answer = NOTHING_YET;
  let after = 0;
  try {
    for await (const chunk of await openStream(reader, extras)) {
      answer = addChunk(answer, chunk);
      const { text, reasoning } = answer.added;
      if (answer.written > limits.maxCharacters) watch.end("too long");
      if (isTextLoop(text) || isReasoningLoop(reasoning)) watch.end("repetition");
      if (text === "" || reply === undefined) continue;
      const state = reply.feed(text);
      if (state === "complete") after += text.length;
      // Leaving the loop ends the stream, and with it the server's work.
      if (state === "hopeless" || after > LAST_WORDS) return { answer, stoppedBy: reply };
    }
    return after > 0 && reply !== undefined ? { answer, stoppedBy: reply } : { answer };
  } catch (error) {
    return { answer, error };
  }
}

async function openStream(
  { options, prompt, limits, watch, connect }: Reader,
  extras: Extras,
): Promise<AsyncIterable<unknown>> {
  const sdk = connect(watch, limits);
  const { signal } = watch;
  if (options.api === "completions")
    return sdk.completions.create({ ...completionRequest(options, prompt, limits), ...extras }, { signal });
  return sdk.chat.completions.create({ ...chatRequest(options, prompt, limits), ...extras }, { signal });
}

interface Judging {
  readonly server: Server;
  readonly limits: AskOptions;
  readonly now: number;
  readonly promptCharacters: number;
}

/** Undefined: the answer counts. A complete answer counts whatever happened to the connection afterwards. */
function judge({ answer, error, stoppedBy }: Call, ending: Ending | undefined, on: Judging): ModelFailure | undefined {
  const { server, limits, now } = on;
  if (stoppedBy !== undefined) return cutPromptIn(answer, on);
  const isComplete = answer.finish !== undefined && (ending === undefined || CLOCKS.has(ending));
  if (ending !== undefined && !isComplete) return endingFailure(ending, server.endpoint, limits);
  if (answer.finish === undefined) {
    if (error !== undefined) return classifyError(error, server, now);
    return answer.began ? cutOff(server) : notAStream(server);
  }
  if (FINISHES[answer.finish] === undefined) return oddFinish(server, answer.finish);
  if (answer.finish === "stop" && answer.text.trim() === "") return emptyAnswer(server.endpoint);
  return cutPromptIn(answer, on);
}

const cutPromptIn = (answer: StreamedAnswer, { server, promptCharacters }: Judging): ModelFailure | undefined =>
  isCutPrompt(answer, promptCharacters) ? cutPrompt(server, answer.usage?.promptTokens ?? 0) : undefined;

/** A prompt of fewer characters may be all template. */
const LEAST_PROMPT_CHARACTERS = 4_000;
/** No vocabulary puts more into a token, on the average of a prompt. */
const MOST_CHARACTERS_PER_TOKEN = 10;

/** Ollama and others drop the beginning of a prompt that is longer than their window, and say nothing. */
function isCutPrompt({ usage }: StreamedAnswer, promptCharacters: number): boolean {
  if (usage === undefined || usage.promptTokens === 0 || promptCharacters < LEAST_PROMPT_CHARACTERS) return false;
  return promptCharacters > usage.promptTokens * MOST_CHARACTERS_PER_TOKEN;
}

const CLOCKS: ReadonlySet<Ending> = new Set(["wall clock", "silence"]);

const saidIn = ({ answer, stoppedBy }: Call): Pick<TextReply, "text" | "finish"> =>
  stoppedBy === undefined
    ? { text: answer.text, finish: FINISHES[answer.finish ?? ""] ?? "stop" }
    : { text: stoppedBy.text(), finish: FINISHES[answer.finish ?? ""] ?? "stopped" };
