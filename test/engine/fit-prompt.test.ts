import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ModelClient } from "../../src/core/model.ts";
import type { Prompt } from "../../src/core/prompt.ts";
import { fitPrompt, roomOf } from "../../src/engine/fit-prompt.ts";
import { fakeModel } from "../support/fake-world.ts";

const never = new AbortController().signal;

/** Shows as many of `lines` as fit, and needs at least 100 characters. */
function builder(lines: number) {
  const line = "x".repeat(99);
  return (maxCharacters: number): Prompt | undefined => {
    if (maxCharacters < 100) return undefined;
    const shown = Math.min(lines, Math.floor(maxCharacters / 100));
    return {
      purpose: { taskId: "T001", role: "builder", attempt: 1 },
      system: "",
      user: `${line}\n`.repeat(shown),
      leftOut: shown < lines ? [`${lines - shown} lines`] : [],
    };
  };
}

const counting = (charactersPerToken: number): ModelClient => ({
  ...fakeModel,
  countTokens: async ({ user }) => Math.ceil(user.length / charactersPerToken),
});

describe("a prompt is fitted", () => {
  test("to less than the room, however many characters a token holds", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0.7, max: 12, noNaN: true }),
        fc.integer({ min: 400, max: 50_000 }),
        fc.integer({ min: 1, max: 3_000 }),
        async (perToken, roomTokens, lines) => {
          const client = counting(perToken);
          const fitted = await fitPrompt({ client, build: builder(lines), roomTokens, known: new Map() }, never);
          expect(fitted?.tokens).toBeLessThanOrEqual(roomTokens);
        },
      ),
    );
  });

  test("so that the room is used where there is more to show", async () => {
    const fitting = {
      client: counting(5),
      build: builder(10_000),
      roomTokens: 10_000,
      known: new Map<string, number>(),
    };
    const fitted = await fitPrompt(fitting, never);
    expect(fitted?.tokens).toBeGreaterThan(9_000);
    // What was learned holds for the next attempt, which is then built once.
    let built = 0;
    const build = (characters: number) => {
      built += 1;
      return fitting.build(characters);
    };
    expect(await fitPrompt({ ...fitting, build }, never)).toEqual(fitted);
    expect(built).toBe(1);
  });

  test("by a careful estimate where nobody counts", async () => {
    const fitted = await fitPrompt(
      { client: fakeModel, build: builder(10_000), roomTokens: 1_000, known: new Map() },
      never,
    );
    expect(fitted?.tokens).toBeUndefined();
    expect(fitted?.prompt.user.length).toBe(3_000);
  });

  test("or is none where not even the least of it has room", async () => {
    const fitting = { client: counting(1), build: builder(1), roomTokens: 20, known: new Map<string, number>() };
    expect(await fitPrompt(fitting, never)).toBeUndefined();
  });
});

describe("the room of a prompt", () => {
  test("is the context without the reply, of which a third is kept at most", () => {
    const traits = { outputTokens: 8_000, takesGrammar: false };
    expect(roomOf({ ...traits, contextTokens: 65_536 }, 0)).toBe(57_536);
    expect(roomOf({ ...traits, contextTokens: 6_000 }, 0)).toBe(4_000);
    expect(roomOf(traits, 0)).toBe(24_000);
  });

  test("shrinks each time the server says that it was too long", () => {
    const traits = { outputTokens: 1_000, takesGrammar: false, contextTokens: 11_000 };
    expect([0, 1, 2].map((overflows) => roomOf(traits, overflows))).toEqual([10_000, 6_000, 3_600]);
  });
});
