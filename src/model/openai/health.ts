/** What a server says about itself: `/v1/models` everywhere, `/props` on llama-server. */
import type { Clock } from "../../core/clock.ts";
import type { AskOptions, Health, ModelFailure } from "../../core/model.ts";
import { watchCall } from "../call-watch.ts";
import { numberAt, textAt, valueAt } from "../unknown-json.ts";
import type { Connect } from "./connection.ts";
import { classifyError, type Server } from "./failure.ts";

export interface HealthQuestion {
  readonly connect: Connect;
  readonly server: Server;
  readonly clock: Clock;
  /** The model's name at the server, where ralph.yaml gives one. */
  readonly wanted: string | undefined;
}

type Found = { readonly json: unknown } | { readonly failure: ModelFailure };

const LIMITS: AskOptions = { maxTokens: 0, timeoutMs: 5_000, idleMs: 5_000, maxCharacters: 1_000_000 };

/** Never throws. A server without a model list counts as there: only a question to it shows more. */
export async function readHealth(question: HealthQuestion, signal: AbortSignal): Promise<Health> {
  const { endpoint } = question.server;
  const [models, props] = await Promise.all([
    getJson(question, `${endpoint}/models`, signal),
    getJson(question, `${endpoint.replace(/\/v1$/, "")}/props`, signal),
  ]);
  if ("failure" in models) return unwell(models.failure);
  return describe(question.wanted, models.json, "json" in props ? props.json : undefined);
}

async function getJson(question: HealthQuestion, url: string, signal: AbortSignal): Promise<Found> {
  const { connect, server, clock } = question;
  const watch = watchCall(LIMITS, signal);
  try {
    const sdk = connect(watch, LIMITS);
    return { json: await sdk.get<unknown>(url, { signal: watch.signal }) };
  } catch (error) {
    if (watch.ending() !== undefined) return { failure: tooSlow(server) };
    if (numberAt(error, "status") === 404) return { json: undefined };
    return { failure: classifyError(error, server, clock.now()) };
  } finally {
    watch.stop();
  }
}

const tooSlow = ({ endpoint }: Server): ModelFailure => ({
  class: "timeout",
  message: `${endpoint} did not say within ${LIMITS.timeoutMs / 1000} s what it runs`,
  cure: "Look at the server's log; restart it if it hangs",
});

const unwell = ({ class: what, message, cure }: ModelFailure): Health => ({
  ok: false,
  detail: message,
  ...(what === "loading" && { loading: true }),
  ...(cure !== undefined && { cure }),
});

/** The context is what one request may use: per slot at llama-server, `max_model_len` at vLLM. */
function describe(wanted: string | undefined, models: unknown, props: unknown): Health {
  const list = valueAt(models, "data");
  const served: readonly unknown[] = Array.isArray(list) ? list : [];
  const chosen = served.find((entry) => textAt(entry, "id") === wanted) ?? served[0];
  const model = textAt(chosen, "id");
  const contextTokens = numberAt(props, "default_generation_settings", "n_ctx") ?? numberAt(chosen, "max_model_len");
  return {
    ok: true,
    detail:
      served.length === 0 ? "answers, but lists no models" : `lists ${served.map((e) => textAt(e, "id")).join(", ")}`,
    ...(model !== "" && { model }),
    ...(contextTokens !== undefined && { contextTokens }),
  };
}
