/** What the loop may rely on with every model client. Run by the tests of each of them. */
import { describe, expect, onTestFinished, test } from "vitest";
import type { AskOptions, FailureClass, ModelClient } from "../../src/core/model.ts";
import type { Prompt } from "../../src/core/prompt.ts";

/** "stalls": some text, then nothing; "cut": some text, then the connection breaks. */
export type Fault = "none" | "empty" | "hangs" | "stalls" | "cut" | "refused";

interface Rig {
  readonly client: ModelClient;
  stop(): Promise<void>;
}

/** Starts a model that answers every question with `text`, or fails as told. */
export type StartRig = (fault: Fault, text: string) => Promise<Rig>;

export const LIMITS: AskOptions = { maxTokens: 100, timeoutMs: 30_000, idleMs: 30_000, maxCharacters: 10_000 };

export const PROMPT: Prompt = {
  purpose: { taskId: "T001", role: "builder", attempt: 1 },
  system: "You mend programs.",
  user: "Mend add().",
  leftOut: [],
};

interface Failing {
  readonly title: string;
  readonly fault: Fault;
  readonly class: FailureClass;
  readonly text?: string;
  readonly limits?: Partial<AskOptions>;
}

const FAILING: readonly Failing[] = [
  { title: "an empty answer is a bad answer", fault: "empty", class: "bad answer" },
  { title: "an answer of blanks is a bad answer", fault: "none", text: " \n\t\n", class: "bad answer" },
  { title: "an answer cut in the middle is a bad answer", fault: "cut", class: "bad answer" },
  { title: "an answer that is too long is a bad answer", fault: "none", text: "x".repeat(20_000), class: "bad answer" },
  { title: "a hang is ended by the wall clock", fault: "hangs", limits: { timeoutMs: 100 }, class: "timeout" },
  { title: "a hang is ended by the idle clock", fault: "hangs", limits: { idleMs: 100 }, class: "timeout" },
  {
    title: "silence in the middle is ended by the idle clock",
    fault: "stalls",
    limits: { idleMs: 100 },
    class: "timeout",
  },
  { title: "a model that is not there is refused", fault: "refused", class: "refused" },
];

export function modelClientContract(name: string, start: StartRig): void {
  const model = async (fault: Fault, text = "some text"): Promise<ModelClient> => {
    const rig = await start(fault, text);
    onTestFinished(() => rig.stop());
    return rig.client;
  };

  describe(`${name} keeps the contract of model clients`, () => {
    test("it answers with the whole text, what it cost and how long it took", async () => {
      const text = `--- a/src/añ.js\n${Array.from({ length: 500 }, (_, at) => `line ${at}\n`).join("")}`;
      const client = await model("none", text);
      const reply = await client.ask(PROMPT, LIMITS, new AbortController().signal);
      expect(reply).toMatchObject({ kind: "text", text, finish: "stop", usage: { outputTokens: expect.any(Number) } });
      expect(reply.durationMs).toBeGreaterThanOrEqual(0);
    });

    test("it says of itself that it is well, without being asked a question", async () => {
      const client = await model("none");
      expect(await client.health(new AbortController().signal)).toMatchObject({ ok: true });
    });

    test.each(FAILING)("$title, as data and not as an exception", async (row) => {
      const client = await model(row.fault, row.text);
      const reply = await client.ask(PROMPT, { ...LIMITS, ...row.limits }, new AbortController().signal);
      expect(reply).toMatchObject({
        kind: "failed",
        failure: { class: row.class, message: expect.stringMatching(/\S/) },
      });
    });

    test.each(["hangs", "stalls"] as const)(
      "an abort ends a model that %s at once, with class aborted",
      async (fault) => {
        const client = await model(fault);
        const controller = new AbortController();
        const asking = client.ask(PROMPT, LIMITS, controller.signal);
        setTimeout(() => controller.abort(), 30);
        expect(await asking).toMatchObject({ kind: "failed", failure: { class: "aborted" } });
      },
    );

    test("nothing is asked when the signal is aborted beforehand", async () => {
      const client = await model("none");
      const reply = await client.ask(PROMPT, LIMITS, AbortSignal.abort());
      expect(reply).toMatchObject({ kind: "failed", failure: { class: "aborted" } });
    });

    test("calls side by side do not disturb each other", async () => {
      const client = await model("none", "the answer");
      const ended = new AbortController();
      const calls = [1, 2, 3].map((n) =>
        client.ask(PROMPT, LIMITS, n === 2 ? ended.signal : new AbortController().signal),
      );
      ended.abort();
      const replies = await Promise.all(calls);
      expect(replies.map((reply) => reply.kind)).toEqual(["text", "failed", "text"]);
    });
  });
}
