import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FailureClass, ModelFailure, QuestionFor, Tier, TierReply, Usage } from "../../src/core/model.ts";
import type { Role } from "../../src/core/prompt.ts";
import { recorded } from "../../src/model/record.ts";
import { parseRecording } from "../../src/model/recording.ts";
import { replayClient } from "../../src/model/replay.ts";
import { LIMITS, PROMPT } from "../contract/model-client.ts";

const never = () => new AbortController().signal;

const USAGE: Usage = { promptTokens: 120, cachedTokens: 90, outputTokens: 33, estimated: false, costUsd: 0.0125 };

const answer = (text: string, more: Partial<Extract<TierReply, { kind: "text" }>> = {}): TierReply => ({
  kind: "text",
  model: "qwen",
  text,
  finish: "stop",
  usage: USAGE,
  durationMs: 1_234,
  ...more,
});

const failed = (failure: ModelFailure): TierReply => ({
  kind: "failed",
  model: "qwen",
  failure,
  durationMs: 60_000,
  tried: [{ model: "qwen", endpoint: "http://127.0.0.1:8000/v1", failure, calls: 1 }],
  retryAt: 0,
});

const questionOf = (role: Role, attempt: number): QuestionFor => {
  const prompt = { ...PROMPT, purpose: { taskId: "T001", role, attempt } };
  return async () => ({ prompt, options: LIMITS });
};

/** Asks a tier that gives \`replies\` one after the other, each for the next attempt of T001. */
async function record(replies: readonly TierReply[]) {
  const lines: string[] = [];
  const client = replayClient({ name: "local", file: "none", readText: () => "" });
  const tier: Tier = { name: "TIER3", chain: [client] };
  const left = [...replies];
  const ask = recorded<undefined>(
    async ({ chain }, questionFor) => {
      for (const each of chain) await questionFor(each, 0);
      const reply = left.shift();
      if (reply === undefined) throw new Error("asked too often");
      return reply;
    },
    (line) => lines.push(line),
  );
  const given: TierReply[] = [];
  for (const [index] of replies.entries())
    given.push(await ask(tier, questionOf("builder", index + 1), undefined, never()));
  return { given, lines, text: lines.join("") };
}

/** The same questions to a replay of \`text\`. */
async function replayed(text: string, count: number) {
  const client = replayClient({ name: "replay", file: "a.ndjson", readText: () => text });
  const replies = [];
  for (let attempt = 1; attempt <= count; attempt += 1) {
    const prompt = { ...PROMPT, purpose: { taskId: "T001", role: "builder" as const, attempt } };
    replies.push(await client.ask(prompt, { ...LIMITS, maxCharacters: 1_000_000 }, never()));
  }
  return replies;
}

test("an answer becomes one line with who was asked for what, how it ended, what it cost and how long it took", async () => {
  const { lines } = await record([answer("fix\nit")]);
  expect(lines).toEqual([expect.stringMatching(/^[^\n]+\n$/)]);
  expect(JSON.parse(lines[0] ?? "")).toEqual({
    task: "T001",
    role: "builder",
    attempt: 1,
    model: "qwen",
    text: "fix\nit",
    finish: "stop",
    usage: USAGE,
    durationMs: 1_234,
  });
});

test("the reply is handed on untouched, after its line was written", async () => {
  const reply = answer("fix");
  const { given } = await record([reply]);
  expect(given).toEqual([reply]);
  const ask = recorded<undefined>(
    async (tier, questionFor) => {
      for (const client of tier.chain) await questionFor(client, 0);
      return reply;
    },
    () => {
      throw new Error("the disk is full");
    },
  );
  const client = replayClient({ name: "local", file: "none", readText: () => "" });
  const asked = ask({ name: "TIER3", chain: [client] }, questionOf("builder", 1), undefined, never());
  await expect(asked).rejects.toThrow("the disk is full");
});

describe("a tier's failure", () => {
  const all: Readonly<Record<FailureClass, boolean>> = {
    "bad answer": true,
    timeout: true,
    "context overflow": true,
    refused: false,
    loading: false,
    overloaded: false,
    "rate limited": false,
    auth: false,
    aborted: false,
  };
  test.each(Object.entries(all) as [FailureClass, boolean][])(
    "of the class %s is written down: %s, as an attempt was spent on it or not",
    async (failureClass, isWritten) => {
      const { lines } = await record([failed({ class: failureClass, message: "m" })]);
      expect(lines).toHaveLength(isWritten ? 1 : 0);
    },
  );

  test("is played with its words, its cure and its time", async () => {
    const failure: ModelFailure = { class: "timeout", message: "sent nothing for 1 s", cure: "wait", dropped: true };
    const { text } = await record([failed(failure)]);
    expect(await replayed(text, 1)).toEqual([{ kind: "failed", model: "qwen", failure, durationMs: 60_000 }]);
  });
});

test("a question that no model could be asked leaves no line", async () => {
  const lines: string[] = [];
  const ask = recorded<undefined>(
    async (tier, questionFor) => {
      for (const client of tier.chain) await questionFor(client, 0);
      return failed({ class: "context overflow", message: "too long" });
    },
    (line) => lines.push(line),
  );
  const client = replayClient({ name: "local", file: "none", readText: () => "" });
  await ask({ name: "TIER3", chain: [client] }, async () => undefined, undefined, never());
  expect(lines).toEqual([]);
});

test("whatever was recorded is played alike, and recording the replay gives the same bytes", async () => {
  const count = fc.nat({ max: 1_000_000 });
  const usage = fc.record(
    {
      promptTokens: count,
      cachedTokens: count,
      outputTokens: count,
      estimated: fc.boolean(),
      costUsd: fc.double({ min: 0, max: 9, noNaN: true }),
    },
    { requiredKeys: ["promptTokens", "cachedTokens", "outputTokens", "estimated"] },
  );
  const reply = fc
    .record({
      text: fc.string({ unit: "binary", minLength: 1 }).filter((text) => text.trim() !== ""),
      finish: fc.constantFrom("stop" as const, "length" as const, "stopped" as const),
      usage,
      durationMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
    })
    .map(({ text, ...more }) => answer(text, { ...more, model: "a model" }));
  await fc.assert(
    fc.asyncProperty(fc.array(reply, { minLength: 1, maxLength: 4 }), async (replies) => {
      const { text } = await record(replies);
      const played = await replayed(text, replies.length);
      const again = await record(played.map((each) => each as TierReply));
      expect(again.text).toBe(text);
      expect(parseRecording(text, "a.ndjson")).toHaveLength(replies.length);
    }),
    { numRuns: 50 },
  );
});
