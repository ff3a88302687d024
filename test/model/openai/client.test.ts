import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { FailureClass, ModelClient } from "../../../src/core/model.ts";
import { systemClock } from "../../../src/io/clock.ts";
import { type OpenaiOptions, openaiClient } from "../../../src/model/openai/client.ts";
import { type Fault, LIMITS, modelClientContract, PROMPT } from "../../contract/model-client.ts";
import type { LlamaOptions, LlamaReply } from "../../fixtures/servers/llama-replies.ts";
import { type LlamaServer, type ScriptEntry, startLlamaServer } from "../../fixtures/servers/llama-server.ts";

const KEY = "sk-planted-0123456789";
const never = () => new AbortController().signal;

const REPLIES: Readonly<Record<Fault, (text: string) => LlamaReply>> = {
  none: (text) => ({ kind: "text", text }),
  empty: () => ({ kind: "text", text: "" }),
  hangs: () => ({ kind: "hang" }),
  stalls: (text) => ({ kind: "stall", text }),
  cut: (text) => ({ kind: "cut", text }),
  refused: () => ({ kind: "hang" }),
};

modelClientContract("openai", async (fault, text) => {
  const server = await startLlamaServer(REPLIES[fault](text));
  if (fault === "refused") await server.close();
  return { client: openaiClient({ name: "local", url: server.url, clock: systemClock }), stop: () => server.close() };
});

async function serve(
  script: ScriptEntry | readonly ScriptEntry[],
  options: Partial<OpenaiOptions> & LlamaOptions = {},
): Promise<{ client: ModelClient; server: LlamaServer }> {
  const server = await startLlamaServer(script, options);
  onTestFinished(() => server.close());
  const client = openaiClient({
    name: "local",
    url: server.url,
    clock: { ...systemClock, now: () => NOW },
    ...options,
  });
  return { client, server };
}

const NOW = Date.UTC(2026, 0, 1);

describe("what a server does wrong becomes a failure with a class", () => {
  const rows: readonly (readonly [what: string, reply: LlamaReply, failure: FailureClass, says: RegExp])[] = [
    ["401", { kind: "status", status: 401 }, "auth", /answered 401/],
    ["403", { kind: "status", status: 403 }, "auth", /answered 403/],
    ["404", { kind: "status", status: 404 }, "refused", /answered 404/],
    ["429", { kind: "status", status: 429 }, "rate limited", /answered 429/],
    ["500", { kind: "status", status: 500 }, "overloaded", /something went wrong/],
    ["502 in HTML", { kind: "status", status: 502, body: "<html>bad gateway</html>" }, "overloaded", /bad gateway/],
    ["503", { kind: "status", status: 503 }, "overloaded", /answered 503/],
    ["503 while it loads", { kind: "loading" }, "loading", /Loading model/],
    ["a full context", { kind: "context overflow" }, "context overflow", /4097 tokens.*4096 tokens/],
    [
      "a redirect",
      { kind: "status", status: 307, headers: { location: "http://127.0.0.1:9/" } },
      "refused",
      /answered 307/,
    ],
    ["a reset before the answer", { kind: "drop" }, "bad answer", /broke off/],
    ["a clean end in the middle", { kind: "cut", text: "--- a/x", clean: true }, "bad answer", /broke off/],
    [
      "an error event",
      { kind: "error event", text: "--- a/x", error: { code: 500, message: "slot lost" } },
      "overloaded",
      /slot lost/,
    ],
    [
      "an error event in words",
      { kind: "error event", text: "", error: "out of memory" },
      "bad answer",
      /out of memory/,
    ],
    [
      "an overflow event",
      { kind: "error event", text: "", error: { type: "exceed_context_size_error", message: "too big" } },
      "context overflow",
      /too big/,
    ],
    [
      "half a JSON line",
      { kind: "raw", body: 'data: {"choices":[{"del\n\n', contentType: "text/event-stream" },
      "bad answer",
      /not JSON/,
    ],
    [
      "HTML with status 200",
      { kind: "raw", body: "<html>login</html>", contentType: "text/html" },
      "bad answer",
      /not a streamed chat completion/,
    ],
    [
      "JSON of another kind",
      { kind: "raw", body: "data: null\n\ndata: [7]\n\n", contentType: "text/event-stream" },
      "bad answer",
      /not a streamed chat/,
    ],
    ["a call of a tool", { kind: "text", text: "x", finish: "tool_calls" }, "bad answer", /tool_calls/],
  ];

  test.each(rows)("%s", async (_, reply, failureClass, says) => {
    const { client, server } = await serve(reply);
    const { failure } = failed(await client.ask(PROMPT, LIMITS, never()));
    expect(failure.class).toBe(failureClass);
    expect(failure.message).toMatch(says);
    expect(failure.message).toContain(server.url);
  });

  test("a dropped connection is marked as worth another try, a wrong answer is not", async () => {
    const { client } = await serve([{ kind: "drop" }, { kind: "cut", text: "x" }, ""]);
    const replies = [];
    for (let n = 0; n < 3; n += 1) replies.push(failed(await client.ask(PROMPT, LIMITS, never())));
    expect(replies.map(({ failure }) => failure.dropped)).toEqual([true, true, undefined]);
  });

  test("a refused connection names the URL and the command that starts a server there", async () => {
    const { client, server } = await serve("");
    await server.close();
    const { failure } = failed(await client.ask(PROMPT, LIMITS, never()));
    expect(failure.message).toContain(server.url);
    expect(failure.cure).toContain(`llama-server -m MODEL.gguf --port ${new URL(server.url).port} -c 65536 -ngl 99`);
  });

  test("a server without TLS that is asked by https is refused with a hint", async () => {
    const server = await startLlamaServer("");
    onTestFinished(() => server.close());
    const client = openaiClient({ name: "local", url: server.url.replace("http:", "https:"), clock: systemClock });
    expect(failed(await client.ask(PROMPT, LIMITS, never())).failure).toMatchObject({
      class: "refused",
      cure: expect.stringContaining("http, not https"),
    });
  });

  test.each([
    ["seconds", { "retry-after": "7" }, NOW + 7_000],
    ["a date", { "retry-after": new Date(NOW + 90_000).toUTCString() }, NOW + 90_000],
    ["a date in the past", { "retry-after": new Date(NOW - 90_000).toUTCString() }, NOW],
    ["milliseconds", { "retry-after-ms": "250" }, NOW + 250],
    ["nothing", {}, undefined],
    ["nonsense", { "retry-after": "soon" }, undefined],
  ])("a rate limit with Retry-After in %s says when to come back", async (_, headers, retryAt) => {
    const { client } = await serve({ kind: "status", status: 429, headers });
    expect(failed(await client.ask(PROMPT, LIMITS, never())).failure.retryAt).toBe(retryAt);
  });
});

describe("what counts as an answer", () => {
  test("an answer is complete with its finish_reason, even if the connection breaks afterwards", async () => {
    const chunk = { choices: [{ delta: { content: "done" }, finish_reason: "stop" }] };
    const body = `data: ${JSON.stringify(chunk)}\n\ndata: {"choi`;
    const { client } = await serve({ kind: "raw", body, contentType: "text/event-stream" });
    expect(await client.ask(PROMPT, LIMITS, never())).toMatchObject({ kind: "text", text: "done", finish: "stop" });
  });

  test("reasoning is no part of the text", async () => {
    const { client } = await serve({ kind: "text", text: "patch", reasoning: "Let me think. TASK_COMPLETE" });
    expect(await client.ask(PROMPT, LIMITS, never())).toMatchObject({ kind: "text", text: "patch" });
  });

  test("an answer cut by the token limit says so, also when reasoning left no room for text", async () => {
    const cut = { kind: "text", finish: "length" } as const;
    const { client } = await serve([
      { ...cut, text: "half a pa" },
      { ...cut, text: "", reasoning: "Let me thi" },
    ]);
    expect(await client.ask(PROMPT, LIMITS, never())).toMatchObject({ text: "half a pa", finish: "length" });
    expect(await client.ask(PROMPT, LIMITS, never())).toMatchObject({ kind: "text", text: "", finish: "length" });
  });

  test("a slow answer that keeps coming is not taken for a dead server", async () => {
    const { client } = await serve({ kind: "text", text: "0123456789", chunk: 1, pauseMs: 150 });
    const reply = await client.ask(PROMPT, { ...LIMITS, idleMs: 1_200 }, never());
    expect(reply).toMatchObject({ kind: "text", text: "0123456789" });
  });

  test.each(["events", "one event", "error page"] as const)("an endless answer as %s is ended early", async (as) => {
    const { client, server } = await serve({ kind: "flood", bytes: 50_000_000, as });
    expect(failed(await client.ask(PROMPT, LIMITS, never())).failure.class).toBe("bad answer");
    await server.quiet();
    expect(server.asks[0]?.isAbandoned).toBe(true);
    // What lies in the sockets' buffers was sent, but never read.
    expect(server.asks[0]?.sentBytes).toBeLessThan(20_000_000);
  });

  test("ending a call frees the server", async () => {
    const { client, server } = await serve({ kind: "stall", text: "abc" });
    const controller = new AbortController();
    const asking = client.ask(PROMPT, LIMITS, controller.signal);
    await server.asked(1);
    controller.abort();
    await asking;
    await server.quiet();
    expect(server.asks[0]?.isAbandoned).toBe(true);
  });
});

describe("usage", () => {
  test("comes from the server's count, cached tokens included", async () => {
    const { client } = await serve({ kind: "text", text: "12345678" });
    const reply = await client.ask(PROMPT, LIMITS, never());
    expect(reply).toMatchObject({ usage: { cachedTokens: 7, outputTokens: 2, estimated: false } });
  });

  test("comes from llama-server's timings where there is no count", async () => {
    const { client } = await serve({ kind: "text", text: "12345678", counts: "timings" });
    const reply = await client.ask(PROMPT, LIMITS, never());
    expect(reply).toMatchObject({ usage: { cachedTokens: 7, outputTokens: 2, estimated: false } });
  });

  test("is estimated, and says so, where the server tells nothing", async () => {
    const { client } = await serve({ kind: "text", text: "12345678", reasoning: "1234", counts: "none" });
    const reply = await client.ask(PROMPT, LIMITS, never());
    expect(reply).toMatchObject({ usage: { cachedTokens: 0, outputTokens: 3, estimated: true } });
  });
});

describe("the request", () => {
  test("carries the prompt, the limits and what llama-server can do beyond the others", async () => {
    const { client, server } = await serve("ok", { model: "qwen3-coder", temperature: 0.2 });
    await client.ask(PROMPT, LIMITS, never());
    expect(server.asks[0]?.body).toEqual({
      model: "qwen3-coder",
      messages: [
        { role: "system", content: PROMPT.system },
        { role: "user", content: PROMPT.user },
      ],
      max_tokens: 100,
      temperature: 0.2,
      stream: true,
      stream_options: { include_usage: true },
      cache_prompt: true,
      return_progress: true,
    });
  });

  test("is sent again without the extras to a server that refuses unknown fields, and stays so", async () => {
    const error = { message: "Unrecognized request argument supplied: return_progress", type: "invalid_request_error" };
    const strict: ScriptEntry = (body) =>
      JSON.stringify(body).includes("return_progress") ? { kind: "status", status: 400, body: { error } } : "plain";
    const { client, server } = await serve(strict);
    expect(await client.ask(PROMPT, LIMITS, never())).toMatchObject({ kind: "text", text: "plain" });
    expect(await client.ask(PROMPT, LIMITS, never())).toMatchObject({ kind: "text", text: "plain" });
    expect(server.asks).toHaveLength(3);
  });

  test("tells nothing about the machine, and no secret that is meant for another server", async () => {
    vi.stubEnv("OPENAI_API_KEY", KEY);
    vi.stubEnv("OPENAI_ADMIN_KEY", KEY);
    vi.stubEnv("OPENAI_ORG_ID", KEY);
    vi.stubEnv("OPENAI_PROJECT_ID", KEY);
    vi.stubEnv("OPENAI_CUSTOM_HEADERS", `Authorization: ${KEY}\nX-Gateway: ${KEY}`);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { client, server } = await serve("ok");
    await client.ask(PROMPT, LIMITS, never());
    await client.health(never());
    expect(server.requests).toHaveLength(3);
    expect(JSON.stringify(server.requests)).not.toMatch(/sk-planted|linux|v20|authorization/i);
  });

  test("is made without a word on the terminal, whatever comes back", async () => {
    const printed = (["log", "info", "warn", "error", "debug"] as const).map((level) => vi.spyOn(console, level));
    onTestFinished(() => void vi.restoreAllMocks());
    const { client } = await serve({ kind: "raw", body: "data: {half\n\n", contentType: "text/event-stream" });
    await client.ask(PROMPT, LIMITS, never());
    for (const spy of printed) expect(spy).not.toHaveBeenCalled();
  });

  test("has the key, which no failure ever shows", async () => {
    const echo: LlamaReply = { kind: "status", status: 401, body: { error: { message: `bad key Bearer ${KEY}` } } };
    const late: LlamaReply = { kind: "error event", text: "", error: { message: `${"x".repeat(290)}${KEY}` } };
    const { client, server } = await serve([echo, late], { apiKey: KEY });
    const replies = [await client.ask(PROMPT, LIMITS, never()), await client.ask(PROMPT, LIMITS, never())];
    expect(server.asks[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
    expect(JSON.stringify(replies)).not.toContain("sk-planted");
    expect(replies.map((reply) => reply.kind)).toEqual(["failed", "failed"]);
  });

  test("of a URL with a password fails without showing it", async () => {
    const client = openaiClient({
      name: "local",
      url: "http://me:s3cret-pw@127.0.0.1:9/v1?token=t0ken",
      clock: systemClock,
    });
    expect(client.endpoint).toBe("http://127.0.0.1:9/v1");
    const reply = failed(await client.ask(PROMPT, LIMITS, never()));
    expect(JSON.stringify(reply)).not.toMatch(/s3cret-pw/);
  });
});

function failed(reply: Awaited<ReturnType<ModelClient["ask"]>>) {
  if (reply.kind !== "failed") throw new Error(`expected a failure, got the text ${JSON.stringify(reply.text)}`);
  return reply;
}

describe("what a server cannot do", () => {
  test("is asked for once: a grammar that it refuses is left out from then on, and the rest of the request stays", async () => {
    const error = { message: "failed to parse grammar", type: "invalid_request_error" };
    const strict: ScriptEntry = (body) =>
      JSON.stringify(body).includes("grammar") ? { kind: "status", status: 400, body: { error } } : "plain";
    const { client, server } = await serve(strict);
    expect((await client.traits(never())).takesGrammar).toBe(true);
    const bound = { ...LIMITS, grammar: 'root ::= "x"' };
    expect(await client.ask(PROMPT, bound, never())).toMatchObject({ kind: "text", text: "plain" });
    expect((await client.traits(never())).takesGrammar).toBe(false);
    expect(server.asks.map(({ body }) => JSON.stringify(body).includes("return_progress"))).toEqual([true, true]);
  });

  test("is asked again when it was loading: what it can take is not guessed for long", async () => {
    const { client } = await serve("x", { loadingRequests: 2 });
    expect(await client.traits(never())).toEqual({ outputTokens: 8_000, takesGrammar: false });
    expect(await client.traits(never())).toEqual({ outputTokens: 8_000, takesGrammar: true, contextTokens: 4_096 });
  });

  test("a prompt that it cut without a word is found out, and not taken for answered", async () => {
    const body = [
      { choices: [{ index: 0, delta: { content: "patch" }, finish_reason: "stop" }] },
      { choices: [], usage: { prompt_tokens: 512, completion_tokens: 2 } },
    ].map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`);
    const { client } = await serve({ kind: "raw", body: body.join(""), contentType: "text/event-stream" });
    const { failure } = failed(await client.ask({ ...PROMPT, user: "word ".repeat(4_000) }, LIMITS, never()));
    expect(failure).toMatchObject({ class: "context overflow", message: expect.stringContaining("only 512 tokens") });
    expect(await client.ask(PROMPT, LIMITS, never())).toMatchObject({ kind: "text", text: "patch" });
  });

  test("completions go past its chat template where that is asked for", async () => {
    const { client, server } = await serve("x", { api: "completions" });
    await client.ask(PROMPT, LIMITS, never());
    expect(server.requests.at(-1)).toMatchObject({
      path: "/v1/completions",
      body: { prompt: `${PROMPT.system}\n\n${PROMPT.user}`, max_tokens: 100 },
    });
  });
});

test("what was written before a call failed is counted", async () => {
  const { client } = await serve({ kind: "cut", text: "twelve chars" });
  expect(failed(await client.ask(PROMPT, LIMITS, never())).usage).toMatchObject({ outputTokens: 3, estimated: true });
});
