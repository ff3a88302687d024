import { expect, test } from "vitest";
import type { RalphEvent } from "../../src/core/event.ts";
import { runBudget } from "../../src/policy/budget.ts";
import { fakeClock, usage } from "../support/fake-world.ts";

const replied: RalphEvent = {
  seq: 1,
  at: 0,
  runId: "r",
  taskId: "T001",
  type: "model.replied",
  attempt: 1,
  model: "m",
  text: "",
  finish: "stop",
  usage,
  durationMs: 1,
};

const NONE = { runMs: undefined, runTokens: undefined, runCostUsd: undefined };

test("tokens in and out of every reply count against the run's budget", () => {
  const budget = runBudget({ ...NONE, runTokens: 200 }, fakeClock());
  budget.observe(replied);
  expect(budget.exceeded()).toBeUndefined();
  budget.observe(replied);
  expect(budget.exceeded()).toBe("the run's 200 tokens are used up (220)");
});

test("time counts on the monotonic clock from the run's start", () => {
  const clock = fakeClock();
  const budget = runBudget({ ...NONE, runMs: 60_000 }, clock);
  clock.advance(59_000);
  expect(budget.exceeded()).toBeUndefined();
  clock.advance(2_000);
  expect(budget.exceeded()).toBe("the run's 60 s are used up");
});

test("without limits nothing is ever used up", () => {
  const budget = runBudget(NONE, fakeClock());
  budget.observe(replied);
  expect(budget.exceeded()).toBeUndefined();
});

test("money counts as far as models tell what they cost", () => {
  const budget = runBudget({ ...NONE, runCostUsd: 0.5 }, fakeClock());
  budget.observe({ ...replied, usage: { ...usage, costUsd: 0.3 } });
  budget.observe(replied);
  expect(budget.exceeded()).toBeUndefined();
  budget.observe({ ...replied, usage: { ...usage, costUsd: 0.3 } });
  expect(budget.exceeded()).toBe("the run's $0.5 are used up ($0.60)");
  expect(budget.used()).toMatchObject({ promptTokens: 300, outputTokens: 30, costUsd: 0.6, estimated: true });
});

test("what is left of the tokens is known", () => {
  const budget = runBudget({ ...NONE, runTokens: 200 }, fakeClock());
  budget.observe(replied);
  expect(budget.tokensLeft()).toBe(90);
  expect(runBudget(NONE, fakeClock()).tokensLeft()).toBe(Number.POSITIVE_INFINITY);
});
