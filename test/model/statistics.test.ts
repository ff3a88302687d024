import { expect, test } from "vitest";
import type { EventBody, RalphEvent } from "../../src/core/event.ts";
import type { Reject } from "../../src/core/patch.ts";
import { modelStatistics } from "../../src/model/statistics.ts";

const usage = { promptTokens: 100, cachedTokens: 60, outputTokens: 10, estimated: false, costUsd: 0.01 };
const reject = (kind: Reject["kind"]): Reject => ({ kind, text: "why" });

function log(...bodies: readonly (EventBody & { readonly taskId?: string })[]): readonly RalphEvent[] {
  return bodies.map((body, at) => ({ seq: at + 1, at, runId: "r", taskId: "T001", ...body }));
}

const started: EventBody = { type: "attempt.started", attempt: 1, role: "builder" };
const built = (model: string, grammar = false): EventBody => ({
  type: "prompt.built",
  attempt: 1,
  model,
  characters: 400,
  roomTokens: 1000,
  format: grammar ? "search-replace" : "unified-diff",
  grammar,
  leftOut: [],
});
const replied = (model: string): EventBody => ({
  type: "model.replied",
  attempt: 1,
  model,
  text: "x",
  finish: "stop",
  usage,
  durationMs: 500,
});
const applied: EventBody = { type: "patch.applied", attempt: 1, commit: "c", files: [], diffFile: "d" };
const rejected = (kind: Reject["kind"]): EventBody => ({ type: "patch.rejected", attempt: 1, rejects: [reject(kind)] });
const finished = (verdict: string): EventBody => ({
  type: "attempt.finished",
  attempt: 1,
  role: "builder",
  verdict,
  evidence: [],
  head: "c",
});

test("answers, failures, tokens, money and time are counted for each model", () => {
  const failure = { class: "timeout" as const, message: "slow" };
  const events = log(
    started,
    { type: "model.failed", attempt: 1, model: "a", failure, durationMs: 9 },
    built("b"),
    replied("b"),
    applied,
    finished("complete"),
  );
  expect(modelStatistics(events)).toMatchObject([
    { model: "a", replies: 0, failures: { timeout: 1 }, costUsd: undefined },
    {
      model: "b",
      replies: 1,
      failures: {},
      promptTokens: 100,
      cachedTokens: 60,
      costUsd: 0.01,
      durationMs: 500,
      completed: 1,
    },
  ]);
});

test("a reply is well-formed when its patch could be placed, whatever the guard or the tests said then", () => {
  const attempt = (...outcome: readonly EventBody[]) => [started, built("a"), replied("a"), ...outcome];
  const events = log(
    ...attempt(applied, finished("retry")),
    ...attempt(applied, finished("complete")),
    ...attempt(rejected("frozen"), finished("retry")),
    ...attempt(rejected("not found"), finished("retry")),
    ...attempt(rejected("truncated"), finished("retry")),
  );
  const [statistics] = modelStatistics(events);
  expect(statistics?.modes).toEqual([{ format: "unified-diff", grammar: false, replies: 5, wellFormed: 3, useful: 1 }]);
});

test("an answer without a patch says nothing about the format", () => {
  const [statistics] = modelStatistics(log(started, built("a"), replied("a"), finished("blocked")));
  expect(statistics).toMatchObject({ replies: 1, modes: [] });
});

test("the format is that of the prompt that was answered, after a fallback too", () => {
  const events = log(started, built("a", true), built("b"), replied("b"), applied, finished("retry"));
  expect(modelStatistics(events)).toMatchObject([{ model: "b", modes: [{ format: "unified-diff", grammar: false }] }]);
});

test("tasks side by side are told apart", () => {
  const other = (body: EventBody) => ({ ...body, taskId: "T002" });
  const events = log(
    started,
    built("a"),
    other(started),
    other(built("b")),
    replied("a"),
    other(replied("b")),
    applied,
    other(rejected("not found")),
    finished("complete"),
    other(finished("retry")),
  );
  expect(modelStatistics(events)).toMatchObject([
    { model: "a", modes: [{ wellFormed: 1, useful: 1 }] },
    { model: "b", modes: [{ wellFormed: 0, useful: 0 }] },
  ]);
});
