import { createServer } from "node:http";
import { expect, onTestFinished, test, vi } from "vitest";
import { askHealth, askModel, askSlots } from "../../../src/model/server/health.ts";
import { listen, shut } from "../../fixtures/servers/listen.ts";
import { startLlamaServer } from "../../fixtures/servers/llama-server.ts";

const NEVER = new AbortController().signal;

/** A server with the same answer to everything; without a status it answers nothing. */
async function serve(status?: number, body = ""): Promise<string> {
  const server = createServer((_, response) => void (status !== undefined && response.writeHead(status).end(body)));
  onTestFinished(() => shut(server));
  return `${await listen(server)}/v1`;
}

test("a server is loading until its model is in memory, then ready, then silent", async () => {
  const server = await startLlamaServer("", { loadingRequests: 1 });
  expect(await askHealth(server.url, NEVER)).toEqual({ kind: "loading" });
  expect(await askHealth(server.url, NEVER)).toEqual({ kind: "ready" });
  await server.close();
  expect(await askHealth(server.url, NEVER)).toEqual({ kind: "silent" });
});

test.each([[404], [302], [500]])("a server whose /health answers %i is a strange one", async (status) => {
  expect(await askHealth(await serve(status), NEVER)).toEqual({ kind: "strange", how: `answered ${status}` });
});

test("a question that is interrupted ends with the interruption", async () => {
  const url = await serve();
  for (const ask of [askHealth, askModel, askSlots]) {
    await expect(ask(url, AbortSignal.timeout(50))).rejects.toMatchObject({ name: "TimeoutError" });
  }
});

test("a server that gives no answer in five seconds is a strange one", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const asked = askHealth(await serve(), NEVER);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await asked).toEqual({ kind: "strange", how: "gave no answer in 5 s" });
});

test("the busy ones of a server's slots are counted", async () => {
  expect(await askSlots(await serve(200, '[{"is_processing": true}, {"is_processing": false}, {}]'), NEVER)).toEqual({
    busy: 1,
    total: 3,
  });
});

test.each([
  [501, '{"error": {"code": 501}}'],
  [200, '{"slots": 1}'],
  [200, "<html>"],
])("a server that tells no slots and no model (%i %s) is taken as it is", async (status, body) => {
  const url = await serve(status, body);
  expect(await askSlots(url, NEVER)).toBeUndefined();
  expect(await askModel(url, NEVER)).toBeUndefined();
});

test("the model that a server lists is named", async () => {
  const server = await startLlamaServer("", { model: "qwen.gguf" });
  onTestFinished(() => server.close());
  expect(await askModel(server.url, NEVER)).toBe("qwen.gguf");
});
