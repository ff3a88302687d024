import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addEvent, NOT_BEGUN, sessionOf } from "../../../src/model/opencode/events.ts";
import { addLine, addMessage, NOTHING_SAID, type OpencodeAnswer } from "../../../src/model/opencode/stream.ts";

const fold = (...events: readonly unknown[]): OpencodeAnswer =>
  events.map((event) => JSON.stringify(event)).reduce(addLine, NOTHING_SAID);

const text = (words: string) => ({ type: "text", part: { type: "text", text: words } });
const step = (reason: string, tokens: object = {}, cost = 0) => ({
  type: "step_finish",
  part: { type: "step-finish", reason, tokens, cost },
});

describe("the lines of opencode run", () => {
  test("make one text of all parts, and the last step says how it ended", () => {
    expect(fold(text("a"), step("unknown"), text("b"), step("stop"))).toMatchObject({ text: "ab", finish: "stop" });
  });

  test("have no reasoning in their text", () => {
    const reasoning = { type: "reasoning", part: { type: "reasoning", text: "hm" } };
    expect(fold(reasoning, text("yes")).text).toBe("yes");
  });

  test("are all counted: cached and reasoned tokens come on top of the others", () => {
    const tokens = { total: 180, input: 100, output: 5, reasoning: 2, cache: { read: 30, write: 43 } };
    expect(fold(step("stop", tokens, 0.5), step("stop", tokens, 0.25)).usage).toEqual({
      promptTokens: 346,
      cachedTokens: 60,
      outputTokens: 14,
      estimated: false,
      costUsd: 0.75,
    });
  });

  test("that count nothing tell no usage", () => {
    expect(fold(step("stop", { input: 0, output: 0 }))).not.toHaveProperty("usage");
  });

  test("keep the first error and the first tool", () => {
    const error = (name: string) => ({ type: "error", error: { name } });
    const tool = (name: string) => ({ type: "tool_use", part: { type: "tool", tool: name } });
    expect(fold(error("first"), error("second"), tool("bash"), tool("edit"))).toMatchObject({
      error: { name: "first" },
      tool: "bash",
    });
  });

  test.each(["{", '{"type":"te', "null", "7", '"text"', "✗ oops"])("a line %j is no event and is kept", (line) => {
    expect(addLine(NOTHING_SAID, line).stray).toBe(line);
  });

  test("whatever they hold, nothing is thrown", () => {
    const part = fc.record({ type: fc.constantFrom("text", "tool", "step-finish", "toString"), x: fc.jsonValue() });
    const event = fc.record({ type: fc.constantFrom("error", "text", "x"), part, error: fc.jsonValue() });
    fc.assert(
      fc.property(fc.array(fc.oneof(event, fc.jsonValue())), (events) => {
        expect(typeof fold(...events).text).toBe("string");
      }),
    );
  });
});

describe("the messages of a session", () => {
  test("count where the model wrote them", () => {
    const messages = [
      { info: { role: "user" }, parts: [{ type: "text", text: "question" }] },
      {
        info: { role: "assistant" },
        parts: [
          { type: "text", text: "answer" },
          { type: "step-finish", reason: "stop" },
        ],
      },
    ];
    expect(messages.reduce<OpencodeAnswer>(addMessage, NOTHING_SAID)).toMatchObject({ text: "answer", finish: "stop" });
  });

  test("tell their error", () => {
    const message = { info: { role: "assistant", error: { name: "APIError" } }, parts: [] };
    expect(addMessage(NOTHING_SAID, message).error).toEqual({ name: "APIError" });
  });

  test("whatever they hold, nothing is thrown", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (info, parts) => {
        expect(addMessage(NOTHING_SAID, { info, parts }).text).toBe("");
        expect(addMessage(NOTHING_SAID, { info: { role: "assistant", error: info }, parts }).text).toBe("");
      }),
    );
  });
});

describe("the events of a session", () => {
  const event = (type: string, properties: object) => ({ type, properties: { sessionID: "ses_1", ...properties } });
  const part = (type: string, id: string) => event("message.part.updated", { part: { type, id } });
  const delta = (partID: string, words: string) => event("message.part.delta", { partID, field: "text", delta: words });
  const follow = (...events: readonly unknown[]) => events.reduce<typeof NOT_BEGUN>(addEvent, NOT_BEGUN);

  test("count the text as it grows, but not the reasoning", () => {
    const progress = follow(part("reasoning", "r"), delta("r", "hm, well"), part("text", "t"), delta("t", "yes"));
    expect(progress).toMatchObject({ written: 3 });
    expect(progress).not.toHaveProperty("end");
  });

  test.each([
    [event("session.idle", {}), { kind: "done" }],
    [event("session.error", { error: { name: "APIError" } }), { kind: "error", error: { name: "APIError" } }],
    [
      event("session.status", { status: { type: "retry", attempt: 1, message: "boom", next: 5 } }),
      { kind: "retry", words: "boom", retryAt: 5 },
    ],
    [event("message.part.updated", { part: { type: "tool", tool: "bash" } }), { kind: "tool", tool: "bash" }],
  ])("%j is the end, and later ones change nothing", (last, end) => {
    expect(follow(last, event("session.idle", {}), event("session.error", {})).end).toEqual(end);
  });

  test("that the model works is no end", () => {
    expect(follow(event("session.status", { status: { type: "busy" } }))).toEqual(NOT_BEGUN);
  });

  test("name their session; a heartbeat has none", () => {
    expect(sessionOf(event("session.idle", {}))).toBe("ses_1");
    expect(sessionOf({ type: "server.heartbeat", properties: {} })).toBe("");
  });
});
