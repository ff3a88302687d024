import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nearestWord } from "../../src/app/nearest-word.ts";

const KEYS = ["tasks", "checks", "models", "max_files_per_task", "api_key_env", "url"];

describe("the word that was probably meant", () => {
  test.each([
    ["taks", "tasks"],
    ["Tasks", "tasks"],
    ["task", "tasks"],
    ["chekcs", "checks"],
    ["maxFilesPerTask", "max_files_per_task"],
    ["max-files-per-task", "max_files_per_task"],
    ["ulr", "url"],
    ["api_key", "api_key_env"],
    ["everything", undefined],
    ["u", undefined],
    ["", undefined],
  ])("for %j is %s", (word, meant) => {
    expect(nearestWord(word, KEYS)).toBe(meant);
  });

  test("is found through any one slip of the finger", () => {
    const slip = fc.record({ key: fc.constantFrom("max_loc_per_task", "default_tier", "provider"), at: fc.nat(7) });
    fc.assert(
      fc.property(slip, fc.constantFrom("drop", "double", "swap"), ({ key, at }, kind) => {
        const [before, one, two, after] = [key.slice(0, at), key.charAt(at), key.charAt(at + 1), key.slice(at + 2)];
        const slips = {
          drop: before + two + after,
          double: before + one + one + two + after,
          swap: before + two + one + after,
        };
        expect(nearestWord(slips[kind], ["branch", "max_loc_per_task", "default_tier", "provider"])).toBe(key);
      }),
    );
  });
});
