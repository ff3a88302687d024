import { expect, test } from "vitest";
import type { FailureClass, TriedModel } from "../../src/core/model.ts";
import { judgeTier } from "../../src/model/tier-failure.ts";

const tried = (model: string, failure: FailureClass, calls = 1): TriedModel => ({
  model,
  endpoint: model,
  failure: { class: failure, message: `${model} ${failure}` },
  calls,
});

function judge(...models: readonly TriedModel[]) {
  const failure = models.at(-1)?.failure ?? { class: "refused" as const, message: "none" };
  const { kind, failure: decisive } = judgeTier({
    kind: "failed",
    model: "m",
    failure,
    durationMs: 1,
    tried: models,
    retryAt: 0,
  });
  return `${kind}: ${decisive.message}`;
}

test.each([
  [
    "an answer that was no good, whatever the others did",
    [tried("a", "bad answer"), tried("b", "refused")],
    "again: a bad answer",
  ],
  ["a wait, where nobody answered", [tried("a", "rate limited"), tried("b", "refused")], "wait: b refused"],
  ["a wait, where those that answered badly rest", [tried("a", "bad answer", 0), tried("b", "auth")], "wait: b auth"],
  [
    "a prompt that is too long, where it is so for all",
    [tried("a", "context overflow"), tried("b", "context overflow", 0)],
    "too long: b context overflow",
  ],
  [
    "a wait, where it is too long for one and another is down",
    [tried("a", "context overflow"), tried("b", "refused")],
    "wait: b refused",
  ],
  ["an end, where ralph was stopped", [tried("a", "bad answer"), tried("b", "aborted", 0)], "aborted: b aborted"],
  ["a wait, where there is no model", [], "wait: none"],
] as const)("a tier's failure comes to %s", (_, models, expected) => {
  expect(judge(...models)).toBe(expected);
});
