import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseRecording } from "../../src/model/recording.ts";

const line = (fields: object) => JSON.stringify({ task: "T001", role: "builder", text: "x", ...fields });

test.each([
  ["no JSON", "{task: T001}", "expected a JSON object"],
  ["no object", "7", 'expected "task"'],
  ["no task", JSON.stringify({ role: "builder", text: "" }), 'expected "task"'],
  ["an unknown role", line({ role: "painter" }), '"tester" or "builder"'],
  ["neither text nor failure", JSON.stringify({ task: "T001", role: "builder" }), 'expected "text" or "failure"'],
  ["an unknown finish", line({ finish: "toString" }), '"stop" or "length" or "stopped"'],
  ["an attempt that does not count", line({ attempt: 0 }), '"attempt" to be a whole number from 1'],
  ["a delay in words", line({ delayMs: "soon" }), '"delayMs" to be a whole number from 0'],
  ["a duration in words", line({ durationMs: "soon" }), '"durationMs" to be a number from 0'],
  ["a negative duration", line({ durationMs: -1 }), '"durationMs" to be a number from 0'],
  ["a usage that is no object", line({ usage: 7 }), '"usage" to be an object'],
  ["no usage but null", line({ usage: null }), '"usage" to be an object'],
  ["half a token", line({ usage: { outputTokens: 0.5 } }), '"outputTokens" to be a whole number from 0'],
  ["a cost in words", line({ usage: { costUsd: "1 $" } }), '"costUsd" to be a number from 0'],
  ["a failure of an unknown class", line({ failure: { class: "tired", message: "m" } }), '"refused"'],
  ["a failure without message", line({ failure: { class: "auth" } }), '"message"'],
])("a line with %s is refused with its number", (_, bad, why) => {
  const text = `${line({})}\n\n${bad}\n`;
  const parse = () => parseRecording(text, "demo.ndjson");
  expect(parse).toThrow(expect.objectContaining({ code: "REPLAY_INVALID" }));
  expect(parse).toThrow("demo.ndjson cannot be used: line 3: ");
  expect(parse).toThrow(why);
});

test("blank lines, a byte order mark and CRLF are no errors", () => {
  const answers = parseRecording(`\uFEFF${line({ text: "a" })}\r\n\r\n${line({ text: "b" })}`, "demo.ndjson");
  expect(answers.map((answer) => answer.attempt)).toEqual([1, 2]);
});

test("attempts are counted per task, for both roles together", () => {
  const lines = [line({ role: "tester" }), line({ task: "T002" }), line({}), line({ attempt: 7 }), line({})];
  expect(parseRecording(lines.join("\n"), "f").map(({ task, attempt }) => `${task}/${attempt}`)).toEqual([
    "T001/1",
    "T002/1",
    "T001/2",
    "T001/7",
    "T001/8",
  ]);
});

test("any text that was recorded is read back unchanged", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary" }), { maxLength: 5 }), (texts) => {
      const answers = parseRecording(texts.map((text) => line({ text })).join("\n"), "f");
      expect(answers.map(({ said }) => ("text" in said ? said.text : undefined))).toEqual(texts);
    }),
  );
});

test("usage and duration are read as they were written; what is left out counts as nothing", () => {
  const usage = { promptTokens: 9, cachedTokens: 4, outputTokens: 2, estimated: false, costUsd: 0.25 };
  const [whole, part, none] = parseRecording(
    [line({ usage, durationMs: 12.5 }), line({ usage: { outputTokens: 2, estimated: true } }), line({})].join("\n"),
    "f",
  );
  expect([whole?.usage, whole?.durationMs]).toEqual([usage, 12.5]);
  expect(part?.usage).toEqual({ promptTokens: 0, cachedTokens: 0, outputTokens: 2, estimated: true });
  expect([none?.usage, none?.durationMs]).toEqual([undefined, undefined]);
});
