import { describe, expect, test } from "vitest";
import type { ModelClient } from "../../src/core/model.ts";
import type { Role } from "../../src/core/prompt.ts";
import { replayClient } from "../../src/model/replay.ts";
import { type Fault, LIMITS, modelClientContract, PROMPT } from "../contract/model-client.ts";

const never = () => new AbortController().signal;

const FAULTS: Readonly<Record<Fault, (text: string) => object>> = {
  none: (text) => ({ text }),
  empty: () => ({ text: "" }),
  hangs: (text) => ({ text, delayMs: 3_600_000 }),
  stalls: (text) => ({ text, delayMs: 3_600_000 }),
  cut: () => ({ failure: { class: "bad answer", message: "the connection broke off", dropped: true } }),
  refused: () => ({ failure: { class: "refused", message: "nothing listened there", cure: "start it" } }),
};

modelClientContract("replay", async (fault, text) => ({
  client: replay({ task: "T001", role: "builder", ...FAULTS[fault](text) }),
  stop: async () => undefined,
}));

const replay = (...lines: readonly object[]): ModelClient =>
  replayClient({
    name: "demo",
    file: "demo.ndjson",
    readText: () => lines.map((line) => JSON.stringify(line)).join("\n"),
  });

const ask = (client: ModelClient, taskId: string, role: Role, attempt: number) =>
  client.ask({ ...PROMPT, purpose: { taskId, role, attempt } }, LIMITS, never());

describe("which recorded answer is given", () => {
  const recording = [
    { task: "T001", role: "tester", text: "a test" },
    { task: "T002", role: "builder", text: "other task" },
    { task: "T001", role: "builder", text: "first fix" },
    { task: "T001", role: "builder", text: "second fix", model: "qwen3", finish: "length" },
  ];

  test("the n-th line of a task answers its n-th attempt", async () => {
    const client = replay(...recording);
    expect(await ask(client, "T001", "tester", 1)).toMatchObject({ text: "a test", model: "demo" });
    expect(await ask(client, "T001", "builder", 2)).toMatchObject({ text: "first fix", finish: "stop" });
    expect(await ask(client, "T001", "builder", 3)).toMatchObject({
      text: "second fix",
      model: "qwen3",
      finish: "length",
    });
    expect(await ask(client, "T002", "builder", 1)).toMatchObject({ text: "other task" });
  });

  test("a run that goes on after a kill gets the answer it would have got", async () => {
    expect(await ask(replay(...recording), "T001", "builder", 3)).toMatchObject({ text: "second fix" });
  });

  test("a line that names its attempt answers that one, and the next line the one after it", async () => {
    const client = replay(
      { task: "T001", role: "builder", attempt: 4, text: "fourth" },
      { task: "T001", role: "builder", text: "fifth" },
    );
    expect(await ask(client, "T001", "builder", 4)).toMatchObject({ text: "fourth" });
    expect(await ask(client, "T001", "builder", 5)).toMatchObject({ text: "fifth" });
  });

  test("several lines of one attempt answer its first, second and later calls", async () => {
    const client = replay(
      { task: "T001", role: "builder", attempt: 1, failure: { class: "loading", message: "Loading model" } },
      { task: "T001", role: "builder", attempt: 1, text: "awake" },
    );
    expect(await ask(client, "T001", "builder", 1)).toMatchObject({ failure: { class: "loading" } });
    expect(await ask(client, "T001", "builder", 1)).toMatchObject({ text: "awake" });
    expect(await ask(client, "T001", "builder", 1)).toMatchObject({ text: "awake" });
  });

  test.each([
    ["T009", "builder", 1],
    ["T001", "builder", 1],
    ["T001", "builder", 9],
  ] as const)("a missing answer (%s, %s, %i) is a bad answer that says which", async (taskId, role, attempt) => {
    expect(await ask(replay(...recording), taskId, role, attempt)).toMatchObject({
      kind: "failed",
      failure: {
        class: "bad answer",
        message: `demo.ndjson has no answer of the ${role} for attempt ${attempt} of ${taskId}`,
      },
    });
  });

  test("the same questions get the same replies, durations included", async () => {
    const lines = [{ task: "T001", role: "builder", text: "fix", delayMs: 5 }];
    const replies = [
      await ask(replay(...lines), "T001", "builder", 1),
      await ask(replay(...lines), "T001", "builder", 1),
    ];
    expect(replies[0]).toEqual(replies[1]);
    expect(replies[0]).toMatchObject({ durationMs: 5, usage: { estimated: true } });
  });
});

describe("what an answer took when it was recorded", () => {
  const usage = { promptTokens: 9, cachedTokens: 4, outputTokens: 2, estimated: false, costUsd: 0.25 };

  test("is told again: its tokens, its cost and its time, which is not waited for", async () => {
    const client = replay({ task: "T001", role: "builder", text: "fix", usage, durationMs: 3_600_000 });
    expect(await ask(client, "T001", "builder", 1)).toMatchObject({ text: "fix", usage, durationMs: 3_600_000 });
  });

  test("is told of a failure, too", async () => {
    const failure = { class: "timeout", message: "sent nothing for 60 s" };
    const client = replay({ task: "T001", role: "builder", failure, durationMs: 60_000 });
    expect(await ask(client, "T001", "builder", 1)).toMatchObject({ kind: "failed", failure, durationMs: 60_000 });
  });

  test("is estimated, or as long as it is waited for, where it was not recorded", async () => {
    const client = replay({ task: "T001", role: "builder", text: "12345678" });
    const reply = await ask(client, "T001", "builder", 1);
    expect(reply).toMatchObject({ usage: { estimated: true, cachedTokens: 0 }, durationMs: 0 });
  });
});

describe("health", () => {
  test("tells what is recorded", async () => {
    const client = replay({ task: "T001", role: "builder", text: "x" }, { task: "T002", role: "builder", text: "y" });
    expect(await client.health(never())).toEqual({
      ok: true,
      recorded: true,
      detail: "2 recorded answers for T001, T002",
    });
  });

  test("tells why a recording cannot be used", async () => {
    const client = replayClient({ name: "demo", file: "demo.ndjson", readText: () => "{}" });
    expect(await client.health(never())).toMatchObject({ ok: false, detail: expect.stringContaining("line 1") });
  });
});

test("a recording that is not there is named when a question is asked", async () => {
  const client = replayClient({
    name: "demo",
    file: "gone.ndjson",
    readText: () => Promise.reject(new Error("ENOENT")),
  });
  await expect(ask(client, "T001", "builder", 1)).rejects.toMatchObject({
    code: "REPLAY_INVALID",
    message: expect.stringContaining("gone.ndjson"),
  });
});
