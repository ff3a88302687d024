import { describe, expect, test } from "vitest";
import type { ModelClient, QuestionFor } from "../../src/core/model.ts";
import { LIMITS, PROMPT } from "../contract/model-client.ts";
import { type Answer, ask, scripted, stoppedClock } from "../support/model-chain.ts";

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

  test.each(["refused", "rate limited", "auth", "bad answer", "timeout"] as const)(
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

  test("an overloaded server is asked four times, however long it took to load", async () => {
    const { client, calls } = scripted("a", ["loading", "loading", "loading", "overloaded"]);
    await ask([client]);
    expect(calls).toHaveLength(7);
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

describe("a quota", () => {
  const quota = (retryAt: number): Answer => ({ class: "rate limited", message: "slow down", retryAt });

  test.each([
    ["over by the next call is waited for, three calls long", 1, 3],
    ["over later than that is left to the next model", 2, 1],
  ])("that is %s", async (_, lastsMs, most) => {
    const clock = stoppedClock();
    const { client, calls } = scripted("a", [quota(clock.now() + lastsMs)]);
    const backoff = { firstMs: 1, longestMs: 1 };
    const { reply } = await ask([client, scripted("b", [{ text: "fix" }]).client], { clock, backoff });
    expect(reply).toMatchObject({ model: "b" });
    expect(calls).toHaveLength(most);
  });
});

describe("a prompt that is too long", () => {
  const TWO_OVERFLOWS: readonly Answer[] = ["context overflow", "context overflow"];

  /** Makes at most that many questions, and notes how often the model had called one too long. */
  function shrinking(most = Number.POSITIVE_INFINITY) {
    const asked: number[] = [];
    const questionFor: QuestionFor = async (_, overflows) => {
      asked.push(overflows);
      return overflows < most ? { prompt: PROMPT, options: LIMITS } : undefined;
    };
    return { asked, questionFor };
  }

  test.each([0, 5])("is made shorter until it fits, also after %i calls while the server loaded", async (loading) => {
    const { asked, questionFor } = shrinking();
    const { client } = scripted("a", [...Array<Answer>(loading).fill("loading"), ...TWO_OVERFLOWS, { text: "fix" }]);
    expect((await ask([client], { questionFor })).reply).toMatchObject({ kind: "text", model: "a", text: "fix" });
    expect(asked).toEqual([...Array<number>(loading).fill(0), 0, 1, 2]);
  });

  test("is made shorter twice, and then is the next model's, whose prompt is whole again", async () => {
    const { asked, questionFor } = shrinking();
    const models = [scripted("a", ["context overflow"]), scripted("b", [{ text: "fix" }])];
    const { reply } = await ask(
      models.map(({ client }) => client),
      { questionFor },
    );
    expect(reply).toMatchObject({ model: "b" });
    expect(asked).toEqual([0, 1, 2, 0]);
  });

  test.each([0, 1])("and cannot be made shorter after %i calls is asked no more", async (most) => {
    const { asked, questionFor } = shrinking(most);
    const { client, calls } = scripted("a", ["context overflow"]);
    const { reply } = await ask([client], { questionFor });
    expect(reply).toMatchObject({
      failure: { class: "context overflow", cure: expect.stringContaining("models.a.context") },
      tried: [{ model: "a", calls: most }],
    });
    expect([asked.length, calls.length]).toEqual([most + 1, most]);
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
