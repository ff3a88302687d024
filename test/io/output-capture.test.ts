import * as fc from "fast-check";
import { expect, test } from "vitest";
import { outputCapture } from "../../src/io/output-capture.ts";

function captured(chunks: readonly Buffer[], maxBytes: number) {
  const capture = outputCapture(maxBytes);
  for (const chunk of chunks) capture.append(chunk);
  return { text: capture.text(), cutBytes: capture.cutBytes() };
}

const ascii = fc.string({ unit: fc.constantFrom("a", "b", "c", "\n"), maxLength: 40 });

test("output within the limit comes back whole, however it was cut into chunks", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme", maxLength: 20 })), (texts) => {
      const chunks = texts.map((text) => Buffer.from(text));
      expect(captured(chunks, 10_000)).toEqual({ text: texts.join(""), cutBytes: 0 });
    }),
  );
});

test("beyond the limit the head and the tail are kept and what is missing is counted", () => {
  fc.assert(
    fc.property(fc.array(ascii), fc.integer({ min: 2, max: 60 }), (texts, maxBytes) => {
      const whole = texts.join("");
      const { text, cutBytes } = captured(
        texts.map((each) => Buffer.from(each)),
        maxBytes,
      );
      const head = whole.slice(0, Math.ceil(maxBytes / 2));
      const tail = whole.slice(whole.length - Math.floor(maxBytes / 2));
      expect(cutBytes).toBe(Math.max(0, whole.length - maxBytes));
      expect(text).toBe(cutBytes === 0 ? whole : `${head}\n[… ${cutBytes} bytes cut out …]\n${tail}`);
    }),
  );
});

test("a cut never tears a character in two", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("a", "é", "€", "😀"), { minLength: 30 }),
      fc.integer({ min: 2, max: 24 }),
      (letters, maxBytes) => {
        const { text } = captured([Buffer.from(letters.join(""))], maxBytes);
        expect(text).not.toContain("\uFFFD");
      },
    ),
  );
});
