/** What a model server says of itself over HTTP: https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md */
import { watchCall } from "../call-watch.ts";
import { textAt, valueAt } from "../unknown-json.ts";

export type ServerHealth =
  | { readonly kind: "ready" }
  /** 503 from every endpoint of llama-server until its model is in memory. */
  | { readonly kind: "loading" }
  /** Nothing listens there. */
  | { readonly kind: "silent" }
  /** Somebody listens, and it is no healthy llama-server. `how` completes "/health …". */
  | { readonly kind: "strange"; readonly how: string };

export interface Slots {
  readonly busy: number;
  readonly total: number;
}

/** llama-server answers from a thread of its own, also under load. */
const LIMIT_MS = 5_000;

const NOBODY: ReadonlySet<string> = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

/** @param url base address, `/v1` included. Throws the abort and nothing else. */
export async function askHealth(url: string, signal: AbortSignal): Promise<ServerHealth> {
  try {
    const { status } = await get(`${rootOf(url)}/health`, signal);
    if (status === 200) return { kind: "ready" };
    return status === 503 ? { kind: "loading" } : { kind: "strange", how: `answered ${status}` };
  } catch (error) {
    signal.throwIfAborted();
    return whyNoAnswer(error);
  }
}

function whyNoAnswer(error: unknown): ServerHealth {
  const code = textAt(error, "cause", "code");
  if (NOBODY.has(code)) return { kind: "silent" };
  const isTooSlow = textAt(error, "name") === "AbortError";
  return {
    kind: "strange",
    how: isTooSlow ? `gave no answer in ${LIMIT_MS / 1000} s` : `gave no HTTP answer (${code})`,
  };
}

/** Undefined where the server does not tell (`--no-slots`, an API key). */
export async function askSlots(url: string, signal: AbortSignal): Promise<Slots | undefined> {
  const slots = await getJson(`${rootOf(url)}/slots`, signal);
  if (!Array.isArray(slots)) return undefined;
  return { busy: slots.filter((slot) => valueAt(slot, "is_processing") === true).length, total: slots.length };
}

/** The name of the model that a server lists first. */
export async function askModel(url: string, signal: AbortSignal): Promise<string | undefined> {
  const id = textAt(await getJson(`${url}/models`, signal), "data", 0, "id");
  return id === "" ? undefined : id;
}

async function getJson(url: string, signal: AbortSignal): Promise<unknown> {
  try {
    const { status, body } = await get(url, signal);
    return status === 200 ? (JSON.parse(body) as unknown) : undefined;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

async function get(url: string, signal: AbortSignal): Promise<{ readonly status: number; readonly body: string }> {
  const watch = watchCall({ timeoutMs: LIMIT_MS, idleMs: LIMIT_MS }, signal);
  try {
    // A kept connection to a server that has ended since would look like a broken server instead of none.
    const headers = { connection: "close" };
    const response = await fetch(url, { signal: watch.signal, redirect: "manual", headers });
    return { status: response.status, body: await response.text() };
  } finally {
    watch.stop();
  }
}

const rootOf = (url: string): string => url.replace(/\/+$/, "").replace(/\/v1$/, "");
