import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../src/io/clock.ts";
import { openaiClient } from "../../../src/model/openai/client.ts";
import { listen, shut } from "../../fixtures/servers/listen.ts";
import { startLlamaServer } from "../../fixtures/servers/llama-server.ts";

const never = () => new AbortController().signal;
const healthOf = (url: string, model?: string) =>
  openaiClient({ name: "local", url, clock: systemClock, ...(model !== undefined && { model }) }).health(never());

/** A server that is not llama-server: only these paths exist. */
async function serve(answers: Readonly<Record<string, unknown>>): Promise<string> {
  const server = createServer((request, response) => {
    const answer = answers[request.url ?? ""];
    response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(answer ?? { error: "not here" }));
  });
  onTestFinished(() => shut(server));
  return `${await listen(server)}/v1`;
}

test("a llama-server tells its model and the context of one slot, not that of the model", async () => {
  const server = await startLlamaServer("", { model: "qwen3-coder-30b.gguf", contextTokens: 16_384 });
  onTestFinished(() => server.close());
  expect(await healthOf(server.url)).toEqual({
    ok: true,
    model: "qwen3-coder-30b.gguf",
    contextTokens: 16_384,
    detail: "lists qwen3-coder-30b.gguf",
  });
  expect(server.asks).toHaveLength(0);
});

test("of several models the wanted one is told, with its context where the list has it", async () => {
  const url = await serve({ "/v1/models": { data: [{ id: "a" }, { id: "b", max_model_len: 8192 }] } });
  expect(await healthOf(url, "b")).toMatchObject({ ok: true, model: "b", contextTokens: 8192, detail: "lists a, b" });
  expect(await healthOf(url, "c")).toMatchObject({ ok: true, model: "a" });
});

test("a server without a model list is there, but nothing is known of it", async () => {
  expect(await healthOf(await serve({}))).toEqual({ ok: true, detail: "answers, but lists no models" });
});

test("a server that loads its model is not well, and says why", async () => {
  const server = await startLlamaServer("", { loadingRequests: 2 });
  onTestFinished(() => server.close());
  expect(await healthOf(server.url)).toMatchObject({ ok: false, detail: expect.stringContaining("Loading model") });
  expect(await healthOf(server.url)).toMatchObject({ ok: true });
});

test("a server that is down is not well, with the command that starts one", async () => {
  const server = await startLlamaServer("");
  await server.close();
  expect(await healthOf(server.url)).toMatchObject({
    ok: false,
    detail: expect.stringContaining(server.url),
    cure: expect.stringContaining("llama-server -m"),
  });
});

test("an abort ends the wait for a server that hangs", async () => {
  const server = createServer(() => undefined);
  onTestFinished(() => shut(server));
  const url = `${await listen(server)}/v1`;
  const client = openaiClient({ name: "local", url, clock: systemClock });
  expect(await client.health(AbortSignal.timeout(50))).toMatchObject({ ok: false });
});
