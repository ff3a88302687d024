import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { watchRepetition } from "../../src/model/repetition.ts";

/** Fed in pieces of `size` characters; the number of characters after which it spoke up, if it did. */
function loopAt(text: string, size = 7): number | undefined {
  const isLoop = watchRepetition();
  for (let at = 0; at < text.length; at += size) if (isLoop(text.slice(at, at + size))) return at + size;
  return undefined;
}

const prose = Array.from({ length: 200 }, (_, n) => `Step ${n}: look at the ${n * 7}th line and mend it.\n`).join("");

describe("a loop is seen", () => {
  test.each([
    ["one sentence again and again", "I will now write the patch for you. "],
    ["one short word again and again", "the "],
    ["one character again and again", "\n"],
    [
      "a paragraph of ten lines",
      Array.from({ length: 10 }, (_, n) => `+  const value${n} = compute(${n});\n`).join(""),
    ],
  ])("when %s follows a sound beginning, long before the token limit", (_, unit) => {
    const seen = loopAt(prose + unit.repeat(5_000));
    expect(seen).toBeGreaterThan(prose.length);
    expect(seen).toBeLessThan(prose.length + Math.max(2_500, unit.length * 9));
  });
});

describe("code that repeats itself is no loop", () => {
  test.each([
    ["prose", prose],
    ["a table of numbers", Array.from({ length: 400 }, (_, n) => `+  [${n}, ${n * n}],\n`).join("")],
    ["closing brackets", `${"+    }\n".repeat(12)}${prose}`],
    ["five equal test cases", "+  expect(add(1, 2)).toBe(3);\n".repeat(5)],
    ["a rule of dashes", `${"-".repeat(120)}\n${prose}`],
  ])("such as %s", (_, text) => {
    expect(loopAt(text)).toBeUndefined();
  });

  test("nor is any text whose lines are numbered", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 80 }), { minLength: 20, maxLength: 300 }),
        fc.integer({ min: 1, max: 50 }),
        (lines, size) => {
          expect(loopAt(lines.map((line, n) => `${n} ${line}\n`).join(""), size)).toBeUndefined();
        },
      ),
    );
  });
});
