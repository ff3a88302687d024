/** Every fault of opencode, in a tier: opencode first, then a good model. Its words are those of opencode 1.18.33. */
import { describe, expect, onTestFinished, test } from "vitest";
import type { AskOptions, FailureClass, QuestionFor } from "../../src/core/model.ts";
import { systemClock } from "../../src/io/clock.ts";
import { runProcess } from "../../src/io/process.ts";
import { type OpencodeOptions, opencodeClient } from "../../src/model/opencode/client.ts";
import { LIMITS, PROMPT } from "../contract/model-client.ts";
import { besideSpare, fixturePrograms, NOW, type Order, restMs, SPARE_TEXT } from "../support/model-chain.ts";
import { temporaryFolder } from "../support/temporary.ts";

function opencode(options: Pick<OpencodeOptions, "run" | "program" | "serve">) {
  const folder = temporaryFolder();
  const client = opencodeClient({
    name: "glm",
    model: "zai/glm-4.6",
    cwd: () => folder,
    stateFolder: () => folder,
    clock: { ...systemClock, now: () => NOW },
    ...options,
  });
  onTestFinished(() => client.close());
  return client;
}

async function rig(orders: readonly Order[], serve = false) {
  const programs = fixturePrograms("FAKE_OPENCODE", orders);
  const client = opencode({ run: programs.run, serve });
  return { ...programs, ...(await besideSpare(client)), close: () => client.close() };
}

interface Fault {
  readonly title: string;
  readonly order: Order;
  readonly limits?: Partial<AskOptions>;
  readonly class: FailureClass;
  readonly calls?: number;
  readonly says?: RegExp;
  /** How long the model then rests; absent: not at all. */
  readonly restMs?: number;
}

const complains = (statusCode: number | undefined, message: string, responseHeaders: object = {}): Order => ({
  fault: "complains",
  error: { name: "APIError", data: { message, statusCode, isRetryable: false, responseHeaders } },
});
const AWAY = "Cannot connect to API: Unable to connect. Is the computer able to access the url?";
const overloaded = (title: string, order: Order): Fault => ({
  title,
  order,
  class: "overloaded",
  calls: 4,
  restMs: 30_000,
});
const badAnswer = (title: string, order: Order, says: RegExp, calls = 1): Fault => ({
  title,
  order,
  class: "bad answer",
  calls,
  says,
});
const hangs = (title: string, fault: string, limits: Partial<AskOptions>): Fault => ({
  title,
  order: { fault },
  limits,
  class: "timeout",
  says: limits.idleMs === undefined ? /did not finish its answer within 1\.5 s/ : /sent nothing for 1\.5 s/,
});
const HALF = '{"type":"step_finish","part":{"type":"step-fin';

const FAULTS: readonly Fault[] = [
  { title: "429 without a time", order: complains(429, "slow down"), class: "rate limited", restMs: 60_000 },
  {
    title: "429 with Retry-After",
    order: complains(429, "slow down", { "retry-after": "7" }),
    class: "rate limited",
    restMs: 7_000,
  },
  { title: "a refused key", order: complains(401, "bad key"), class: "auth", restMs: 600_000 },
  overloaded("500", complains(500, "boom")),
  overloaded("503 that is not of loading", complains(503, "try later")),
  overloaded("an error inside a stream with status 200", complains(undefined, "Overloaded")),
  hangs("a hang before the first word, by the wall clock", "hangs", { timeoutMs: 1_500 }),
  hangs("a hang before the first word, by the idle clock", "hangs", { idleMs: 1_500 }),
  hangs("a hang in the middle, by the wall clock", "stalls", { timeoutMs: 1_500 }),
  hangs("a hang in the middle, by the idle clock", "stalls", { idleMs: 1_500 }),
  badAnswer("half a JSON line", { fault: "babbles", stdout: HALF }, /exit code 0 .*\{"type":"step_finish"/, 3),
  badAnswer("garbage", { fault: "babbles", stdout: "\u0000\ufffd", exitCode: 139 }, /exit code 139/, 3),
  badAnswer("silence", { fault: "babbles" }, /exit code 0 without a complete answer/, 3),
  badAnswer("an empty answer", { fault: "empty" }, /no text at all/),
  badAnswer("a very long answer", { text: "x".repeat(20_000) }, /more than 10000 characters/),
  badAnswer("endless repetition", { text: "again ".repeat(5_000) }, /more than 10000 characters/),
  badAnswer("a wish for a tool", { fault: "wants a tool" }, /the tool bash/),
  badAnswer("an odd exit after the answer", { fault: "exits oddly" }, /exit code 3/, 3),
  badAnswer("a reset", complains(undefined, "The socket connection was closed unexpectedly."), /socket/, 3),
  badAnswer("a program that is killed", { fault: "cut" }, /was ended by SIGKILL/, 3),
  {
    title: "a refused connection, a host name that does not exist, or TLS to a server that does not speak it",
    order: complains(undefined, AWAY),
    class: "refused",
    restMs: 15_000,
  },
];

describe("the next model answers after", () => {
  test.each(FAULTS)("$title", async ({ order, limits = {}, calls = 1, ...row }) => {
    const { ask, spare, clock, rests, started, alive } = await rig([order]);
    const { reply, failures, told } = await ask({ firstLimits: limits });
    expect(reply).toMatchObject({ kind: "text", model: "spare", text: SPARE_TEXT });
    expect(told).toEqual(Array(calls).fill(`glm ${row.class}`));
    for (const { failure } of failures) expect(failure.message).toMatch(row.says ?? /^opencode zai\/glm-4.6 failed/);
    expect(restMs(rests, "glm", clock)).toBe(row.restMs);
    expect(spare.asks).toHaveLength(1);
    // Each with a child that it never ends.
    expect(started()).toHaveLength(2 * calls);
    expect(alive()).toEqual([]);
  });

  test.each([false, true])("a program that is not there (served: %s)", async (serve) => {
    const client = opencode({ run: runProcess, program: "opencode-that-is-not-there", serve });
    const { ask, clock, rests } = await besideSpare(client);
    const { reply, told } = await ask();
    expect(reply).toMatchObject({ kind: "text", model: "spare", text: SPARE_TEXT });
    expect([told, restMs(rests, "glm", clock)]).toEqual([["glm refused"], 15_000]);
  });
});

const retries = (message: string, inMs: number): Order => ({ fault: "retries", retry: { message, next: NOW + inMs } });

/** `calls` are those of the model; the program runs on from one to the next where it is still well. */
const SERVED: readonly (Fault & { readonly programs?: number })[] = [
  { title: "429", order: retries("Too Many Requests", 7_000), class: "rate limited", says: /Too Many/, restMs: 7_000 },
  { title: "500", order: retries("boom", 0), class: "overloaded", calls: 4, restMs: 30_000 },
  {
    title: "500 of a server that asks for patience",
    order: retries("boom", 9_000),
    class: "overloaded",
    restMs: 30_000,
  },
  { title: "a refused connection", order: retries(AWAY, 1), class: "refused", restMs: 15_000 },
  badAnswer("a reset", retries("The socket connection was closed unexpectedly.", 1), /socket/, 3),
  badAnswer("an empty answer", { fault: "empty" }, /no text at all/),
  badAnswer("a very long answer", { fault: "stalls", text: "x".repeat(20_000) }, /more than 10000 characters/),
  { ...badAnswer("a program that is killed", { fault: "cut" }, /lost the connection/, 3), programs: 3 },
  hangs("a hang before the first word", "hangs", { timeoutMs: 1_500 }),
  hangs("a hang in the middle", "stalls", { idleMs: 1_500 }),
  hangs("a program that freezes", "freezes", { idleMs: 1_500 }),
];

describe("the next model answers after an opencode that is served has", () => {
  test.each(SERVED)("$title", async ({ order, limits = {}, calls = 1, programs = 1, ...row }) => {
    const { ask, clock, rests, started, alive, close } = await rig([order], true);
    const { reply, failures, told } = await ask({ firstLimits: limits });
    expect(reply).toMatchObject({ kind: "text", model: "spare", text: SPARE_TEXT });
    expect(told).toEqual(Array(calls).fill(`glm ${row.class}`));
    for (const { failure } of failures) expect(failure.message).toMatch(row.says ?? /^opencode zai\/glm-4.6 failed/);
    expect(restMs(rests, "glm", clock)).toBe(row.restMs);
    await close();
    expect(started()).toHaveLength(2 * programs);
    expect(alive()).toEqual([]);
  });
});

describe("opencode answers", () => {
  const overflow = { fault: "complains", error: { name: "ContextOverflowError", data: { message: "too long" } } };
  const halving: QuestionFor = async (_, overflows) =>
    overflows > 1 ? undefined : { prompt: { ...PROMPT, user: "x".repeat(8_000 >> overflows) }, options: LIMITS };

  test("when its server has loaded its model", async () => {
    const loading = complains(503, "Loading model");
    const { ask } = await rig([loading, loading, { text: "awake" }]);
    const { reply, told } = await ask();
    expect(reply).toMatchObject({ kind: "text", model: "glm", text: "awake" });
    expect(told).toEqual(["glm loading", "glm loading"]);
  });

  test("when it is asked again with a shorter prompt", async () => {
    const { ask, inputs, alive } = await rig([overflow, { text: "fits" }]);
    const { reply, told } = await ask({ questionFor: halving });
    expect(reply).toMatchObject({ kind: "text", model: "glm", text: "fits" });
    expect([told, inputs.map(({ length }) => length)]).toEqual([["glm context overflow"], [8_000, 4_000]]);
    expect(alive()).toEqual([]);
  });

  test("no prompt that is too long even at its shortest: the next model does", async () => {
    const { ask, inputs, clock, rests } = await rig([overflow]);
    const { reply } = await ask({ questionFor: halving });
    expect(reply).toMatchObject({ kind: "text", model: "spare", text: SPARE_TEXT });
    expect([inputs.length, restMs(rests, "glm", clock)]).toEqual([2, undefined]);
  });
});
