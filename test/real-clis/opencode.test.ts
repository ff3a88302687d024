/** The same client with the real opencode, against a server on loopback: no account, no token is spent. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { AskOptions, FailureClass } from "../../src/core/model.ts";
import { systemClock } from "../../src/io/clock.ts";
import { runProcess } from "../../src/io/process.ts";
import { type OpencodeClient, type OpencodeOptions, opencodeClient } from "../../src/model/opencode/client.ts";
import { valueAt } from "../../src/model/unknown-json.ts";
import { LIMITS, PROMPT } from "../contract/model-client.ts";
import { type LlamaServer, type ScriptEntry, startLlamaServer } from "../fixtures/servers/llama-server.ts";
import { isAlive } from "../support/is-alive.ts";
import { temporaryFolder } from "../support/temporary.ts";

/** Not .bin/opencode: that is put in its place by an install script, and those may be off. */
const OPENCODE = fileURLToPath(
  new URL(`node_modules/opencode-${process.platform}-${process.arch}/bin/opencode`, import.meta.url),
);
const KEY = "planted-key-0123456789";
const NOBODY = "http://127.0.0.1:9/v1";

/** opencode takes 5 s to start on two free cores, and many times that on busy ones. */
const PATIENT: AskOptions = { ...LIMITS, timeoutMs: 120_000, idleMs: 120_000 };
vi.setConfig({ testTimeout: 300_000 });

const never = () => new AbortController().signal;

interface Rig {
  readonly client: OpencodeClient;
  readonly server: LlamaServer;
  readonly home: string;
  /** Everything that was started with the client's marker and still lives. */
  readonly alive: () => readonly number[];
}

interface RigOptions extends Partial<OpencodeOptions> {
  /** opencode is given no server, and so uses what its own config names. */
  readonly isOnItsOwn?: boolean;
}

/** opencode with a HOME of its own. */
async function rig(script: ScriptEntry | readonly ScriptEntry[], options: RigOptions = {}): Promise<Rig> {
  const server = await startLlamaServer(script);
  onTestFinished(() => server.close());
  const [home, cwd, state] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  const { env, provider = { url: server.url, apiKey: KEY }, isOnItsOwn = false, ...others } = options;
  const client = opencodeClient({
    name: "local",
    model: "fake/org/m1",
    program: OPENCODE,
    run: runProcess,
    cwd: () => cwd,
    stateFolder: () => state,
    ...(!isOnItsOwn && { provider }),
    env: { HOME: home, ...env },
    clock: systemClock,
    ...others,
  });
  onTestFinished(() => client.close());
  return { client, server, home, alive: () => livingWith(`HOME=${home}`) };
}

/** Processes of this system that have `variable` in their environment. */
function livingWith(variable: string): readonly number[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => environmentOf(pid).includes(variable) && isAlive(pid));
}

function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch {
    return [];
  }
}

const ask = ({ client }: Rig, user = PROMPT.user, limits: Partial<AskOptions> = {}) =>
  client.ask({ ...PROMPT, user }, { ...PATIENT, ...limits }, never());

/** What the model's server was asked. */
function asked({ server }: Rig, index = 0) {
  const { body, headers } = server.asks[index] ?? { body: undefined, headers: {} };
  const message = (at: number) => valueAt(body, "messages", at, "content");
  return {
    system: message(0),
    user: message(1),
    tools: valueAt(body, "tools"),
    limit: valueAt(body, "max_tokens"),
    headers,
  };
}

const WAYS = [{ serve: false }, { serve: true }];

describe.each(WAYS)("with serve $serve", ({ serve }) => {
  test("an answer comes whole, with its usage, and without its reasoning", async () => {
    const text = `--- a/src/añ.js\n${"line\n".repeat(1_500)}`;
    const on = await rig({ kind: "text", reasoning: "hm, well", text }, { serve });
    const reply = await ask(on);
    expect(reply).toMatchObject({ kind: "text", text, finish: "stop", usage: { cachedTokens: 7, estimated: false } });
  });

  test("a question arrives whole, with its system prompt, key and limit, and with no tool", async () => {
    const on = await rig("yes", { serve, outputTokens: 7_000 });
    const user = `/init @/etc/hostname {env:HOME} {file:/etc/hostname}\n${"naïve 🦀 line\n".repeat(20_000)}end\n`;
    const system = 'You mend {env:HOME}, {file:/etc/hostname}. "Quoted" // no comment';
    await on.client.ask({ ...PROMPT, system, user }, PATIENT, never());
    expect(on.server.asks).toHaveLength(1);
    expect(asked(on)).toMatchObject({
      user,
      system: expect.stringContaining(system),
      tools: undefined,
      limit: 7_000,
      headers: { authorization: `Bearer ${KEY}` },
    });
  });

  test("the second answer comes too, and nothing is left of either", async () => {
    const on = await rig(["one", "two"], { serve });
    expect([await ask(on), await ask(on)]).toMatchObject([{ text: "one" }, { text: "two" }]);
    await on.client.close();
    expect(on.alive()).toEqual([]);
    expect(readdirSync(on.home)).toEqual([]);
  });

  test("a server without a key is asked without one", async () => {
    const server = await startLlamaServer("yes");
    onTestFinished(() => server.close());
    expect(await ask(await rig("", { serve, provider: { url: server.url } }))).toMatchObject({ text: "yes" });
  });

  test.each<[string, ScriptEntry, FailureClass]>([
    ["a refused key", { kind: "status", status: 401, body: { error: { message: `bad key ${KEY}` } } }, "auth"],
    ["a prompt that is too long", { kind: "context overflow" }, "context overflow"],
    ["an empty answer", "", "bad answer"],
    ["a strange request", { kind: "status", status: 400, body: { error: { message: "what?" } } }, "refused"],
  ])("%s has its class", async (_title, entry, what) => {
    const on = await rig(entry, { serve });
    const reply = await ask(on);
    expect(reply).toMatchObject({ kind: "failed", failure: { class: what } });
    expect(JSON.stringify(reply)).not.toContain(KEY);
    expect(on.server.asks).toHaveLength(1);
  });

  test("an answer that the limit cut says so", async () => {
    const on = await rig({ kind: "text", text: "half an ans", finish: "length" }, { serve });
    expect(await ask(on)).toMatchObject({ kind: "text", text: "half an ans", finish: "length" });
  });

  test("an unknown model is refused", async () => {
    expect(await ask(await rig("", { serve, model: "nobody/m1", isOnItsOwn: true }))).toMatchObject({
      failure: { class: "refused", message: expect.stringContaining("Model not found: nobody/m1") },
    });
  });

  test("a person's own provider is used, but neither the permissions nor the history of that person", async () => {
    const on = await rig("yes", { serve, model: "mine/m1", isOnItsOwn: true });
    const folder = join(on.home, ".config/opencode");
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, "opencode.json"),
      JSON.stringify({
        permission: { "*": "allow", bash: "allow" },
        agent: { build: { permission: { bash: "allow" } } },
        tools: { bash: true },
        provider: {
          mine: { npm: "@ai-sdk/openai-compatible", options: { baseURL: on.server.url }, models: { m1: {} } },
        },
      }),
    );
    expect(await ask(on)).toMatchObject({ kind: "text", text: "yes" });
    expect(asked(on)).toMatchObject({ tools: undefined, limit: 8_000 });
    expect(readdirSync(join(on.home, ".local/share/opencode")).filter((name) => name.includes(".db"))).toEqual([]);
  });

  test("a tool that the model asks for is not run", async () => {
    const marker = join(temporaryFolder(), "ran");
    const call = { name: "bash", arguments: JSON.stringify({ command: `touch ${marker}`, description: "x" }) };
    const delta = { tool_calls: [{ index: 0, id: "call_1", type: "function", function: call }] };
    const chunk = { object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: "tool_calls" }] };
    const body = `data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`;
    const reply = await ask(await rig({ kind: "raw", body, contentType: "text/event-stream" }, { serve }));
    expect(reply).toMatchObject({
      failure: { class: "bad answer", message: expect.stringContaining("the tool bash") },
    });
    expect(existsSync(marker)).toBe(false);
  });

  test("an abort frees the model's server and leaves no process", async () => {
    const on = await rig({ kind: "stall", text: "begun" }, { serve });
    const controller = new AbortController();
    const asking = on.client.ask(PROMPT, PATIENT, controller.signal);
    await on.server.asked(1);
    controller.abort();
    expect(await asking).toMatchObject({ failure: { class: "aborted" } });
    await on.server.quiet();
    expect(on.server.asks[0]?.isAbandoned).toBe(true);
    await on.client.close();
    expect(on.alive()).toEqual([]);
  });
});

describe("a server that is away", () => {
  test("is told at once when opencode is served", async () => {
    const on = await rig("", { serve: true, provider: { url: NOBODY } });
    expect(await ask(on)).toMatchObject({
      failure: { class: "refused", message: expect.stringContaining("Unable to connect") },
    });
  });

  test("ends at our own clock when it is not, and leaves no process", async () => {
    const on = await rig("", { provider: { url: NOBODY } });
    expect(await ask(on, PROMPT.user, { timeoutMs: 15_000 })).toMatchObject({ failure: { class: "timeout" } });
    expect(on.alive()).toEqual([]);
  });
});

describe("a served opencode", () => {
  test.each<[string, ScriptEntry, FailureClass]>([
    ["a server that fails", { kind: "status", status: 500 }, "overloaded"],
    ["a server that loads its model", { kind: "loading" }, "loading"],
    ["an answer that breaks off", { kind: "cut", text: "some te" }, "bad answer"],
  ])("does not try %s again by itself", async (_title, entry, what) => {
    const on = await rig(entry, { serve: true });
    expect(await ask(on)).toMatchObject({ failure: { class: what } });
    expect(on.server.asks).toHaveLength(1);
  });

  test("sees an answer grow, so that a slow one is no silence", async () => {
    const on = await rig(["first", { kind: "text", text: "x".repeat(60), chunk: 10, pauseMs: 1_000 }], { serve: true });
    await ask(on);
    expect(await ask(on, PROMPT.user, { idleMs: 4_000 })).toMatchObject({ kind: "text", text: "x".repeat(60) });
  });

  test("answers questions side by side", async () => {
    const on = await rig((body) => `to ${String(valueAt(body, "messages", 1, "content"))}`, { serve: true });
    const replies = await Promise.all(["a", "b", "c"].map((user) => ask(on, user)));
    expect(replies).toMatchObject([{ text: "to a" }, { text: "to b" }, { text: "to c" }]);
  });
});

test("health is the version", async () => {
  expect(await (await rig("")).client.health(never())).toMatchObject({
    ok: true,
    detail: expect.stringMatching(/^opencode \d/),
  });
});
