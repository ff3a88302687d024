/** The openai package with ralph's own clocks and limits around it. Heavy: loaded by the first call of a client. */
import { OpenAI } from "openai";
import type { ChatCompletionCreateParamsStreaming } from "openai/resources/chat/completions";
import type { CompletionCreateParamsStreaming } from "openai/resources/completions";
import { Agent } from "undici";
import type { AskOptions } from "../../core/model.ts";
import type { CallWatch } from "../call-watch.ts";

interface ConnectionOptions {
  /** Base URL, `/v1` included. */
  readonly url: string;
  readonly apiKey?: string;
}

export type ChatRequest = ChatCompletionCreateParamsStreaming;
export type CompletionRequest = CompletionCreateParamsStreaming;

/** One SDK client per call, so that every byte of it reaches the call's own clocks. */
export type Connect = (watch: CallWatch, limits: Pick<AskOptions, "maxCharacters">) => OpenAI;

/** A character takes at most six bytes in JSON (`\u00e9`); the rest is room for the chunk around it. */
const BYTES_PER_CHARACTER = 6;
const CHUNK_FRAME_BYTES = 64 * 1024;
const NEEDED_HEADERS: ReadonlySet<string> = new Set(["accept", "authorization", "content-type"]);

/**
 * - Node's own fetch ends any call after 300 s without headers or body; ralph's clocks replace both limits.
 * - `pipelining: 0` opens a connection per call: minutes lie between calls, and a kept connection that the
 *   server has closed meanwhile would look like a dropped answer.
 * - Nothing that the package reads from OPENAI_* variables is used, so that the key of one server never goes to
 *   another; redirects are not followed for the same reason.
 * - Its own log is off: it prints answers that it cannot parse.
 */
export function connector(options: ConnectionOptions): Connect {
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, pipelining: 0 });
  // Only an object: Node types its fetch by an older undici, whose FormData has other iterators.
  const fetchOptions: object = { dispatcher: agent, redirect: "manual" };
  const apiKey = options.apiKey === "" ? undefined : options.apiKey;
  return (watch, limits) =>
    new OpenAI({
      baseURL: options.url,
      apiKey: apiKey ?? "none",
      adminAPIKey: null,
      organization: null,
      project: null,
      webhookSecret: null,
      defaultHeaders: { Authorization: apiKey === undefined ? null : `Bearer ${apiKey}` },
      maxRetries: 0,
      timeout: 2 ** 31 - 1,
      logLevel: "off",
      fetchOptions,
      fetch: watchedFetch(watch, limits.maxCharacters * BYTES_PER_CHARACTER + CHUNK_FRAME_BYTES),
    });
}

/**
 * Every byte starts the idle clock again. The package keeps an event of a stream, and the body of an error, in memory
 * until it is whole: neither may become longer than `longest` bytes.
 */
function watchedFetch(watch: CallWatch, longest: number): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, { ...init, headers: onlyNeeded(new Headers(init?.headers)) });
    watch.touch();
    const { body, ok } = response;
    return body === null ? response : new Response(ReadableStream.from(pass(body, ok)), response);
  };

  async function* pass(body: ReadableStream<Uint8Array>, isStream: boolean) {
    let pending = 0;
    for await (const bytes of body) {
      watch.touch();
      pending = isStream && endsEvent(bytes) ? 0 : pending + bytes.length;
      if (pending > longest) watch.end("too long");
      yield bytes;
    }
  }
}

/** Not sent: what the package tells about this machine, and the headers of OPENAI_CUSTOM_HEADERS. */
const onlyNeeded = (headers: Headers): [string, string][] => [...headers].filter(([name]) => NEEDED_HEADERS.has(name));

/** A blank line ends an event. One that lies across two network chunks is missed; the next one counts. */
function endsEvent(bytes: Uint8Array): boolean {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.includes("\n\n") || view.includes("\r\n\r\n");
}
