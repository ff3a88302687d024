/**
 * Any server that speaks OpenAI's chat completions, llama-server first.
 *
 * One call is one streamed request: aborting a stream frees the server's slot at once, and a slow answer can be told
 * from a dead server. An answer counts only when the server itself said with a finish_reason that it is complete;
 * whatever ends earlier (a cut connection, a hang, an endless answer) is a failure and never text.
 * An answer without any text is a bad answer; only one that the token limit cut before its text began is
 * text "" with finish "length".
 */
import type { Clock } from "../core/clock.ts";
import type { AskOptions, ModelClient, ModelFailure, TextReply } from "../core/model.ts";
import type { Prompt } from "../core/prompt.ts";
import { emptyAnswer, endingFailure } from "./call-failure.ts";
import { type CallWatch, type Ending, watchCall } from "./call-watch.ts";
import type { ChatRequest, Connect } from "./openai-connection.ts";
import { classifyError, cutOff, describeServer, notAStream, oddFinish, type Server } from "./openai-failure.ts";
import { readHealth } from "./openai-health.ts";
import { addChunk, NOTHING_YET, type StreamedAnswer } from "./openai-stream.ts";
import { numberAt, textAt } from "./unknown-json.ts";
import { estimateUsage } from "./usage.ts";

export interface OpenaiOptions {
  /** As in ralph.yaml. */
  readonly name: string;
  /** Base URL in front of `/chat/completions`, as `http://127.0.0.1:8000/v1`. */
  readonly url: string;
  /** What the server calls the model; llama-server takes any name. */
  readonly model?: string;
  readonly apiKey?: string;
  readonly temperature?: number;
  readonly clock: Clock;
}

/** What came until the stream ended, and the error that ended it, if one did. */
interface Call {
  readonly answer: StreamedAnswer;
  readonly error?: unknown;
}

/**
 * Beyond what every server knows. `return_progress` makes llama-server send something while it reads a long prompt,
 * so that the idle clock does not take it for dead; `include_usage` asks for token counts.
 */
const EXTRAS = { stream_options: { include_usage: true }, cache_prompt: true, return_progress: true };
const EXTRA_NAME = new RegExp(Object.keys(EXTRAS).join("|"));
const FINISHES: Readonly<Record<string, TextReply["finish"]>> = { stop: "stop", length: "length" };

/** Nothing is loaded, opened or asked before the first call. Calls may run side by side. */
export function openaiClient(options: OpenaiOptions): ModelClient {
  const server = describeServer(options);
  let loading: Promise<Connect> | undefined;
  const load = () => (loading ??= loadConnector(options));
  let extras: Partial<typeof EXTRAS> = EXTRAS;
  return {
    name: options.name,
    endpoint: server.endpoint,
    async ask(prompt, limits, signal) {
      const connect = await load();
      const startedAt = options.clock.monotonic();
      const watch = watchCall(limits, signal);
      const request = chatRequest(options, prompt, limits);
      let call = await readStream(connect, { ...request, ...extras }, limits, watch);
      if (refusesExtras(call.error)) {
        extras = {};
        call = await readStream(connect, request, limits, watch);
      }
      watch.stop();
      const durationMs = Math.round(options.clock.monotonic() - startedAt);
      const failure = judge(call, watch.ending(), { server, limits, now: options.clock.now() });
      if (failure !== undefined) return { kind: "failed", model: options.name, failure, durationMs };
      return textReply(call.answer, prompt, options.name, durationMs);
    },
    health: async (signal) =>
      readHealth({ connect: await load(), server, clock: options.clock, wanted: options.model }, signal),
  };
}

async function loadConnector(options: OpenaiOptions): Promise<Connect> {
  const { connector } = await import("./openai-connection.ts");
  return connector(options);
}

function chatRequest(options: OpenaiOptions, prompt: Prompt, limits: AskOptions): ChatRequest {
  return {
    model: options.model ?? "default",
    messages: [
      { role: "system", content: prompt.system },
      { role: "user", content: prompt.user },
    ],
    max_tokens: limits.maxTokens,
    stream: true,
    ...(options.temperature !== undefined && { temperature: options.temperature }),
  };
}

/** Where the watch aborts it, the package ends the loop without an error: the caller looks at the watch. */
async function readStream(connect: Connect, request: ChatRequest, limits: AskOptions, watch: CallWatch): Promise<Call> {
  let answer = NOTHING_YET;
  try {
    const sdk = connect(watch, limits);
    for await (const chunk of await sdk.chat.completions.create(request, { signal: watch.signal })) {
      answer = addChunk(answer, chunk);
      if (answer.text.length > limits.maxCharacters) watch.end("too long");
    }
    return { answer };
  } catch (error) {
    return { answer, error };
  }
}

/** Strict servers refuse a field that they do not know, and name it. */
const refusesExtras = (error: unknown): boolean =>
  [400, 422].includes(numberAt(error, "status") ?? 0) && EXTRA_NAME.test(textAt(error, "message"));

interface Judging {
  readonly server: Server;
  readonly limits: AskOptions;
  readonly now: number;
}

/** Undefined: the answer counts. A complete answer counts whatever happened to the connection afterwards. */
function judge({ answer, error }: Call, ending: Ending | undefined, on: Judging): ModelFailure | undefined {
  const { server, limits, now } = on;
  const isComplete = answer.finish !== undefined && ending !== "aborted" && ending !== "too long";
  if (ending !== undefined && !isComplete) return endingFailure(ending, server.endpoint, limits);
  if (answer.finish === undefined) {
    if (error !== undefined) return classifyError(error, server, now);
    return answer.began ? cutOff(server) : notAStream(server);
  }
  if (FINISHES[answer.finish] === undefined) return oddFinish(server, answer.finish);
  if (answer.finish === "stop" && answer.text.trim() === "") return emptyAnswer(server.endpoint);
  return undefined;
}

const textReply = (answer: StreamedAnswer, prompt: Prompt, model: string, durationMs: number): TextReply => ({
  kind: "text",
  model,
  text: answer.text,
  finish: FINISHES[answer.finish ?? ""] ?? "stop",
  usage: answer.usage ?? estimateUsage(prompt, answer.written),
  durationMs,
});
