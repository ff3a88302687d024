/**
 * What a prompt must be made for, as the server itself tells: llama-server's `/props` (its context is per slot),
 * `max_model_len` in vLLM's model list; and the exact size of a prompt by llama-server's `/apply-template` and
 * `/tokenize`. A server that tells nothing of this is no failure.
 */
import type { Clock } from "../../core/clock.ts";
import type { AskOptions, Traits } from "../../core/model.ts";
import type { Prompt } from "../../core/prompt.ts";
import { watchCall } from "../call-watch.ts";
import { numberAt, textAt, valueAt } from "../unknown-json.ts";
import type { Connect } from "./connection.ts";
import type { Server } from "./failure.ts";
import { messagesOf } from "./request.ts";

interface TraitsQuestion {
  readonly connect: () => Promise<Connect>;
  readonly server: Server;
  readonly outputTokens: number;
  /** From ralph.yaml; goes over what the server says. */
  readonly contextTokens: number | undefined;
  readonly clock: Clock;
}

const LIMITS: AskOptions = { maxTokens: 0, timeoutMs: 5_000, idleMs: 5_000, maxCharacters: 10_000_000 };
/** Servers are restarted with other settings overnight: what one said holds for so long. */
const KEPT_MS = 60_000;

/** Never throws. Several questions at once are one. */
export function readTraits(question: TraitsQuestion): (signal: AbortSignal) => Promise<Traits> {
  const { clock } = question;
  let known: { readonly until: number; readonly told: Promise<Told> } | undefined;
  return async (signal) => {
    if (known === undefined || clock.monotonic() >= known.until)
      known = { until: clock.monotonic() + KEPT_MS, told: askTraits(question, signal) };
    const asked = known;
    const { traits, hasSpoken } = await asked.told;
    // A server that loads, or is down, says more the next time.
    if (!hasSpoken && known === asked) known = undefined;
    return traits;
  };
}

interface Told {
  readonly traits: Traits;
  /** The server has answered at least one of the questions. */
  readonly hasSpoken: boolean;
}

async function askTraits(question: TraitsQuestion, signal: AbortSignal): Promise<Told> {
  const { server, outputTokens } = question;
  const connect = await question.connect();
  const props = await askJson(connect, { method: "get", url: besideV1(server, "props") }, signal);
  const perSlot = numberAt(props, "default_generation_settings", "n_ctx");
  const isLlamaServer = perSlot !== undefined;
  const models = isLlamaServer
    ? undefined
    : await askJson(connect, { method: "get", url: `${server.endpoint}/models` }, signal);
  const contextTokens = question.contextTokens ?? perSlot ?? numberAt(models, "data", 0, "max_model_len");
  const traits = { outputTokens, takesGrammar: isLlamaServer, ...(contextTokens !== undefined && { contextTokens }) };
  return { traits, hasSpoken: props !== undefined || models !== undefined };
}

/** Undefined where the server has no such endpoints, or does not answer. */
export async function countTokens(
  { connect: load, server, prompt }: { readonly connect: () => Promise<Connect>; server: Server; prompt: Prompt },
  signal: AbortSignal,
): Promise<number | undefined> {
  const connect = await load();
  const post = (name: string, body: object) =>
    askJson(connect, { method: "post", url: besideV1(server, name), body }, signal);
  const whole = textAt(await post("apply-template", { messages: messagesOf(prompt) }), "prompt");
  if (whole === "") return undefined;
  const tokens = valueAt(await post("tokenize", { content: whole, add_special: true }), "tokens");
  return Array.isArray(tokens) ? tokens.length : undefined;
}

/** llama-server's own endpoints stand beside `/v1`, not below it. */
const besideV1 = ({ endpoint }: Server, name: string): string => `${endpoint.replace(/\/v1$/, "")}/${name}`;

interface JsonRequest {
  readonly method: "get" | "post";
  readonly url: string;
  readonly body?: object;
}

async function askJson(connect: Connect, { method, url, body }: JsonRequest, signal: AbortSignal): Promise<unknown> {
  const watch = watchCall(LIMITS, signal);
  try {
    const sdk = connect(watch, LIMITS);
    return await sdk[method]<unknown>(url, { signal: watch.signal, ...(body === undefined ? {} : { body }) });
  } catch {
    // Whatever is wrong with the server, the question itself meets it and reports it.
    return undefined;
  } finally {
    watch.stop();
  }
}
