/** Tiers for tests: scripted models, clocks that stand still, and a chain that is asked with everything it tells kept. */
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:https";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { Clock } from "../../src/core/clock.ts";
import type {
  AskOptions,
  FailedReply,
  FailureClass,
  Health,
  ModelClient,
  ModelFailure,
  QuestionFor,
  Tier,
} from "../../src/core/model.ts";
import type { RunProcess } from "../../src/core/process.ts";
import { systemClock } from "../../src/io/clock.ts";
import { runProcess } from "../../src/io/process.ts";
import { askTier, type TierOptions } from "../../src/model/ask.ts";
import { type Breaker, breaker } from "../../src/model/breaker.ts";
import { openaiClient } from "../../src/model/openai/client.ts";
import { LIMITS, PROMPT } from "../contract/model-client.ts";
import { listen, shut } from "../fixtures/servers/listen.ts";
import type { LlamaOptions } from "../fixtures/servers/llama-replies.ts";
import { type ScriptEntry, startLlamaServer } from "../fixtures/servers/llama-server.ts";
import { isAlive } from "./is-alive.ts";
import { temporaryFolder } from "./temporary.ts";

const BIN = fileURLToPath(new URL("../fixtures/bin", import.meta.url));
const USAGE = { promptTokens: 1, cachedTokens: 0, outputTokens: 1, estimated: true };
const AT_ONCE = { firstMs: 0, longestMs: 0 };

type StoppedClock = Clock & { pass(ms: number): void };

/** A clock that moves only when it is told to. */
export function stoppedClock(time = 1_000): StoppedClock {
  let now = time;
  return { now: () => now, monotonic: () => now, pass: (ms) => void (now += ms) };
}

export type Answer = FailureClass | ModelFailure | { readonly text: string } | { readonly takesMs: number };

const WELL: Health = { ok: true, detail: "" };

/** Answers its n-th call with the n-th answer; the last one repeats. `calls` holds the wall clock of each. */
export function scripted(name: string, answers: readonly Answer[], clock = stoppedClock(), health = () => WELL) {
  const calls: number[] = [];
  const failed = (failure: ModelFailure): FailedReply => ({ kind: "failed", model: name, failure, durationMs: 1 });
  const client: ModelClient = {
    name,
    endpoint: `http://${name}`,
    health: async () => health(),
    traits: async () => ({ outputTokens: 100, takesGrammar: false }),
    ask: async (_, { timeoutMs }, signal) => {
      calls.push(timeoutMs);
      if (signal.aborted) return failed({ class: "aborted", message: "stopped" });
      const answer = answers[Math.min(calls.length, answers.length) - 1] ?? "refused";
      if (typeof answer === "string") return failed({ class: answer, message: `${name}: ${answer}` });
      if ("class" in answer) return failed(answer);
      if ("text" in answer)
        return { kind: "text", model: name, text: answer.text, finish: "stop", usage: USAGE, durationMs: 1 };
      clock.pass(Math.min(answer.takesMs, timeoutMs));
      return failed({ class: "timeout", message: `${name}: too slow` });
    },
  };
  return { client, calls };
}

interface AskMore extends Partial<TierOptions> {
  /** Of every model. */
  readonly timeoutMs?: number;
  /** Of the first model of the chain alone. */
  readonly firstLimits?: Partial<AskOptions>;
  readonly questionFor?: QuestionFor;
}

/** Asks a tier of these models; `told` has a line for each failure that it tells, as "local timeout". */
export async function ask(chain: readonly ModelClient[], more: AskMore = {}, signal = new AbortController().signal) {
  const failures: FailedReply[] = [];
  const onFailure = (failed: FailedReply) => void failures.push(failed);
  const tier: Tier = { name: "TIER3", chain };
  const { timeoutMs = LIMITS.timeoutMs, firstLimits = {}, clock = stoppedClock(), ...options } = more;
  const limitsOf = (client: ModelClient): AskOptions => ({
    ...LIMITS,
    timeoutMs,
    ...(client === chain[0] ? firstLimits : {}),
  });
  const { questionFor = async (client) => ({ prompt: PROMPT, options: limitsOf(client) }) } = more;
  const reply = await askTier(
    tier,
    questionFor,
    { clock, breaker: breaker(clock), backoff: AT_ONCE, onFailure, ...options },
    signal,
  );
  return { reply, failures, told: failures.map(({ model, failure }) => `${model} ${failure.class}`) };
}

/** How long the breaker lets a model rest; undefined where it may be asked. */
export function restMs({ restOf }: Breaker, model: string, clock: Clock): number | undefined {
  const rest = restOf(model);
  return rest === undefined ? undefined : rest.until - clock.now();
}

/** What the spare model answers. */
export const SPARE_TEXT = "the spare's fix";

/** The model that a chain falls back on: a real client of a real server. */
export async function spareModel() {
  const server = await startLlamaServer(SPARE_TEXT);
  onTestFinished(() => server.close());
  return { server, client: openaiClient({ name: "spare", url: server.url, clock: systemClock }) };
}

/** The time at which tests of tiers with real clients begin, and for most of them stand still. */
export const NOW = Date.UTC(2026, 0, 1);

/** A tier of this model and the spare one, with one breaker for all its questions. */
export async function besideSpare(client: ModelClient, clock = stoppedClock(NOW)) {
  const spare = await spareModel();
  const rests = breaker(clock);
  const askBoth = (more: AskMore = {}) => ask([client, spare.client], { clock, breaker: rests, ...more });
  return { ask: askBoth, spare: spare.server, clock, rests };
}

export const localModel = (url: string): ModelClient =>
  openaiClient({ name: "local", url, clock: { ...systemClock, now: () => NOW } });

/** A server that does as told, and its client. */
export async function localServer(script: ScriptEntry | readonly ScriptEntry[], options: LlamaOptions = {}) {
  const server = await startLlamaServer(script, options);
  onTestFinished(() => server.close());
  return { server, client: localModel(server.url) };
}

/** An address at which nothing listens any more. */
export async function unservedUrl(): Promise<string> {
  const server = await startLlamaServer("");
  await server.close();
  return server.url;
}

const SELF_SIGNED = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** The address of a server over TLS whose certificate it has signed itself; made anew, so that no key is kept. */
export async function untrustedUrl(): Promise<string> {
  const folder = temporaryFolder();
  const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"];
  const argv = ["openssl", ...SELF_SIGNED, ...subject, "-keyout", "key.pem", "-out", "cert.pem"] as const;
  await runProcess({ argv, cwd: folder, timeoutMs: 30_000 }, new AbortController().signal);
  const read = (name: string) => readFileSync(join(folder, name));
  const server = createServer({ key: read("key.pem"), cert: read("cert.pem") });
  onTestFinished(() => shut(server));
  return `${(await listen(server)).replace("http:", "https:")}/v1`;
}

/** What a fixture program is to do. */
export type Order = Readonly<Record<string, unknown>>;

/** Notes its pid and that of a child that has left its group and never ends, and becomes the program. */
const LEAVING_A_CHILD = 'setsid sleep 1000 >/dev/null 2>&1 & echo "$$ $!" >"$0"; exec "$@"';

/**
 * Runs the fixture programs, found as a person's own are: on PATH. The n-th one gets the n-th order in the environment
 * variable `name`, the last order repeats; `alive` are those, with their children, that are left.
 */
export function fixturePrograms(name: string, orders: readonly Order[]) {
  const folder = temporaryFolder();
  const inputs: string[] = [];
  const run: RunProcess = ({ argv, ...command }, signal) => {
    const order = orders[Math.min(inputs.length, orders.length - 1)];
    const pids = join(folder, String(inputs.push(String(command.input ?? ""))));
    const words = ["sh", "-c", LEAVING_A_CHILD, pids, ...argv] as const;
    const env = { ...command.env, [name]: JSON.stringify(order) };
    return runProcess({ ...command, argv: words, env, pathPrefix: [BIN] }, signal);
  };
  const started = (): readonly number[] =>
    readdirSync(folder).flatMap((file) => readFileSync(join(folder, file), "utf8").trim().split(" ").map(Number));
  const alive = (): readonly number[] => started().filter(isAlive);
  onTestFinished(() => {
    for (const pid of alive()) process.kill(pid, "SIGKILL");
  });
  return { run, inputs, started, alive };
}
