import * as fc from "fast-check";
import { expect, test } from "vitest";
import { addChunk, NOTHING_YET, type StreamedAnswer } from "../../../src/model/openai/stream.ts";

const fold = (chunks: readonly unknown[]): StreamedAnswer => chunks.reduce(addChunk, NOTHING_YET);
const chunk = (delta: object, finish: string | null = null) => ({ choices: [{ delta, finish_reason: finish }] });

test("a text is the same wherever the server cuts it", () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (parts) => {
      const answer = fold([...parts.map((content) => chunk({ content })), chunk({}, "stop")]);
      expect(answer).toMatchObject({ text: parts.join(""), written: parts.join("").length, finish: "stop" });
    }),
  );
});

test("chunks of any shape are read without an exception and never make text out of what is none", () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), (chunks) => {
      expect(fold(chunks)).toMatchObject({ text: "", finish: undefined, usage: undefined });
    }),
  );
});

test("progress, role and count chunks add nothing to the text", () => {
  const chunks = [
    chunk({ role: "assistant", content: null }),
    { ...chunk({}), prompt_progress: { total: 100, processed: 50 } },
    chunk({ reasoning: "hm" }),
    chunk({ content: "x" }),
    { choices: [], usage: { prompt_tokens: 9, completion_tokens: 1 } },
  ];
  expect(fold(chunks)).toEqual({
    text: "x",
    written: 3,
    finish: undefined,
    usage: { promptTokens: 9, cachedTokens: 0, outputTokens: 1, estimated: false },
    added: { reasoning: "", text: "" },
    began: true,
  });
});
