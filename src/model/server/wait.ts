/** Waits for a model server that was just started: until it answers, ends, or uses up its time. */
import { setTimeout as delay } from "node:timers/promises";
import type { BackgroundProcess } from "../../io/background.ts";
import { logTail } from "../../io/log-tail.ts";
import { presenceOf } from "../../io/presence.ts";
import type { Redact } from "../../io/redact.ts";
import { watchCall } from "../call-watch.ts";
import { endedEarly, notReady } from "./failure.ts";
import { askHealth, type ServerHealth } from "./health.ts";
import type { ModelServer } from "./server.ts";

export type StartStep = { readonly kind: "started"; readonly pid: number } | { readonly kind: "loading" };

export interface WaitOptions {
  readonly waitMs: number;
  readonly onStep: (step: StartStep) => void;
  readonly redact: Redact;
}

const POLL_MS = 100;

/** Resolves when /health says 200. Throws SERVER_FAILED with the end of the log, and the abort; ends nothing. */
export async function waitUntilReady(
  server: ModelServer,
  child: BackgroundProcess,
  options: WaitOptions,
  signal: AbortSignal,
): Promise<void> {
  const watch = watchCall({ timeoutMs: options.waitMs, idleMs: options.waitMs }, signal);
  const polled = pollHealth(server.url, options.onStep, watch.signal);
  const ended = child.ended.then((how) => ({ kind: "ended" as const, how }));
  const first = await Promise.race([ended, polled]).finally(() => {
    watch.end("aborted");
    watch.stop();
  });

  signal.throwIfAborted();
  const lastLines = (): readonly string[] => logTail(server.logFile, child.logStart).map(options.redact);
  // Whoever says that it is ready while the child is dead is somebody else.
  const isGone = first.kind === "ended" || presenceOf(child.id) === "gone";
  if (isGone) throw endedEarly(server, (await ended).how, lastLines());
  if (first.kind !== "ready") throw notReady(server, options.waitMs, first, lastLines());
}

/** Its last answer: that it is ready, or what it was when `until` came. */
async function pollHealth(url: string, onStep: WaitOptions["onStep"], until: AbortSignal): Promise<ServerHealth> {
  let last: ServerHealth = { kind: "silent" };
  while (!until.aborted) {
    const health = await ask(url, until);
    if (health?.kind === "ready") return health;
    if (health?.kind === "loading" && last.kind !== "loading") onStep({ kind: "loading" });
    last = health ?? last;
    await delay(POLL_MS, undefined, { signal: until }).catch(() => undefined);
  }
  return last;
}

/** Undefined where `until` cut the question off. */
async function ask(url: string, until: AbortSignal): Promise<ServerHealth | undefined> {
  try {
    return await askHealth(url, until);
  } catch (error) {
    if (until.aborted) return undefined;
    throw error;
  }
}
