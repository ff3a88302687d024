/** Every fault of a server that speaks OpenAI's protocol, in a tier: a faulty model first, then a good one. */
import { describe, expect, test } from "vitest";
import type { AskOptions, FailureClass } from "../../src/core/model.ts";
import type { LlamaReply } from "../fixtures/servers/llama-replies.ts";
import {
  besideSpare,
  localModel,
  localServer,
  restMs,
  SPARE_TEXT,
  spareModel,
  unservedUrl,
  untrustedUrl,
} from "../support/model-chain.ts";

interface Fault {
  readonly title: string;
  readonly reply: LlamaReply;
  readonly limits?: Partial<AskOptions>;
  readonly class: FailureClass;
  readonly calls?: number;
  readonly says: RegExp;
  /** How long the model then rests; absent: not at all. */
  readonly restMs?: number;
  /** The request was still open when ralph, or the server, broke it off. */
  readonly isOpen?: true;
}

const stream = (body: string): LlamaReply => ({ kind: "raw", body, contentType: "text/event-stream" });
const status = (code: number, headers = {}): LlamaReply => ({ kind: "status", status: code, headers });
const endless = (unit: string): LlamaReply => ({
  kind: "text",
  text: unit.repeat(Math.ceil(4_000_000 / unit.length)),
  chunk: 400,
  pauseMs: 1,
});
const TRICKLE: LlamaReply = { kind: "text", text: "x = 1;".repeat(9), chunk: 1, pauseMs: 50 };
const ROOMY = { maxCharacters: 1_000_000 };

const timesOut = (title: string, reply: LlamaReply, limits: Partial<AskOptions>): Fault => ({
  title,
  reply,
  limits,
  class: "timeout",
  says: limits.idleMs === undefined ? /did not finish its answer within 0\.3 s/ : /sent nothing for 0\.3 s/,
  isOpen: true,
});

const FAULTS: readonly Fault[] = [
  { title: "429 without a time", reply: status(429), class: "rate limited", says: /answered 429/, restMs: 60_000 },
  {
    title: "429 with Retry-After",
    reply: status(429, { "retry-after": "7" }),
    class: "rate limited",
    says: /answered 429/,
    restMs: 7_000,
  },
  {
    title: "429 with a Retry-After that is never true",
    reply: status(429, { "retry-after": "0" }),
    class: "rate limited",
    calls: 3,
    says: /answered 429/,
    restMs: 60_000,
  },
  { title: "401", reply: status(401), class: "auth", says: /answered 401/, restMs: 600_000 },
  { title: "404", reply: status(404), class: "refused", says: /answered 404/, restMs: 15_000 },
  { title: "500", reply: status(500), class: "overloaded", calls: 4, says: /answered 500/, restMs: 30_000 },
  {
    title: "503 that is not of loading",
    reply: status(503),
    class: "overloaded",
    calls: 4,
    says: /answered 503/,
    restMs: 30_000,
  },
  timesOut("a hang before the headers, by the wall clock", { kind: "hang" }, { timeoutMs: 300 }),
  timesOut("a hang before the headers, by the idle clock", { kind: "hang" }, { idleMs: 300 }),
  timesOut("a hang in the middle, by the wall clock", { kind: "stall", text: "--- a/x" }, { timeoutMs: 300 }),
  timesOut("a hang in the middle, by the idle clock", { kind: "stall", text: "--- a/x" }, { idleMs: 300 }),
  timesOut("an answer that trickles past the wall clock", TRICKLE, { timeoutMs: 300 }),
  { title: "half a JSON line", reply: stream('data: {"choices":[{"del\n\n'), class: "bad answer", says: /not JSON/ },
  {
    title: "half a JSON line at which the stream ends",
    reply: stream('data: {"choices":[{"delta":{"content":"x"}}]}\n\ndata: {"choices":[{"del'),
    class: "bad answer",
    calls: 3,
    says: /broke off/,
  },
  {
    title: "an error inside a stream with status 200",
    reply: { kind: "error event", text: "--- a/x", error: { code: 500, message: "slot lost" } },
    class: "overloaded",
    calls: 4,
    says: /slot lost/,
    restMs: 30_000,
  },
  {
    title: "an error in words inside a stream with status 200",
    reply: { kind: "error event", text: "--- a/x", error: "out of memory" },
    class: "bad answer",
    says: /out of memory/,
  },
  {
    title: "garbage",
    reply: { kind: "raw", body: "\u0000\u001b[2J<html>\ufffd", contentType: "text/html" },
    class: "bad answer",
    says: /not a streamed chat completion/,
  },
  { title: "an empty answer", reply: { kind: "text", text: "" }, class: "bad answer", says: /no text at all/ },
  { title: "an answer of blanks", reply: { kind: "text", text: " \n\t" }, class: "bad answer", says: /no text at all/ },
  {
    title: "a very long answer",
    reply: { kind: "flood", bytes: 50_000_000, as: "events" },
    class: "bad answer",
    says: /more than 10000 characters/,
    isOpen: true,
  },
  {
    title: "the endless repetition of a word",
    reply: endless("again "),
    limits: ROOMY,
    class: "bad answer",
    says: /again and again/,
    isOpen: true,
  },
  {
    title: "the endless repetition of a paragraph",
    reply: endless(`The function add() subtracts.\n${"It should add its two numbers.\n".repeat(3)}Let me mend it.\n`),
    limits: ROOMY,
    class: "bad answer",
    says: /again and again/,
    isOpen: true,
  },
  {
    title: "a reset before the answer",
    reply: { kind: "drop" },
    class: "bad answer",
    calls: 3,
    says: /broke off/,
    isOpen: true,
  },
  {
    title: "a reset in the middle",
    reply: { kind: "cut", text: "--- a/x" },
    class: "bad answer",
    calls: 3,
    says: /broke off/,
    isOpen: true,
  },
  {
    title: "a clean end in the middle",
    reply: { kind: "cut", text: "--- a/x", clean: true },
    class: "bad answer",
    calls: 3,
    says: /broke off/,
  },
];

describe("the next model answers after", () => {
  test.each(FAULTS)("$title", async ({ reply: fault, limits = {}, calls = 1, isOpen = false, ...row }) => {
    const { server, client } = await localServer(fault);
    const { ask, spare, clock, rests } = await besideSpare(client);
    const { reply, failures, told } = await ask({ firstLimits: limits });
    expect(reply).toMatchObject({ kind: "text", model: "spare", text: SPARE_TEXT });
    expect(told).toEqual(Array(calls).fill(`local ${row.class}`));
    for (const { failure } of failures) expect(failure.message).toMatch(row.says);
    expect([server.asks.length, spare.asks.length]).toEqual([calls, 1]);
    expect(restMs(rests, "local", clock)).toBe(row.restMs);
    await server.quiet();
    expect(server.asks.map(({ isAbandoned }) => isAbandoned)).toEqual(Array(calls).fill(isOpen));
  });

  const speaksNoTls = async () => (await spareModel()).server.url.replace("http:", "https:");

  test.each([
    ["a refused connection", unservedUrl, /nothing listens there/],
    ["a host name that does not exist", async () => "http://ralph.invalid:8000/v1", /host name/],
    ["TLS to a server that does not speak it", speaksNoTls, /no secure connection \(ERR_SSL\w+\)/],
    ["a certificate that nobody vouches for", untrustedUrl, /no secure connection \(\w*SELF_SIGNED\w*\)/],
  ])("%s", async (_, place, says) => {
    const { ask, clock, rests } = await besideSpare(localModel(await place()));
    const { reply, failures, told } = await ask();
    expect(reply).toMatchObject({ kind: "text", model: "spare", text: SPARE_TEXT });
    expect(told).toEqual(["local refused"]);
    expect(failures[0]?.failure.message).toMatch(says);
    expect(restMs(rests, "local", clock)).toBe(15_000);
  });
});
