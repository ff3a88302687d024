import { describe, expect, test } from "vitest";
import type { FailureClass, Health, ModelFailure } from "../../src/core/model.ts";
import { breaker } from "../../src/model/breaker.ts";
import { type Answer, ask, restMs, scripted, stoppedClock } from "../support/model-chain.ts";

const failure = (what: FailureClass, retryAt?: number): ModelFailure => ({
  class: what,
  message: what,
  ...(retryAt !== undefined && { retryAt }),
});

function closedBreaker() {
  const clock = stoppedClock();
  const rests = breaker(clock);
  return { clock, rests, fail: (what: FailureClass, retryAt?: number) => rests.failed("a", failure(what, retryAt)) };
}

describe("rests", () => {
  /** `forgiven`: failures in a row without a rest. */
  const rows: readonly { class: FailureClass; forgiven: number; seconds: readonly number[] }[] = [
    { class: "refused", forgiven: 0, seconds: [15, 30, 60, 120, 240, 300, 300] },
    { class: "loading", forgiven: 0, seconds: [15, 30, 60, 120, 120] },
    { class: "overloaded", forgiven: 0, seconds: [30, 60, 120, 240, 300, 300] },
    { class: "rate limited", forgiven: 0, seconds: [60, 120, 240, 480, 960, 1_800, 1_800] },
    { class: "auth", forgiven: 0, seconds: [600, 600] },
    { class: "bad answer", forgiven: 2, seconds: [60, 120, 240, 480, 600, 600] },
    { class: "timeout", forgiven: 1, seconds: [60, 120, 240, 480, 600, 600] },
  ];

  test.each(rows)("after '$class' grow from failure to failure, up to a longest", ({ class: what, ...row }) => {
    const { clock, rests, fail } = closedBreaker();
    for (let n = 0; n < row.forgiven; n += 1) fail(what);
    expect([rests.restOf("a"), rests.isHalfOpen("a")]).toEqual([undefined, false]);
    const seen = row.seconds.map(() => {
      fail(what);
      const ms = restMs(rests, "a", clock) ?? 0;
      clock.pass(ms - 1);
      expect(rests.restOf("a")?.failure.class).toBe(what);
      clock.pass(1);
      expect([rests.restOf("a"), rests.isHalfOpen("a")]).toEqual([undefined, true]);
      return ms / 1_000;
    });
    expect(seen).toEqual(row.seconds);
  });

  test("are those of one model alone", () => {
    const { rests, fail } = closedBreaker();
    fail("auth");
    expect(rests.restOf("b")).toBeUndefined();
  });

  test("do not come from failures of different kinds", () => {
    const { rests, fail } = closedBreaker();
    for (const what of ["bad answer", "bad answer", "timeout", "bad answer"] as const) fail(what);
    expect(rests.restOf("a")).toBeUndefined();
  });

  test("begin anew after an answer", () => {
    const { clock, rests, fail } = closedBreaker();
    fail("refused");
    fail("refused");
    rests.succeeded("a");
    expect([rests.restOf("a"), rests.isHalfOpen("a")]).toEqual([undefined, false]);
    fail("refused");
    expect(restMs(rests, "a", clock)).toBe(15_000);
  });

  test("last until a quota's own end, where it has one", () => {
    const { clock, rests, fail } = closedBreaker();
    for (const ms of [7_000, 6 * 24 * 3_600_000]) {
      fail("rate limited", clock.now() + ms);
      expect(restMs(rests, "a", clock)).toBe(ms);
    }
  });

  test("take no quota's end that has passed already", () => {
    const { clock, rests, fail } = closedBreaker();
    fail("rate limited", clock.now());
    expect(restMs(rests, "a", clock)).toBe(60_000);
  });

  test.each(["aborted", "context overflow"] as const)("do not change with '%s', nor does what was counted", (what) => {
    const { clock, rests, fail } = closedBreaker();
    for (let n = 0; n < 20; n += 1) fail(what);
    expect([rests.restOf("a"), rests.isHalfOpen("a")]).toEqual([undefined, false]);
    fail("timeout");
    fail(what);
    fail("timeout");
    expect(restMs(rests, "a", clock)).toBe(60_000);
    clock.pass(60_000);
    fail(what);
    expect(rests.isHalfOpen("a")).toBe(true);
  });
});

/** A tier of "a", which answers and is as well as told, and of "b", which always answers; one breaker for all asks. */
function tierOf(answers: readonly Answer[], { alone = false } = {}) {
  const clock = stoppedClock();
  const rests = breaker(clock);
  const looks: number[] = [];
  let health: Health = { ok: true, detail: "" };
  const a = scripted("a", answers, clock, () => {
    looks.push(clock.now());
    return health;
  });
  const chain = alone ? [a.client] : [a.client, scripted("b", [{ text: "b's" }]).client];
  return {
    clock,
    rests,
    calls: a.calls,
    looks,
    feels: (next: Health) => void (health = next),
    ask: async (signal?: AbortSignal) => (await ask(chain, { clock, breaker: rests }, signal)).reply,
  };
}

const SICK: Health = { ok: false, detail: "nothing listens there", cure: "start it" };

describe("a tier", () => {
  test("does not ask a model that rests, and comes back to it by itself when it is well", async () => {
    const { ask: askOnce, clock, calls, looks } = tierOf(["refused", { text: "a's" }]);
    const models = [];
    for (const ms of [0, 14_999, 1, 0]) {
      clock.pass(ms);
      models.push((await askOnce()).model);
    }
    expect(models).toEqual(["b", "b", "a", "a"]);
    expect([calls.length, looks.length]).toEqual([3, 1]);
  });

  test("looks once at a model after its rest, and lets it rest longer where it is not well", async () => {
    const { ask: askOnce, clock, rests, calls, looks, feels } = tierOf(["refused", { text: "a's" }]);
    await askOnce();
    feels(SICK);
    clock.pass(15_000);
    expect(await askOnce()).toMatchObject({ model: "b" });
    expect(restMs(rests, "a", clock)).toBe(30_000);
    expect(rests.restOf("a")?.failure).toMatchObject({
      message: expect.stringContaining(SICK.detail),
      cure: SICK.cure,
    });
    expect(await askOnce()).toMatchObject({ model: "b" });
    expect([calls.length, looks.length]).toEqual([1, 1]);
  });

  test("asks a model that is loading after its rest: the question waits for it", async () => {
    const { ask: askOnce, clock, feels } = tierOf(["refused", "loading", { text: "a's" }]);
    await askOnce();
    feels({ ok: false, loading: true, detail: "loading" });
    clock.pass(15_000);
    expect(await askOnce()).toMatchObject({ model: "a", text: "a's" });
  });

  test("of one model says when it may be asked again, and asks it then", async () => {
    const { ask: askOnce, clock, calls } = tierOf(["refused", { text: "a's" }], { alone: true });
    const until = clock.now() + 15_000;
    expect(await askOnce()).toMatchObject({ kind: "failed", retryAt: until, tried: [{ model: "a", calls: 1 }] });
    clock.pass(14_999);
    expect(await askOnce()).toMatchObject({
      kind: "failed",
      failure: { class: "refused" },
      retryAt: until,
      tried: [{ model: "a", calls: 0 }],
    });
    clock.pass(1);
    expect(await askOnce()).toMatchObject({ kind: "text", text: "a's" });
    expect(calls).toHaveLength(2);
  });

  test.each([
    [["auth", "refused"], 15_000],
    [["auth", "bad answer"], 0],
  ] as const)("whose models fail with %j may be asked again after %i ms", async (classes, ms) => {
    const clock = stoppedClock();
    const chain = classes.map((what, at) => scripted(`m${at}`, [what]).client);
    expect((await ask(chain, { clock })).reply).toMatchObject({ retryAt: clock.now() + ms });
  });
});

describe("an abort", () => {
  test("of the call after a rest leaves everything as it was", async () => {
    const { ask: askOnce, clock, rests } = tierOf(["refused", "aborted", "refused"], { alone: true });
    await askOnce();
    clock.pass(15_000);
    expect(await askOnce()).toMatchObject({ failure: { class: "aborted" } });
    expect(rests.isHalfOpen("a")).toBe(true);
    await askOnce();
    expect(restMs(rests, "a", clock)).toBe(30_000);
  });

  test("of the look after a rest asks nobody", async () => {
    const { ask: askOnce, clock, rests, calls, feels } = tierOf(["refused"]);
    await askOnce();
    feels(SICK);
    clock.pass(15_000);
    expect(await askOnce(AbortSignal.abort())).toMatchObject({ failure: { class: "aborted" } });
    expect([calls.length, rests.isHalfOpen("a")]).toEqual([1, true]);
  });
});
