import { describe, expect, test } from "vitest";
import { chooseMode, type ModeRecord, type ModeRequest } from "../../src/model/edit-mode.ts";

const record = (
  format: ModeRecord["format"],
  [replies, wellFormed, useful = wellFormed]: readonly [number, number, number?],
  grammar = false,
): ModeRecord => ({ format, grammar, replies, wellFormed, useful });

const choose = (request: Partial<ModeRequest>) =>
  chooseMode({ format: undefined, grammar: undefined, takesGrammar: false, records: [], ...request });

const BOUND = { format: "search-replace", grammar: true };
const DIFF = { format: "unified-diff", grammar: false };
const BLOCKS = { format: "search-replace", grammar: false };
const WHOLE = { format: "whole", grammar: false };

describe("without any experience", () => {
  test("a diff is asked for, or blocks bound to the files where the server can bind", () => {
    expect(choose({})).toEqual(DIFF);
    expect(choose({ takesGrammar: true })).toEqual(BOUND);
    expect(choose({ takesGrammar: true, grammar: false })).toEqual(DIFF);
  });

  test("what ralph.yaml says holds, as far as the server can", () => {
    expect(choose({ format: "whole" })).toEqual(WHOLE);
    expect(choose({ format: "search-replace", takesGrammar: true })).toEqual(BOUND);
    expect(choose({ format: "unified-diff", grammar: true, takesGrammar: true })).toEqual({ ...DIFF, grammar: true });
    expect(choose({ format: "unified-diff", grammar: true })).toEqual(DIFF);
    expect(choose({ format: "whole", grammar: true, takesGrammar: true })).toEqual(WHOLE);
    expect(choose({ grammar: true })).toEqual(DIFF);
  });
});

describe("what was measured decides", () => {
  test("a format that does well is kept, one that does not is left for the next", () => {
    expect(choose({ records: [record("unified-diff", [20, 19])] })).toEqual(DIFF);
    expect(choose({ records: [record("unified-diff", [7, 0])] })).toEqual(DIFF);
    expect(choose({ records: [record("unified-diff", [8, 3])] })).toEqual(BLOCKS);
    expect(choose({ records: [record("unified-diff", [8, 3]), record("search-replace", [8, 4])] })).toEqual(WHOLE);
  });

  test("where none does well, the best is taken", () => {
    const records = [record("unified-diff", [8, 3]), record("search-replace", [10, 7]), record("whole", [8, 5])];
    expect(choose({ records })).toEqual(BLOCKS);
  });

  test("a grammar stays as long as something comes of it", () => {
    expect(choose({ takesGrammar: true, records: [record("search-replace", [9, 9, 6], true)] })).toEqual(BOUND);
  });

  test("a grammar with which less comes of it than without is given up, and only then", () => {
    const bound = record("search-replace", [10, 10, 2], true);
    const without = (useful: number) => [
      bound,
      record("unified-diff", [10, 6, useful]),
      record("search-replace", [10, 5, 1]),
      record("whole", [10, 4, 1]),
    ];
    expect(choose({ takesGrammar: true, records: [bound] })).toEqual(DIFF);
    expect(choose({ takesGrammar: true, records: without(4) })).toEqual(DIFF);
    expect(choose({ takesGrammar: true, records: without(1) })).toEqual(BOUND);
  });
});
