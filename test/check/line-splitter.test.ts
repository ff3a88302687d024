import * as fc from "fast-check";
import { expect, test } from "vitest";
import { lineSplitter } from "../../src/check/line-splitter.ts";

function linesOf(chunks: readonly Buffer[]): readonly string[] {
  const lines: string[] = [];
  const splitter = lineSplitter((line) => lines.push(line));
  chunks.forEach(splitter.write);
  splitter.end();
  return lines;
}

test("bytes cut anywhere give the lines of the whole", () => {
  const text = fc.array(fc.string({ unit: "grapheme" }).map((line) => line.replace(/[\r\n]/g, "")));
  fc.assert(
    fc.property(text, fc.array(fc.nat(200)), (lines, cuts) => {
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
      const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
      const chunks = places.slice(1).map((end, at) => bytes.subarray(places[at], end));
      expect(linesOf(chunks)).toEqual(lines);
    }),
  );
});

test("carriage returns go with the line's end, and a last line needs no end", () => {
  expect(linesOf([Buffer.from("a\r\n\r\nb")])).toEqual(["a", "", "b"]);
});

test("a flood without a line's end comes in pieces, whole", () => {
  const pieces = linesOf(Array.from({ length: 40 }, () => Buffer.alloc(10_000, "x")));
  expect(pieces.length).toBeGreaterThan(5);
  expect(pieces.join("")).toBe("x".repeat(400_000));
});
