import { describe, expect, test } from "vitest";
import type { Clock } from "../../src/core/clock.ts";
import type { FailedReply, FailureClass, ModelClient, ModelFailure, Tier } from "../../src/core/model.ts";
import { askTier, type TierOptions } from "../../src/model/ask.ts";
import { LIMITS, PROMPT } from "../contract/model-client.ts";

const USAGE = { promptTokens: 1, cachedTokens: 0, outputTokens: 1, estimated: true };
const AT_ONCE = { firstMs: 0, longestMs: 0 };

type Answer = FailureClass | ModelFailure | { readonly text: string } | { readonly takesMs: number };

/** A clock that moves only when a model takes its time. */
function stoppedClock(): Clock & { pass(ms: number): void } {
  let time = 1_000;
  return { now: () => time, monotonic: () => time, pass: (ms) => void (time += ms) };
}

/** Answers its n-th call with the n-th answer; the last one repeats. */
function scripted(name: string, answers: readonly Answer[], clock = stoppedClock()) {
  const calls: number[] = [];
  const failed = (failure: ModelFailure): FailedReply => ({ kind: "failed", model: name, failure, durationMs: 1 });
  const client: ModelClient = {
    name,
    endpoint: `http://${name}`,
    health: async () => ({ ok: true, detail: "" }),
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

async function ask(
  chain: readonly ModelClient[],
  more: Partial<TierOptions> = {},
  signal = new AbortController().signal,
) {
  const told: string[] = [];
  const onFailure = ({ model, failure }: FailedReply) => void told.push(`${model} ${failure.class}`);
  const tier: Tier = { name: "TIER3", chain };
  const reply = await askTier(
    tier,
    PROMPT,
    { ...LIMITS, clock: stoppedClock(), backoff: AT_ONCE, onFailure, ...more },
    signal,
  );
  return { reply, told };
}

describe("the chain of a tier", () => {
  test("the first model that answers is the last one asked", async () => {
    const [first, second, third] = [
      scripted("a", ["refused"]),
      scripted("b", [{ text: "fix" }]),
      scripted("c", [{ text: "no" }]),
    ];
    const { reply, told } = await ask([first.client, second.client, third.client]);
    expect(reply).toMatchObject({ kind: "text", model: "b", text: "fix" });
    expect(told).toEqual(["a refused"]);
    expect(third.calls).toHaveLength(0);
  });

  test.each(["refused", "rate limited", "context overflow", "auth", "bad answer", "timeout"] as const)(
    "a model whose failure is '%s' is not asked twice",
    async (failure) => {
      const [first, second] = [scripted("a", [failure]), scripted("b", [{ text: "fix" }])];
      expect((await ask([first.client, second.client])).reply).toMatchObject({ model: "b" });
      expect(first.calls).toHaveLength(1);
    },
  );

  test("when all fail, the last failure is told together with all that was tried", async () => {
    const { reply, told } = await ask([scripted("a", ["auth"]).client, scripted("b", ["overloaded"]).client]);
    expect(reply).toMatchObject({
      kind: "failed",
      model: "b",
      failure: { class: "overloaded" },
      tried: [
        { model: "a", endpoint: "http://a", failure: { class: "auth" }, calls: 1 },
        { model: "b", endpoint: "http://b", failure: { class: "overloaded" }, calls: 4 },
      ],
    });
    expect(told).toHaveLength(5);
  });

  test("a tier without a model fails with the cure", async () => {
    expect((await ask([])).reply).toMatchObject({
      failure: { class: "refused", cure: expect.stringContaining("TIER3") },
    });
  });
});

describe("what passes by itself is waited for", () => {
  test("a loading server is asked until it answers", async () => {
    const { client, calls } = scripted("a", [...Array<Answer>(30).fill("loading"), { text: "awake" }]);
    expect((await ask([client])).reply).toMatchObject({ kind: "text", text: "awake" });
    expect(calls).toHaveLength(31);
  });

  test("an overloaded server is asked four times", async () => {
    const { client, calls } = scripted("a", ["overloaded"]);
    await ask([client]);
    expect(calls).toHaveLength(4);
  });

  test("a dropped connection is tried three times, any other bad answer once", async () => {
    const { client, calls } = scripted("a", [{ class: "bad answer", message: "cut", dropped: true }]);
    await ask([client]);
    expect(calls).toHaveLength(3);
  });

  test("no call is made for which the model's wall clock has no time left", async () => {
    const clock = stoppedClock();
    const { client, calls } = scripted("a", ["loading"]);
    const askSlowly: ModelClient["ask"] = (...args) => {
      clock.pass(400);
      return client.ask(...args);
    };
    await ask([{ ...client, ask: askSlowly }], { clock, timeoutMs: 1_000 });
    expect(calls).toEqual([1_000, 600, 200]);
  });

  test("no wait is begun that would outlast the model's wall clock", async () => {
    const { client, calls } = scripted("a", ["loading"]);
    await ask([client], { timeoutMs: 1_000, backoff: { firstMs: 1_000, longestMs: 1_000 } });
    expect(calls).toHaveLength(1);
  });
});

describe("time", () => {
  test("each model of the chain has the wall clock anew", async () => {
    const clock = stoppedClock();
    const [first, second] = [scripted("a", [{ takesMs: 9_999 }], clock), scripted("b", [{ text: "fix" }])];
    await ask([first.client, second.client], { clock, timeoutMs: 1_000 });
    expect(second.calls).toEqual([1_000]);
  });

  test("the tier's deadline ends the chain, and shortens a model's wall clock", async () => {
    const clock = stoppedClock();
    const models = ["a", "b", "c"].map((name) => scripted(name, [{ takesMs: 9_999 }], clock));
    const { reply } = await ask(
      models.map(({ client }) => client),
      { clock, timeoutMs: 1_000, deadline: clock.monotonic() + 1_500 },
    );
    expect(models.map(({ calls }) => calls)).toEqual([[1_000], [500], []]);
    expect(reply).toMatchObject({ kind: "failed", model: "b", failure: { class: "timeout" } });
  });
});

describe("an abort", () => {
  test("ends the wait between two calls, and is no failure of the model", async () => {
    const controller = new AbortController();
    const { client, calls } = scripted("a", ["loading"]);
    const other = scripted("b", [{ text: "fix" }]);
    const backoff = { firstMs: 3_600_000, longestMs: 3_600_000 };
    const asking = ask(
      [client, other.client],
      { backoff, timeoutMs: 1e12, onFailure: () => controller.abort() },
      controller.signal,
    );
    expect((await asking).reply).toMatchObject({ kind: "failed", failure: { class: "aborted" } });
    expect([calls.length, other.calls.length]).toEqual([1, 0]);
  });

  test("during a call ends the chain", async () => {
    const [first, second] = [scripted("a", ["aborted"]), scripted("b", [{ text: "fix" }])];
    const { reply, told } = await ask([first.client, second.client]);
    expect(reply).toMatchObject({ kind: "failed", model: "a", failure: { class: "aborted" } });
    expect([told, second.calls]).toEqual([[], []]);
  });

  test("without an Error as its reason ends it too", async () => {
    const { reply } = await ask([scripted("a", [{ text: "fix" }]).client], {}, AbortSignal.abort("stop file"));
    expect(reply).toMatchObject({ kind: "failed", failure: { class: "aborted" } });
  });
});

test("what the listener throws goes through untouched", async () => {
  const lost = new Error("lease lost");
  const onFailure = () => Promise.reject(lost);
  await expect(ask([scripted("a", ["loading"]).client], { onFailure })).rejects.toBe(lost);
});
