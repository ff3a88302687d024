/** Every fault of claude, in a tier: claude first, then a good model. Its words are those of Claude Code 2.1.197. */
import { describe, expect, test } from "vitest";
import type { AskOptions, FailureClass, QuestionFor } from "../../src/core/model.ts";
import { systemClock } from "../../src/io/clock.ts";
import { runProcess } from "../../src/io/process.ts";
import { type ClaudeOptions, claudeClient } from "../../src/model/claude/client.ts";
import { LIMITS, PROMPT } from "../contract/model-client.ts";
import { besideSpare, fixturePrograms, NOW, type Order, restMs, SPARE_TEXT } from "../support/model-chain.ts";
import { temporaryFolder } from "../support/temporary.ts";

function claude(options: Pick<ClaudeOptions, "run" | "program">) {
  const cwd = temporaryFolder();
  return claudeClient({ name: "cloud", cwd: () => cwd, clock: { ...systemClock, now: () => NOW }, ...options });
}

async function rig(orders: readonly Order[]) {
  const programs = fixturePrograms("FAKE_CLAUDE", orders);
  return { ...programs, ...(await besideSpare(claude({ run: programs.run }))) };
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

const complains = (status: number | null, result: string, errorName = "server_error"): Order => ({
  fault: "complains",
  complaint: { api_error_status: status, result, errorName },
});
const refused = (title: string, why: string): Fault => ({
  title,
  order: complains(null, `API Error: Unable to connect to API${why}`),
  class: "refused",
  says: /Unable to connect/,
  restMs: 15_000,
});
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

const LIMIT_EVENT = {
  type: "rate_limit_event",
  rate_limit_info: { status: "rejected", resetsAt: NOW / 1_000 + 7, rateLimitType: "five_hour" },
};
const LIMIT_RESULT = {
  type: "result",
  subtype: "success",
  is_error: true,
  api_error_status: 429,
  result: "Your limit",
};
const lines = (...events: readonly object[]): string => events.map((event) => `${JSON.stringify(event)}\n`).join("");

const FAULTS: readonly Fault[] = [
  {
    title: "429 without a time",
    order: complains(429, "API Error: Request rejected (429) · slow down", "rate_limit"),
    class: "rate limited",
    restMs: 60_000,
  },
  {
    title: "429 with the end of the limit",
    order: { fault: "babbles", stdout: lines(LIMIT_EVENT, LIMIT_RESULT), exitCode: 1 },
    class: "rate limited",
    restMs: 7_000,
  },
  {
    title: "a refused login",
    order: complains(401, "Invalid API key", "authentication_failed"),
    class: "auth",
    restMs: 600_000,
  },
  overloaded("500", complains(500, "API Error: 500 oops. This is a server-side issue")),
  overloaded("503", complains(503, "API Error: 503 try later")),
  overloaded("529", complains(529, "API Error: 529 Overloaded.", "overloaded")),
  overloaded("an error inside a stream with status 200", complains(null, "API Error: Overloaded")),
  hangs("a hang before the first word, by the wall clock", "hangs", { timeoutMs: 1_500 }),
  hangs("a hang before the first word, by the idle clock", "hangs", { idleMs: 1_500 }),
  hangs("a hang in the middle, by the wall clock", "stalls", { timeoutMs: 1_500 }),
  hangs("a hang in the middle, by the idle clock", "stalls", { idleMs: 1_500 }),
  badAnswer("half a JSON line", { fault: "babbles", stdout: '{"type":"res' }, /exit code 0.*\{"type":"res/),
  badAnswer("garbage", { fault: "babbles", stdout: "\u0000\u001b[2J\ufffd", exitCode: 139 }, /exit code 139/),
  badAnswer("silence", { fault: "babbles" }, /exit code 0 before its answer/),
  badAnswer("an empty answer", { fault: "empty" }, /no text at all/),
  badAnswer("a very long answer", { text: "x".repeat(20_000) }, /more than 10000 characters/),
  badAnswer("a line without end", { fault: "never ends its line" }, /more than 10000 characters/),
  badAnswer("endless repetition", { text: "again ".repeat(5_000) }, /more than 10000 characters/),
  badAnswer("a wish for a tool", { fault: "wants a tool" }, /the tool Bash/),
  badAnswer("an odd exit after the answer", { fault: "exits oddly" }, /exit code 3/),
  badAnswer("a reset", complains(null, "API Error: Unable to connect to API (ECONNRESET)"), /ECONNRESET/, 3),
  badAnswer("a program that is killed", { fault: "cut" }, /was ended by SIGKILL/, 3),
  refused("a refused connection, or a host name that does not exist", " (ConnectionRefused)"),
  refused("TLS to a server that does not speak it", " (UNKNOWN_CERTIFICATE_VERIFICATION_ERROR)"),
  refused("a certificate that nobody vouches for", ": Self-signed certificate detected. Check your proxy"),
];

describe("the next model answers after", () => {
  test.each(FAULTS)("$title", async ({ order, limits = {}, calls = 1, ...row }) => {
    const { ask, spare, clock, rests, started, alive } = await rig([order]);
    const { reply, failures, told } = await ask({ firstLimits: limits });
    expect(reply).toMatchObject({ kind: "text", model: "spare", text: SPARE_TEXT });
    expect(told).toEqual(Array(calls).fill(`cloud ${row.class}`));
    for (const { failure } of failures) expect(failure.message).toMatch(row.says ?? /^claude failed: /);
    expect(restMs(rests, "cloud", clock)).toBe(row.restMs);
    expect(spare.asks).toHaveLength(1);
    // Each with a child that it never ends.
    expect(started()).toHaveLength(2 * calls);
    expect(alive()).toEqual([]);
  });

  test("a program that is not there", async () => {
    const { ask, clock, rests } = await besideSpare(claude({ run: runProcess, program: "no-claude" }));
    const { reply, told } = await ask();
    expect(reply).toMatchObject({ kind: "text", model: "spare", text: SPARE_TEXT });
    expect([told, restMs(rests, "cloud", clock)]).toEqual([["cloud refused"], 15_000]);
  });
});

describe("a prompt that is too long", () => {
  const overflow = complains(400, "Prompt is too long · the request is ~210000 tokens (limit 200000)", "unknown");
  const halving: QuestionFor = async (_, overflows) =>
    overflows > 1 ? undefined : { prompt: { ...PROMPT, user: "x".repeat(8_000 >> overflows) }, options: LIMITS };

  test("is asked again, shorter, and claude answers", async () => {
    const { ask, inputs, alive } = await rig([overflow, { text: "fits" }]);
    const { reply, told } = await ask({ questionFor: halving });
    expect(reply).toMatchObject({ kind: "text", model: "cloud", text: "fits" });
    expect([told, inputs.map(({ length }) => length)]).toEqual([["cloud context overflow"], [8_000, 4_000]]);
    expect(alive()).toEqual([]);
  });

  test("even at its shortest is the next model's", async () => {
    const { ask, inputs, clock, rests } = await rig([overflow]);
    const { reply } = await ask({ questionFor: halving });
    expect(reply).toMatchObject({ kind: "text", model: "spare", text: SPARE_TEXT });
    expect([inputs.length, restMs(rests, "cloud", clock)]).toEqual([2, undefined]);
  });
});
