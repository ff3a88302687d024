import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AskOptions, Health, ModelClient, Reply } from "../../src/core/model.ts";
import type { Prompt } from "../../src/core/prompt.ts";
import { redactor } from "../../src/io/redact.ts";
import { discreet, discreetQuestions } from "../../src/model/discreet.ts";
import { LIMITS, PROMPT } from "../contract/model-client.ts";

const SECRET = "deploy-token-8f3c29";
const redact = redactor([SECRET]);
const never = () => new AbortController().signal;

const TEXT: Reply = {
  kind: "text",
  model: "local",
  text: "yes",
  finish: "stop",
  usage: { promptTokens: 1, cachedTokens: 0, outputTokens: 1, estimated: false },
  durationMs: 7,
};
const HEALTH: Health = { ok: true, detail: "well", model: "tiny.gguf" };

/** A model that keeps what it is asked and says what it is told to. */
function parrot(reply: Reply = TEXT, health: Health = HEALTH) {
  const asked: { readonly prompt: Prompt; readonly options: AskOptions }[] = [];
  const counted: Prompt[] = [];
  const client: ModelClient = {
    name: "local",
    endpoint: "http://127.0.0.1:8000/v1",
    async ask(prompt, options) {
      asked.push({ prompt, options });
      return reply;
    },
    health: async () => health,
    traits: async () => ({ outputTokens: 100, takesGrammar: true }),
    async countTokens(prompt) {
      counted.push(prompt);
      return 3;
    },
  };
  return { asked, counted, client };
}

const prompt: Prompt = { ...PROMPT, system: `rules ${SECRET}`, user: `a file with ${SECRET} in it` };

describe("what goes to a model", () => {
  test("is a prompt and a grammar without secrets, and all else as it was", async () => {
    const { client, asked } = parrot();
    const watch: NonNullable<AskOptions["watch"]> = () => ({ feed: () => "open", text: () => "" });
    await discreet(client, redact).ask(prompt, { ...LIMITS, grammar: `root ::= "${SECRET}"`, watch }, never());
    expect(asked).toEqual([
      {
        prompt: { ...prompt, system: "rules [redacted]", user: "a file with [redacted] in it" },
        options: { ...LIMITS, grammar: 'root ::= "[redacted]"', watch },
      },
    ]);
  });

  test("has no grammar where none was given", async () => {
    const { client, asked } = parrot();
    await discreet(client, redact).ask(prompt, LIMITS, never());
    expect(asked[0]?.options).toEqual(LIMITS);
  });

  test("is counted as it will be asked", async () => {
    const { client, counted } = parrot();
    expect(await discreet(client, redact).countTokens?.(prompt, never())).toBe(3);
    expect(counted[0]?.user).toBe("a file with [redacted] in it");
  });

  test("has no secret in it, whatever the texts", async () => {
    const text = fc
      .array(fc.oneof(fc.string(), fc.constantFrom(SECRET, "-----BEGIN PRIVATE KEY-----", "Bearer ")))
      .map((pieces) => pieces.join(""));
    await fc.assert(
      fc.asyncProperty(text, text, async (system, user) => {
        const { client, asked } = parrot();
        await discreet(client, redact).ask({ ...PROMPT, system, user }, LIMITS, never());
        expect(JSON.stringify(asked)).not.toContain(SECRET);
      }),
    );
  });
});

describe("what comes back", () => {
  const ask = (reply: Reply) => discreet(parrot(reply).client, redact).ask(PROMPT, LIMITS, never());

  test("is an answer without secrets, in plain and in base64", async () => {
    const base64 = Buffer.from(SECRET).toString("base64");
    expect(await ask({ ...TEXT, text: `it is ${SECRET}, or ${base64}` })).toEqual({
      ...TEXT,
      text: `it is [redacted], or [redacted]${"=".repeat(base64.split("=").length - 1)}`,
    });
  });

  test("is a failure whose message and cure hold none, and all else as it was", async () => {
    const failed: Reply = {
      kind: "failed",
      model: "local",
      failure: { class: "auth", message: `no: ${SECRET}`, cure: `change ${SECRET}`, retryAt: 5, dropped: true },
      durationMs: 3,
    };
    expect(await ask(failed)).toEqual({
      ...failed,
      failure: { class: "auth", message: "no: [redacted]", cure: "change [redacted]", retryAt: 5, dropped: true },
    });
  });

  test("has no cure where the failure had none", async () => {
    const reply = await ask({
      kind: "failed",
      model: "m",
      failure: { class: "timeout", message: "late" },
      durationMs: 1,
    });
    expect(reply).toEqual({
      kind: "failed",
      model: "m",
      failure: { class: "timeout", message: "late" },
      durationMs: 1,
    });
  });

  test("is what it says of its health, in the same way", async () => {
    const ill = { ok: false, detail: `401 ${SECRET}`, cure: `not ${SECRET}` };
    expect(await discreet(parrot(TEXT, ill).client, redact).health(never())).toEqual({
      ok: false,
      detail: "401 [redacted]",
      cure: "not [redacted]",
    });
    expect(await discreet(parrot().client, redact).health(never())).toEqual(HEALTH);
  });
});

test("a client keeps its name, its traits and what more it can do, and gets no count that it has not", async () => {
  const { client } = parrot();
  const { countTokens: _, ...plain } = client;
  const closing = discreet({ ...plain, close: async () => "closed" }, redact);
  expect([closing.name, closing.endpoint, await closing.close()]).toEqual(["local", client.endpoint, "closed"]);
  expect(await closing.traits(never())).toEqual({ outputTokens: 100, takesGrammar: true });
  expect("countTokens" in closing).toBe(false);
});

describe("questions that a person is shown", () => {
  test("hold no secret", async () => {
    const questionFor = discreetQuestions(async () => ({ prompt, options: LIMITS }), redact);
    const question = await questionFor(parrot().client, 0);
    expect([question?.prompt.user, question?.options]).toEqual(["a file with [redacted] in it", LIMITS]);
  });

  test("stay none where none can be made", async () => {
    expect(await discreetQuestions(async () => undefined, redact)(parrot().client, 0)).toBeUndefined();
  });
});
