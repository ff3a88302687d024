/** What a tier with a real server of its own gets over without the next model, and how it comes back to it. */
import { describe, expect, test } from "vitest";
import type { AskOptions, QuestionFor, ReplyWatch } from "../../src/core/model.ts";
import { LIMITS, PROMPT } from "../contract/model-client.ts";
import type { ScriptEntry } from "../fixtures/servers/llama-server.ts";
import { besideSpare, localServer, restMs, SPARE_TEXT } from "../support/model-chain.ts";

describe("a server that loads its model", () => {
  test("is waited for until it answers", async () => {
    const { server, client } = await localServer([{ kind: "loading" }, { kind: "loading" }, "awake"]);
    const { ask, spare } = await besideSpare(client);
    const { reply, told } = await ask();
    expect(reply).toMatchObject({ kind: "text", model: "local", text: "awake" });
    expect(told).toEqual(["local loading", "local loading"]);
    expect([server.asks.length, spare.asks.length]).toEqual([3, 0]);
  });

  test("for longer than the model's wall clock is left to the next model, and rests", async () => {
    const { server, client } = await localServer({ kind: "loading" });
    const { ask, rests, clock } = await besideSpare(client);
    const onFailure = () => clock.pass(10_000);
    const { reply } = await ask({ onFailure, firstLimits: { timeoutMs: 30_000 } });
    expect(reply).toMatchObject({ kind: "text", model: "spare", text: SPARE_TEXT });
    expect(server.asks).toHaveLength(3);
    expect(rests.restOf("local")?.failure.class).toBe("loading");
  });
});

describe("a prompt that is too long for the server", () => {
  /** Every question is half as long as the one before; at most three are made. */
  const halving: QuestionFor = async ({ name }, overflows) =>
    overflows > 2
      ? undefined
      : { prompt: { ...PROMPT, user: `${name}:${"x".repeat(8_000 >> overflows)}` }, options: LIMITS };
  const overflowsAbove =
    (characters: number): ScriptEntry =>
    (body) =>
      JSON.stringify(body).length > characters ? { kind: "context overflow" } : "fits";

  test("is asked again, shorter, and the same model answers", async () => {
    const { server, client } = await localServer(overflowsAbove(5_000));
    const { ask, rests, clock } = await besideSpare(client);
    const { reply, told } = await ask({ questionFor: halving });
    expect(reply).toMatchObject({ kind: "text", model: "local", text: "fits" });
    expect(told).toEqual(["local context overflow"]);
    const [first, second] = server.asks.map(({ body }) => JSON.stringify(body).length);
    expect(second).toBe((first ?? 0) - 4_000);
    expect(restMs(rests, "local", clock)).toBeUndefined();
  });

  test("even at its shortest is the next model's, which gets the whole one", async () => {
    const { server, client } = await localServer(overflowsAbove(0));
    const { ask, spare, rests, clock } = await besideSpare(client);
    const { reply, told } = await ask({ questionFor: halving });
    expect(reply).toMatchObject({ kind: "text", model: "spare", text: SPARE_TEXT });
    expect(told).toEqual(Array(3).fill("local context overflow"));
    expect(server.asks).toHaveLength(3);
    expect(JSON.stringify(spare.asks[0]?.body)).toContain(`spare:${"x".repeat(8_000)}`);
    expect(restMs(rests, "local", clock)).toBeUndefined();
  });
});

test("a quota that is over at once is waited for", async () => {
  const { client } = await localServer([{ kind: "status", status: 429, headers: { "retry-after": "0" } }, "back"]);
  const { ask, spare } = await besideSpare(client);
  const { reply, told } = await ask();
  expect(reply).toMatchObject({ model: "local", text: "back" });
  expect([told, spare.asks.length]).toEqual([["local rate limited"], 0]);
});

describe("the preferred model", () => {
  const broken: ScriptEntry = { kind: "status", status: 500 };
  const ailing: readonly ScriptEntry[] = [broken, broken, broken, broken, "back"];

  test("is left alone while it rests, looked at once afterwards, and asked first again when it is well", async () => {
    const { server, client } = await localServer(ailing);
    const { ask, clock } = await besideSpare(client);
    const models = [];
    for (const ms of [0, 29_999, 1]) {
      clock.pass(ms);
      models.push((await ask()).reply.model);
    }
    expect(models).toEqual(["spare", "spare", "local"]);
    expect(server.asks).toHaveLength(5);
    expect(server.requests.filter(({ path }) => path === "/v1/models")).toHaveLength(1);
  });

  test("that is gone when its rest is over is not asked, but looked at, and rests again", async () => {
    const { server, client } = await localServer(ailing);
    const { ask, clock, rests } = await besideSpare(client);
    await ask();
    await server.close();
    clock.pass(30_000);
    const { reply, told } = await ask();
    expect(reply).toMatchObject({ kind: "text", model: "spare" });
    expect(told).toEqual([]);
    expect(rests.restOf("local")?.failure.message).toMatch(/nothing listens there.*health check/);
    expect(restMs(rests, "local", clock)).toBe(15_000);
  });
});

describe("a reply that is watched", () => {
  /** Ends a reply at the word END; `fed` has what each watch was given. */
  function watching(end: "complete" | "hopeless") {
    const fed: string[] = [];
    const watch = (): ReplyWatch => {
      const at = fed.push("") - 1;
      const text = () => fed[at] ?? "";
      return {
        feed: (chunk) => {
          fed[at] = text() + chunk;
          return text().includes("END") ? end : "open";
        },
        text: () => `${text().split("END")[0]}, closed`,
      };
    };
    return { fed, limits: { watch } satisfies Partial<AskOptions> };
  }
  const trickle = (text: string): ScriptEntry => ({ kind: "text", text, chunk: 4, pauseMs: 5 });

  test.each(["complete", "hopeless"] as const)("and is %s ends there, and the server is free at once", async (end) => {
    const { server, client } = await localServer(trickle(`a patchEND${" and more".repeat(10_000)}`));
    const { ask, spare } = await besideSpare(client);
    const { fed, limits } = watching(end);
    const { reply, told } = await ask({ firstLimits: limits });
    expect(reply).toMatchObject({
      kind: "text",
      model: "local",
      text: "a patch, closed",
      finish: "stopped",
      usage: { estimated: true, outputTokens: expect.any(Number) },
    });
    // A patch that is whole mostly ends the answer: a few words more are waited for.
    expect([told, spare.asks.length, (fed[0] ?? "").length < 60]).toEqual([[], 0, true]);
    await server.quiet();
    expect(server.asks.map(({ isAbandoned }) => isAbandoned)).toEqual([true]);
  });

  test("and stays open is whole, with the server's own count", async () => {
    const { client } = await localServer({ kind: "text", text: "a whole patch", reasoning: "this is the END" });
    const { ask } = await besideSpare(client);
    const { fed, limits } = watching("complete");
    const { reply } = await ask({ firstLimits: limits });
    expect(reply).toMatchObject({ text: "a whole patch", finish: "stop", usage: { estimated: false } });
    expect(fed).toEqual(["a whole patch"]);
  });

  test("has a watch of its own for each call", async () => {
    const { client } = await localServer([
      { kind: "cut", text: "E" },
      { kind: "cut", text: "ND" },
      trickle("ok END ."),
    ]);
    const { ask } = await besideSpare(client);
    const { fed, limits } = watching("complete");
    const { reply, told } = await ask({ firstLimits: limits });
    expect(reply).toMatchObject({ text: "ok , closed", finish: "stop" });
    expect(told).toEqual(["local bad answer", "local bad answer"]);
    expect(fed).toEqual(["E", "ND", "ok END ."]);
  });
});
