import { readFileSync, statSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import type { AskOptions, FailureClass } from "../../../src/core/model.ts";
import type { OpencodeOptions } from "../../../src/model/opencode/client.ts";
import { type Fault, LIMITS, modelClientContract, PROMPT } from "../../contract/model-client.ts";
import { temporaryFolder } from "../../support/temporary.ts";
import { KEY, type Order, opencode, pidFile, recording } from "./rig.ts";

const never = () => new AbortController().signal;

const FAULTS: Readonly<Record<Fault, Partial<OpencodeOptions>>> = {
  none: {},
  empty: {},
  hangs: {},
  stalls: {},
  cut: {},
  refused: { program: "opencode-that-is-not-there" },
};

modelClientContract("opencode", async (fault, text) => {
  const client = opencode({ fault, text }, FAULTS[fault]);
  return { client, stop: () => client.close() };
});

const ask = (order: Order, options: Partial<OpencodeOptions> = {}, limits: Partial<AskOptions> = {}) =>
  opencode(order, options).ask(PROMPT, { ...LIMITS, ...limits }, never());

/** Asks once and returns what the program was called with. */
async function called(prompt = PROMPT, options: Partial<OpencodeOptions> = {}) {
  const { record, lines } = recording();
  await opencode({ record }, options).ask(prompt, LIMITS, never());
  const [call] = lines();
  const { argv = [], env = {}, input, cwd } = call ?? {};
  const configFile = env["OPENCODE_CONFIG"] ?? "";
  return { argv, env, input, cwd, configFile, config: JSON.parse(readFileSync(configFile, "utf8")) as unknown };
}

describe("an answer", () => {
  test("comes with its tokens: of the prompt the cached ones too, of the output its reasoning too", async () => {
    expect(await ask({ text: "done" })).toMatchObject({
      kind: "text",
      model: "glm",
      text: "done",
      finish: "stop",
      usage: { promptTokens: 130, cachedTokens: 30, outputTokens: 7, estimated: false },
    });
  });

  test("costs what all its steps cost", async () => {
    expect(await ask({ fault: "costs" })).toMatchObject({
      text: "first second",
      usage: { promptTokens: 260, outputTokens: 14, costUsd: 0.75 },
    });
  });

  test("has no price where opencode knows none", async () => {
    expect(await ask({})).not.toHaveProperty("usage.costUsd");
  });

  test("that the output limit cut says so", async () => {
    expect(await ask({ fault: "finishes", reason: "length", text: "half an ans" })).toMatchObject({
      kind: "text",
      text: "half an ans",
      finish: "length",
    });
  });

  test("counts when opencode hangs after it", async () => {
    expect(await ask({ fault: "hangs after its answer", text: "done" })).toMatchObject({ kind: "text", text: "done" });
  });
});

const api = (statusCode: number | undefined, message: string, responseHeaders: object = {}) => ({
  name: "APIError",
  data: { message, statusCode, isRetryable: false, responseHeaders },
});
const unforeseen = {
  name: "UnknownError",
  data: { message: "Unexpected server error. Check server logs for details.", ref: "err_10b82e60" },
};

interface Failing {
  readonly title: string;
  readonly order: Order;
  readonly class: FailureClass;
  readonly message?: string;
  readonly cure?: string;
}

const complains = (error: object, stderr = ""): Order => ({ fault: "complains", error, stderr });

const FAILING: readonly Failing[] = [
  {
    title: "a key that the server refuses",
    order: complains(api(401, "bad key")),
    class: "auth",
    message: "opencode zai/glm-4.6 failed with 401: APIError: bad key",
    cure: "opencode auth login",
  },
  { title: "a forbidden model", order: complains(api(403, "not for you")), class: "auth" },
  {
    title: "a provider without a login",
    order: complains({ name: "ProviderAuthError", data: { providerID: "zai", message: "no key" } }),
    class: "auth",
    cure: "opencode auth login",
  },
  { title: "a usage limit", order: complains(api(429, "slow down")), class: "rate limited" },
  { title: "a server that fails", order: complains(api(500, "boom")), class: "overloaded", message: "boom" },
  { title: "a server that loads its model", order: complains(api(503, "Loading model")), class: "loading" },
  {
    title: "a prompt that is too long",
    order: complains({ name: "ContextOverflowError", data: { message: "request (101 tokens) exceeds …" } }),
    class: "context overflow",
    message: "101 tokens",
  },
  {
    title: "a server that is away",
    order: complains(
      api(undefined, "Cannot connect to API: Unable to connect. Is the computer able to access the url?"),
    ),
    class: "refused",
    message: "Unable to connect",
    cure: "Start the model's server",
  },
  {
    title: "a stream that broke off",
    order: complains(api(undefined, "Cannot connect to API: The socket connection was closed unexpectedly.")),
    class: "bad answer",
  },
  { title: "a request that the server does not like", order: complains(api(400, "what?")), class: "refused" },
  {
    title: "a model that opencode does not know, which only its log says",
    order: complains(
      unforeseen,
      'level=ERROR run=1 message=failed ref=err_1 error="ProviderModelNotFoundError: Model not found: zai/glm-9." cause="…"\n',
    ),
    class: "refused",
    message: "Model not found: zai/glm-9.",
    cure: "opencode models",
  },
  { title: "an error that says nothing", order: complains(unforeseen), class: "bad answer", message: "Unexpected" },
  {
    title: "an agent that opencode replaces by its own",
    order: { stderr: '\u001b[93m\u001b[1m! \u001b[0m agent "ralph-patch" not found. Falling back to default agent\n' },
    class: "refused",
    message: 'did not take ralph\'s agent: ! agent "ralph-patch" not found. Falling back',
    cure: "opencode upgrade",
  },
  { title: "a wish for a tool", order: { fault: "wants a tool" }, class: "bad answer", message: "the tool bash" },
  {
    title: "an empty answer that the limit cut",
    order: { fault: "finishes", reason: "length", text: "" },
    class: "bad answer",
  },
  {
    title: "a filtered answer",
    order: { fault: "finishes", reason: "content-filter" },
    class: "bad answer",
    message: "content-filter",
  },
  {
    title: "an answer without its last event",
    order: { fault: "ends early" },
    class: "bad answer",
    message: "exit code 1",
  },
  {
    title: "an odd exit after an answer",
    order: { fault: "exits oddly" },
    class: "bad answer",
    message: "exit code 3",
  },
  { title: "half a line of JSON", order: { fault: "cut" }, class: "bad answer", message: "SIGKILL" },
  {
    title: "a line that is no event",
    order: {
      fault: "babbles",
      stdout: '{"type":"te\n{"type":"step_finish","part":{"type":"step-finish","reason":"stop"}}\n',
    },
    class: "bad answer",
    message: '{"type":"te',
  },
  { title: "silence", order: { fault: "babbles" }, class: "bad answer", message: "exit code 0" },
  {
    title: "an option that this opencode does not know",
    order: { fault: "babbles", exitCode: 1, stderr: "Unknown argument: pure" },
    class: "bad answer",
    message: "Unknown argument: pure",
  },
];

describe("a failure", () => {
  test.each(FAILING)("$title is told with its class", async ({ order, class: what, message = "", cure = "" }) => {
    const reply = await ask(order);
    expect(reply).toMatchObject({
      kind: "failed",
      failure: { class: what, message: expect.stringContaining(message) },
    });
    if (cure !== "") expect(reply).toMatchObject({ failure: { cure: expect.stringContaining(cure) } });
  });

  test.each([
    ["12", 1_012_000],
    [new Date(1_050_000).toUTCString(), 1_050_000],
    [new Date(0).toUTCString(), 1_000_000],
    ["soon", undefined],
  ])("a limit with Retry-After %s says when to come back", async (text, retryAt) => {
    const order = complains(api(429, "slow down", { "retry-after": text }));
    const reply = await ask(order, { clock: { now: () => 1_000_000, monotonic: () => 0 } });
    expect(reply.kind === "failed" && reply.failure.retryAt).toBe(retryAt);
  });

  test("of an opencode that is not installed says how to install it", async () => {
    expect(await ask({}, { program: "opencode-that-is-not-there" })).toMatchObject({
      failure: {
        class: "refused",
        message: expect.stringContaining("no program `opencode-that-is-not-there` on PATH"),
        cure: expect.stringContaining("npm install -g opencode-ai"),
      },
    });
  });

  test("shows no key, wherever it is quoted", async () => {
    const provider = { url: "http://127.0.0.1:1/v1", apiKey: KEY };
    const replies = [
      await ask(complains(api(401, `bad key ${KEY}`)), { provider }),
      await ask({ fault: "babbles", stdout: `${KEY}\n`, stderr: KEY }, { env: { OTHER_API_KEY: KEY } }),
    ];
    expect(replies.map((reply) => reply.kind)).toEqual(["failed", "failed"]);
    expect(JSON.stringify(replies)).not.toContain(KEY);
  });
});

describe("what opencode is called with", () => {
  test("the arguments that make it a model and nothing else", async () => {
    const { argv } = await called();
    expect(argv.join(" ")).toBe(
      "run --format json -m zai/glm-4.6 --agent ralph-patch --title T001 --pure --print-logs --log-level ERROR",
    );
  });

  test("a prompt of 300 kB, whole and unchanged, on its standard input", async () => {
    const user = `/init @file "quoted" {env:HOME}\n${"naïve 🦀 line\n".repeat(20_000)}end`;
    expect((await called({ ...PROMPT, user })).input).toBe(user);
  });

  test("the caller's folder", async () => {
    const cwd = temporaryFolder();
    expect(await called(PROMPT, { cwd: () => cwd })).toMatchObject({ cwd });
  });

  test("an agent that has the system prompt and may do nothing, and no project's config", async () => {
    const { config, env } = await called();
    expect(config).toMatchObject({
      permission: "deny",
      agent: { "ralph-patch": { mode: "primary", prompt: PROMPT.system, permission: { "*": "deny" } } },
      share: "disabled",
      autoupdate: false,
    });
    expect(env).toMatchObject({ OPENCODE_DISABLE_PROJECT_CONFIG: "1", OPENCODE_DB: ":memory:" });
  });

  test("a config file that only its owner reads, and that holds no key", async () => {
    const { configFile, env } = await called(PROMPT, { provider: { url: "http://127.0.0.1:1/v1", apiKey: KEY } });
    expect(statSync(configFile).mode & 0o777).toBe(0o600);
    expect(readFileSync(configFile, "utf8")).not.toContain(KEY);
    expect(Object.values(env)).toContain(KEY);
  });

  test("nothing of what ralph's own environment holds, but what the model's configuration adds", async () => {
    vi.stubEnv("PLANTED_API_KEY", KEY);
    vi.stubEnv("OPENCODE_CONFIG_CONTENT", '{"permission":"allow"}');
    const { env } = await called(PROMPT, { env: { ADDED: "yes" } });
    vi.unstubAllEnvs();
    expect(JSON.stringify(env)).not.toContain(KEY);
    expect(env).not.toHaveProperty("OPENCODE_CONFIG_CONTENT");
    expect(env).toMatchObject({ ADDED: "yes" });
  });
});

describe("an abort", () => {
  test("leaves no process behind, not even a child of opencode's that left its group", async () => {
    const { pids, written, alive } = pidFile();
    const controller = new AbortController();
    const asking = opencode({ fault: "stalls", pids }).ask(PROMPT, LIMITS, controller.signal);
    await vi.waitFor(() => expect(written()).toHaveLength(2), { timeout: 20_000, interval: 20 });
    controller.abort();
    expect(await asking).toMatchObject({ failure: { class: "aborted" } });
    expect(alive()).toEqual([]);
  });
});

describe("what it says of itself", () => {
  test("its endpoint is the program and the model", () => {
    expect(opencode({}).endpoint).toBe("opencode zai/glm-4.6");
  });

  test("health is its version", async () => {
    expect(await opencode({}).health(never())).toEqual({ ok: true, detail: "opencode 1.18.33" });
  });

  test.each([
    [{ version: "broken\ninstall" }, {}, "broken"],
    [{}, { program: "opencode-that-is-not-there" }, "no program"],
  ])("without a version it is not well, and says how to install it", async (order, options, detail) => {
    expect(await opencode(order, options).health(never())).toMatchObject({
      ok: false,
      detail: expect.stringContaining(detail),
      cure: expect.stringContaining("npm install"),
    });
  });

  test.each([
    [{}, { outputTokens: 8_000, takesGrammar: false }],
    [
      { contextTokens: 1, outputTokens: 2 },
      { contextTokens: 1, outputTokens: 2, takesGrammar: false },
    ],
    [
      { provider: { url: "http://127.0.0.1:1/v1", contextTokens: 3 } },
      { contextTokens: 3, outputTokens: 8_000, takesGrammar: false },
    ],
  ])("its traits are those of its options %j", async (options, traits) => {
    expect(await opencode({}, options).traits(never())).toEqual(traits);
  });
});
