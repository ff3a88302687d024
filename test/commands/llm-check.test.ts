import { execFile } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { checkModels } from "../../src/commands/llm-check.ts";
import type { ModelClient, Tier } from "../../src/core/model.ts";
import { systemClock } from "../../src/io/clock.ts";
import { openaiClient } from "../../src/model/openai/client.ts";
import { replayClient } from "../../src/model/replay.ts";
import { type ScriptEntry, startLlamaServer } from "../fixtures/servers/llama-server.ts";

async function serve(name: string, entry: ScriptEntry) {
  const server = await startLlamaServer(entry, { model: `${name}.gguf`, contextTokens: 16_384 });
  onTestFinished(() => server.close());
  return { server, client: openaiClient({ name, url: server.url, clock: systemClock }) };
}

async function down(name: string): Promise<ModelClient> {
  const { server, client } = await serve(name, "");
  await server.close();
  return client;
}

async function check(tiers: readonly Tier[], json: boolean, signal = new AbortController().signal) {
  let text = "";
  const exitCode = await checkModels({ tiers, json }, { write: (more) => void (text += more) }, signal);
  return { exitCode, text };
}

test("a live model is shown with its name, context, tokens and time, and asked for five tokens once", async () => {
  const { client, server } = await serve("qwen", { kind: "text", text: "Yes, I am ready.", finish: "length" });
  const { exitCode, text } = await check(
    [
      { name: "TIER1", chain: [client] },
      { name: "TIER3", chain: [client] },
    ],
    false,
  );
  expect(exitCode).toBe(0);
  expect(text).toMatch(/TIER1 +qwen +live +qwen\.gguf +16384 +4 +\d+\.\d\d s +http:/);
  expect(text).toMatch(/TIER3 +qwen +live/);
  expect(text).toContain("Every tier has a live model.");
  expect(server.asks.map(({ body }) => body)).toEqual([expect.objectContaining({ max_tokens: 5 })]);
});

test("a model that spends its five tokens on reasoning is live", async () => {
  const { client } = await serve("qwq", { kind: "text", text: "", reasoning: "Okay, so the", finish: "length" });
  expect((await check([{ name: "TIER1", chain: [client] }], false)).exitCode).toBe(0);
});

test("a tier whose models are all down is exit code 1, and each has its cure", async () => {
  const { client: broken } = await serve("deepseek", { kind: "status", status: 401 });
  const { exitCode, text } = await check([{ name: "TIER2", chain: [await down("qwen"), broken] }], false);
  expect(exitCode).toBe(1);
  expect(text).toMatch(
    /qwen: .*nothing listens there.*\n {2}Start the server \(`llama-server -m MODEL\.gguf --port \d+/,
  );
  expect(text).toMatch(/deepseek: .*answered 401.*\n {2}Put the key into the environment variable/);
  expect(text).toContain("No live model in TIER2.");
});

test("one live model in the chain is enough", async () => {
  const { client } = await serve("qwen", "Yes.");
  const { exitCode, text } = await check([{ name: "TIER2", chain: [await down("glm"), client] }], false);
  expect(exitCode).toBe(0);
  expect(text).toContain("glm: ");
});

test("--json tells the same to programs", async () => {
  const { client } = await serve("qwen", "Yes.");
  const dead = await down("glm");
  const { exitCode, text } = await check(
    [
      { name: "TIER2", chain: [dead, client] },
      { name: "TIER3", chain: [dead] },
    ],
    true,
  );
  expect(exitCode).toBe(1);
  expect(JSON.parse(text)).toEqual({
    ok: false,
    tiers: [
      { name: "TIER2", live: true, models: ["glm", "qwen"] },
      { name: "TIER3", live: false, models: ["glm"] },
    ],
    models: [
      {
        name: "glm",
        endpoint: dead.endpoint,
        state: "down",
        problem: { message: expect.stringContaining(dead.endpoint), cure: expect.stringContaining("llama-server") },
      },
      {
        name: "qwen",
        endpoint: client.endpoint,
        state: "live",
        serverModel: "qwen.gguf",
        contextTokens: 16_384,
        outputTokens: 1,
        durationMs: expect.any(Number),
      },
    ],
  });
});

test("recorded answers count as a live model and are not asked", async () => {
  const line = JSON.stringify({ task: "T001", role: "builder", text: "x" });
  const client = replayClient({ name: "demo", file: "demo.ndjson", readText: () => line });
  const { exitCode, text } = await check([{ name: "TIER3", chain: [client] }], false);
  expect(exitCode).toBe(0);
  expect(text).toMatch(/TIER3 +demo +recorded .*demo\.ndjson/);
});

test("models are asked side by side", async () => {
  const { client } = await serve("qwen", "Yes.");
  const events = new EventEmitter();
  const secondAsked = once(events, "asked");
  const patient: ModelClient["health"] = async (signal) => {
    await secondAsked;
    return client.health(signal);
  };
  const telling: ModelClient["health"] = (signal) => {
    events.emit("asked");
    return client.health(signal);
  };
  const chain = [
    { ...client, name: "first", health: patient },
    { ...client, name: "second", health: telling },
  ];
  expect((await check([{ name: "TIER1", chain }], false)).exitCode).toBe(0);
});

test("an interrupted check prints nothing and says so by its exit code", async () => {
  const { client } = await serve("qwen", { kind: "hang" });
  expect(await check([{ name: "TIER1", chain: [client] }], false, AbortSignal.timeout(60))).toEqual({
    exitCode: 130,
    text: "",
  });
});

test("the built program asks the server that LLM_URL names", async () => {
  const { server } = await serve("qwen", "Yes.");
  const folder = await mkdtemp(join(tmpdir(), "ralph-llm-check-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await promisify(execFile)("git", ["init", "-q", folder]);
  await writeFile(join(folder, "ralph.yaml"), "checks: [node --test]\ntiers: { TIER3: [local] }\n");
  const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [cli, "llm", "check", "--json"], {
    cwd: folder,
    env: { PATH: process.env["PATH"], LLM_URL: `${server.url}/completions`, HOME: folder },
  });
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, models: [{ state: "live", serverModel: "qwen.gguf" }] });
});
