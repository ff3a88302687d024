import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addLine, type ClaudeAnswer, finishOf, NOTHING_SAID, usageOf } from "../../../src/model/claude/stream.ts";

const fold = (...events: readonly unknown[]): ClaudeAnswer =>
  events.map((event) => JSON.stringify(event)).reduce(addLine, NOTHING_SAID);

const assistant = (...content: readonly object[]) => ({
  type: "assistant",
  message: { model: "claude-opus-4-8", content, stop_reason: null },
});
const text = (words: string) => ({ type: "text", text: words });
const delta = (words: string) => ({
  type: "stream_event",
  event: { type: "content_block_delta", delta: { type: "text_delta", text: words } },
});

describe("the text of an answer", () => {
  test("is that of all messages in their order, without what is only in the result", () => {
    const answer = fold(assistant(text("first ")), assistant(text("second"), text(" third")), {
      type: "result",
      result: "third",
    });
    expect(answer.text).toBe("first second third");
  });

  test("has no reasoning in it", () => {
    expect(fold(assistant({ type: "thinking", thinking: "hm" }), assistant(text("yes"))).text).toBe("yes");
  });

  test("has none of claude's own words in it", () => {
    const event = {
      type: "assistant",
      message: { model: "<synthetic>", content: [text("API Error: 500")] },
      error: "server_error",
    };
    expect(fold(event)).toMatchObject({ text: "", errorName: "server_error" });
  });

  test("is counted while it grows, and once only", () => {
    const growing = fold(delta("abc"), delta("de"));
    expect(growing).toMatchObject({ text: "", unfinished: 5 });
    expect(addLine(growing, JSON.stringify(assistant(text("abcde"))))).toMatchObject({ text: "abcde", unfinished: 0 });
  });

  test("begins anew when claude asks again after a stream that broke off", () => {
    expect(fold(delta("abc"), { type: "stream_event", event: { type: "message_start" } }).unfinished).toBe(0);
  });
});

describe("the end of an answer", () => {
  test.each([
    ["end_turn", "stop"],
    ["stop_sequence", "stop"],
    [null, "stop"],
    ["max_tokens", "length"],
    ["model_context_window_exceeded", "length"],
    ["refusal", undefined],
    ["tool_use", undefined],
  ] as const)("stop_reason %s is %s", (reason, finish) => {
    expect(finishOf(fold({ type: "result", stop_reason: reason }))).toBe(finish);
  });

  test("is the limit when claude gave up letting the model go on", () => {
    const givenUp = { type: "assistant", message: { model: "<synthetic>", content: [] }, error: "max_output_tokens" };
    expect(finishOf(fold(assistant(text("part")), givenUp, { type: "result", stop_reason: "stop_sequence" }))).toBe(
      "length",
    );
  });
});

describe("what an answer cost", () => {
  test("counts cached tokens as part of the prompt", () => {
    const usage = {
      input_tokens: 10,
      cache_creation_input_tokens: 20,
      cache_read_input_tokens: 300,
      output_tokens: 5,
    };
    expect(usageOf(fold({ type: "result", usage, total_cost_usd: 0.25 }))).toEqual({
      promptTokens: 330,
      cachedTokens: 300,
      outputTokens: 5,
      estimated: false,
      costUsd: 0.25,
    });
  });

  test("is unknown where claude does not tell", () => {
    expect(usageOf(fold({ type: "result" }))).toBeUndefined();
  });
});

describe("the end of a usage limit", () => {
  const limit = (status: string) => ({
    type: "rate_limit_event",
    rate_limit_info: { status, resetsAt: 1_999_999_999, rateLimitType: "five_hour" },
  });

  test("is kept in milliseconds when the limit is used up", () => {
    expect(fold(limit("rejected")).limitEndsAt).toBe(1_999_999_999_000);
  });

  test.each(["allowed", "allowed_warning"])("is of no interest when it is %s", (status) => {
    expect(fold(limit(status)).limitEndsAt).toBeUndefined();
  });
});

test("the first line that is no event is kept", () => {
  expect(["Segmentation fault", "{half", JSON.stringify(assistant(text("x")))].reduce(addLine, NOTHING_SAID)).toEqual({
    text: "x",
    unfinished: 0,
    stray: "Segmentation fault",
  });
});

test("no line, whatever it holds, is an exception or takes text away", () => {
  const kinds = fc.constantFrom("assistant", "stream_event", "rate_limit_event", "result", "user", "toString");
  const event = fc.record({ type: kinds, message: fc.jsonValue(), event: fc.jsonValue(), error: fc.jsonValue() });
  const line = fc.oneof(
    fc.string(),
    fc.json(),
    event.map((value) => JSON.stringify(value)),
  );
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const start = { ...NOTHING_SAID, text: "kept" };
      const answer = lines.reduce(addLine, start);
      expect(answer.text.startsWith("kept")).toBe(true);
      expect(() => [finishOf(answer), usageOf(answer)]).not.toThrow();
    }),
  );
});
