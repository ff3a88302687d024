/**
 * From what went wrong in an HTTP call to its class, its message and its cure. Pure.
 * Errors are read by their shape, not by `instanceof`: the openai package is loaded by the first call only.
 * Status codes and error objects are those of llama-server, OpenAI, vLLM and Ollama; network codes are Node's and undici's.
 */
import type { FailureClass, ModelFailure } from "../../core/model.ts";
import { numberAt, textAt, valueAt } from "../unknown-json.ts";

export interface Server {
  /** The model's name in ralph.yaml. */
  readonly name: string;
  /** Base URL without user, password and query. */
  readonly endpoint: string;
  /** Never to be shown: servers like to quote the key they refuse. */
  readonly secrets: readonly string[];
}

/** How failures speak of a server. */
export function describeServer(options: { name: string; url: string; apiKey?: string | undefined }): Server {
  const { name, url, apiKey = "" } = options;
  if (!URL.canParse(url)) return { name, endpoint: url, secrets: apiKey === "" ? [] : [apiKey] };
  const shown = new URL(url);
  const secrets = [apiKey, shown.password].filter((secret) => secret !== "");
  shown.username = "";
  shown.password = "";
  shown.search = "";
  shown.hash = "";
  return { name, endpoint: shown.href.replace(/\/+$/, ""), secrets };
}

interface ErrorAnswer {
  /** Undefined for an error inside a stream that had begun with status 200. */
  readonly status: number | undefined;
  /** Type, code and message in one, to be searched. */
  readonly words: string;
}

interface Rule {
  readonly class: FailureClass;
  readonly fits: (answer: ErrorAnswer) => boolean;
  readonly cure: (server: Server) => string;
}

const LONGEST_QUOTE = 300;
const OVERFLOW = /exceed_context_size|context_length_exceeded|context (size|length|window)|maximum context/i;
const BUSY_STATUSES: ReadonlySet<number> = new Set([408, 409, 425]);

/** The first that fits counts. */
const RULES: readonly Rule[] = [
  {
    class: "auth",
    fits: ({ status }) => status === 401 || status === 403,
    cure: ({ name }) => `Put the key into the environment variable that models.${name}.api_key_env in ralph.yaml names`,
  },
  {
    class: "rate limited",
    fits: ({ status, words }) => status === 429 || (status === undefined && /rate_?limit/i.test(words)),
    cure: () => "Wait, or look at your plan's limits; a tier can name another model to fall back on",
  },
  {
    class: "context overflow",
    fits: ({ status, words }) => status === 413 || OVERFLOW.test(words),
    cure: ({ name }) => `Start the server with a larger context (-c), or lower models.${name}.context in ralph.yaml`,
  },
  {
    class: "loading",
    fits: ({ status, words }) => status === 503 && /loading/i.test(words),
    cure: () => "Wait until the server has loaded its model",
  },
  {
    class: "overloaded",
    fits: ({ status, words }) =>
      status === undefined ? /overloaded|unavailable/i.test(words) : status >= 500 || BUSY_STATUSES.has(status),
    cure: () => "Look at the server's log",
  },
  {
    class: "refused",
    fits: ({ status }) => status !== undefined,
    cure: ({ name, endpoint }) =>
      `Check url and model of models.${name} in ralph.yaml; ${endpoint}/models lists what the server has`,
  },
];
const OTHERWISE: Rule = { class: "bad answer", fits: () => true, cure: () => "Look at the server's log" };

const NETWORK_WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "no such host name",
  EAI_AGAIN: "the host name cannot be looked up now",
  EHOSTUNREACH: "no way to that host",
  ENETUNREACH: "no way to that network",
  ETIMEDOUT: "the host does not answer",
};
/** All that the openai package leaves of a connection that could not be made in time; its own clock is off. */
const CONNECT_TIMED_OUT = "Request timed out.";
const DROPPED_CODE = /^(ECONNRESET|ECONNABORTED|EPIPE|UND_ERR_SOCKET)$/;
/** What fetch calls a body that ended before its end, whatever the cause. */
const BODY_BROKE_OFF = "terminated";
const TLS_CODE = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO)/;

/** `now` is epoch milliseconds: Retry-After may count from it. */
export function classifyError(error: unknown, server: Server, now: number): ModelFailure {
  return hasAnswer(error) ? answerFailure(error, server, now) : connectionFailure(error, server);
}

/** The stream ended, and with it the connection, before the server said that the answer was complete. */
export const cutOff = (server: Server): ModelFailure => ({
  class: "bad answer",
  message: `The connection to ${server.endpoint} broke off before the answer was complete`,
  cure: "Look at the server's log: it may have run out of memory",
  dropped: true,
});

/** Status 200, but nothing in it was a chunk of a chat completion. */
export const notAStream = (server: Server): ModelFailure => ({
  class: "bad answer",
  message: `${server.endpoint} answered with something that is not a streamed chat completion`,
  cure: `Check models.${server.name}.url in ralph.yaml: it is the address in front of /chat/completions`,
});

/** The answer was given without having read the whole prompt. */
export const cutPrompt = ({ name, endpoint }: Server, promptTokens: number): ModelFailure => ({
  class: "context overflow",
  message: `${endpoint} read only ${promptTokens} tokens of the prompt: it cuts off without a word what does not fit`,
  cure: `Give the server a larger window (Ollama: num_ctx), and write its size into models.${name}.context`,
});

export const oddFinish = (server: Server, finish: string): ModelFailure => ({
  class: "bad answer",
  message: `${server.endpoint} ended its answer with finish_reason "${quote(finish, server)}"`,
});

const hasAnswer = (error: unknown): boolean =>
  numberAt(error, "status") !== undefined || valueAt(error, "error") !== undefined;

function answerFailure(error: unknown, server: Server, now: number): ModelFailure {
  // llama-server repeats the status as `code`; that is all there is when the error comes inside a stream.
  const status = numberAt(error, "status") ?? numberAt(error, "error", "code");
  const text = textAt(error, "error", "message") || textAt(error, "error") || textAt(error, "message");
  const words = `${textAt(error, "error", "type")} ${textAt(error, "error", "code")} ${text}`;
  const rule = RULES.find((candidate) => candidate.fits({ status, words })) ?? OTHERWISE;
  const retryAt = readRetryAfter(valueAt(error, "headers"), now);
  return {
    class: rule.class,
    message: `${server.endpoint} answered ${status === undefined ? "with an error" : status}: ${quote(text, server)}`,
    cure: rule.cure(server),
    ...(retryAt !== undefined && { retryAt }),
  };
}

function connectionFailure(error: unknown, server: Server): ModelFailure {
  const { endpoint, name } = server;
  if (error instanceof SyntaxError) {
    return {
      class: "bad answer",
      message: `${endpoint} sent something that is not JSON: ${quote(error.message, server)}`,
    };
  }
  const message = textAt(error, "message");
  const code = message === CONNECT_TIMED_OUT ? "ETIMEDOUT" : findCode(error);
  if (DROPPED_CODE.test(code) || message === BODY_BROKE_OFF) return cutOff(server);
  if (NETWORK_WORDS[code] !== undefined) {
    return {
      class: "refused",
      message: `${endpoint} cannot be reached: ${NETWORK_WORDS[code]} (${code})`,
      cure: startCure(server),
    };
  }
  if (TLS_CODE.test(code)) {
    return {
      class: "refused",
      message: `${endpoint} cannot be reached: no secure connection (${code})`,
      cure: `Check models.${name}.url in ralph.yaml: a local server speaks http, not https; NODE_EXTRA_CA_CERTS names own certificates`,
    };
  }
  return {
    class: "refused",
    message: `${endpoint} cannot be asked: ${quote(innermost(error), server)}`,
    cure: `Check models.${name}.url in ralph.yaml`,
  };
}

function startCure({ endpoint, name }: Server): string {
  const { protocol, port } = new URL(endpoint);
  const command = `llama-server -m MODEL.gguf --port ${port || "80"} -c 65536 -ngl 99`;
  const start = protocol === "http:" ? `Start the server (\`${command}\`)` : "Check your network";
  return `${start}, or put the right address into models.${name}.url in ralph.yaml; \`ralph llm check\` tries it`;
}

/** Epoch milliseconds from Retry-After (seconds or a date, RFC 9110 §10.2.3) or OpenAI's retry-after-ms. */
function readRetryAfter(headers: unknown, now: number): number | undefined {
  if (!(headers instanceof Headers)) return undefined;
  const milliseconds = Number.parseFloat(headers.get("retry-after-ms") ?? "");
  if (milliseconds >= 0) return now + milliseconds;
  const text = headers.get("retry-after")?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(text)) return now + Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(date, now);
}

/** undici hides the system's code one or two `cause`s deep, in an AggregateError where a name has several addresses. */
function findCode(error: unknown): string {
  for (let here = error; here instanceof Error; here = here.cause ?? valueAt(here, "errors", 0)) {
    const code = textAt(here, "code");
    if (code !== "") return code;
  }
  return "";
}

function innermost(error: unknown): string {
  let here = error;
  while (here instanceof Error && here.cause instanceof Error) here = here.cause;
  return here instanceof Error ? here.message : String(here);
}

/** One short line without secrets; they go first, so that the cut cannot leave half of one. */
function quote(text: string, { secrets }: Server): string {
  const clean = secrets.reduce((shown, secret) => shown.replaceAll(secret, "[hidden]"), text);
  // The openai package puts the status in front of a body that is not JSON.
  return clean
    .replace(/^\d{3} /, "")
    .replace(/\s+/g, " ")
    .slice(0, LONGEST_QUOTE);
}
