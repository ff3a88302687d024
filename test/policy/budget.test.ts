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

test("tokens in and out of every reply count against the run's budget", () => {
  const budget = runBudget({ runMs: undefined, runTokens: 200 }, fakeClock());
  budget.observe(replied);
  expect(budget.exceeded()).toBeUndefined();
  budget.observe(replied);
  expect(budget.exceeded()).toBe("the run's 200 tokens are used up (220)");
});

test("time counts on the monotonic clock from the run's start", () => {
  const clock = fakeClock();
  const budget = runBudget({ runMs: 60_000, runTokens: undefined }, clock);
  clock.advance(59_000);
  expect(budget.exceeded()).toBeUndefined();
  clock.advance(2_000);
  expect(budget.exceeded()).toBe("the run's 60 s are used up");
});

test("without limits nothing is ever used up", () => {
  const budget = runBudget({ runMs: undefined, runTokens: undefined }, fakeClock());
  budget.observe(replied);
  expect(budget.exceeded()).toBeUndefined();
});
