import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { ModelClient } from "../../../src/core/model.ts";
import type { RunProcess } from "../../../src/core/process.ts";
import { systemClock } from "../../../src/io/clock.ts";
import { runProcess } from "../../../src/io/process.ts";
import { type ClaudeOptions, claudeClient } from "../../../src/model/claude/client.ts";
import { type Fault, LIMITS, modelClientContract, PROMPT } from "../../contract/model-client.ts";
import { isAlive } from "../../support/is-alive.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const BIN = fileURLToPath(new URL("../../fixtures/bin", import.meta.url));
const KEY = "planted-key-0123456789";

const never = () => new AbortController().signal;

/** The fixture program is found as a person's own claude is: on PATH. */
const runWithFixtures: RunProcess = (command, signal) => runProcess({ ...command, pathPrefix: [BIN] }, signal);

/** What test/fixtures/bin/claude is to do. */
type Order = Readonly<Record<string, unknown>>;

function claude(order: Order, options: Partial<ClaudeOptions> = {}): ModelClient {
  const { env = {}, ...others } = options;
  return claudeClient({
    name: "cloud",
    run: runWithFixtures,
    cwd: () => BIN,
    clock: systemClock,
    env: { ...env, FAKE_CLAUDE: JSON.stringify(order) },
    ...others,
  });
}

const FAULTS: Readonly<Record<Fault, Partial<ClaudeOptions>>> = {
  none: {},
  empty: {},
  hangs: {},
  stalls: {},
  cut: {},
  refused: { program: "no-claude" },
};

modelClientContract("claude", async (fault, text) => ({
  client: claude({ fault, text }, FAULTS[fault]),
  stop: async () => undefined,
}));

const ask = (order: Order, options: Partial<ClaudeOptions> = {}) => claude(order, options).ask(PROMPT, LIMITS, never());

describe("an answer", () => {
  test("counts when claude hangs after its last event, and its usage too", async () => {
    const reply = await ask({ fault: "hangs after its result", text: "done" });
    expect(reply).toMatchObject({
      kind: "text",
      model: "cloud",
      text: "done",
      finish: "stop",
      usage: { promptTokens: 386, cachedTokens: 100, outputTokens: 17, estimated: false, costUsd: 0.001755 },
    });
  });

  test("that claude continued after an output limit is one text", async () => {
    const reply = await ask({ fault: "goes on", text: "first half, ", more: "second half" });
    expect(reply).toMatchObject({ kind: "text", text: "first half, second half", finish: "stop" });
  });

  test("that the output limit cut for good says so", async () => {
    const complaint = { errorName: "max_output_tokens", result: "API Error: exceeded the 32000 output token maximum" };
    const reply = await ask({ fault: "complains", partial: "half an ans", complaint });
    expect(reply).toMatchObject({ kind: "text", text: "half an ans", finish: "length" });
  });

  test("has no reasoning in it", async () => {
    expect(await ask({ fault: "reasons", text: "yes" })).toMatchObject({ kind: "text", text: "yes" });
  });

  test("without token counts is estimated from its characters", async () => {
    const reply = await ask({
      fault: "complains",
      partial: "12345678",
      complaint: { errorName: "max_output_tokens", usage: null },
    });
    expect(reply).toMatchObject({ kind: "text", usage: { outputTokens: 2, estimated: true } });
  });
});

describe("what goes wrong becomes a failure with a class", () => {
  const rows: readonly (readonly [what: string, order: Order, failure: object])[] = [
    ["a tool call", { fault: "wants a tool" }, { class: "bad answer", message: /wanted to use the tool Bash/ }],
    ["a bad exit code after an answer", { fault: "exits oddly" }, { class: "bad answer", message: /exit code 3/ }],
    [
      "a death by signal",
      { fault: "cut" },
      { class: "bad answer", message: /SIGKILL before its answer/, dropped: true },
    ],
    [
      "silence and exit code 0",
      { fault: "babbles" },
      { class: "bad answer", message: /exit code 0 before its answer/ },
    ],
    ["garbage", { fault: "babbles", stdout: "Segmentation fault\n" }, { class: "bad answer", message: /Segmentation/ }],
    ["half a line", { fault: "babbles", stdout: '{"type":"res' }, { class: "bad answer", message: /\{"type":"res/ }],
    ["a line without end", { fault: "never ends its line" }, { class: "bad answer", message: /10000 characters/ }],
    [
      "an old version",
      { fault: "babbles", stderr: "error: unknown option '--tools'", exitCode: 1 },
      { class: "refused", message: /--tools/, cure: /claude update/ },
    ],
    [
      "SIGINT, after which the exit code is 0",
      { fault: "complains", complaint: { subtype: "error_during_execution", exitCode: 0 } },
      { class: "bad answer", message: /error_during_execution/ },
    ],
  ];

  test.each(rows)("%s", async (_, order, failure) => {
    expect(await ask(order)).toMatchObject({ kind: "failed", model: "cloud", failure: saying(failure) });
  });

  test("a missing program, with the way to install and to log in", async () => {
    const failure = { class: "refused", message: /no program `no-claude` on PATH/, cure: /npm install -g.*\/login/ };
    expect(await ask({}, { program: "no-claude" })).toMatchObject({ failure: saying(failure) });
  });

  test("a key that claude quotes is taken out of the message", async () => {
    const complaint = { api_error_status: 401, result: `Invalid API key ${KEY}` };
    const reply = await ask({ fault: "complains", complaint }, { env: { ANTHROPIC_API_KEY: KEY } });
    expect(reply).toMatchObject({ failure: saying({ class: "auth", message: /\[redacted\]/ }) });
    expect(JSON.stringify(reply)).not.toContain(KEY);
  });
});

/** A pattern in `failure` stands for any text that it matches. */
const saying = (failure: object): object =>
  Object.fromEntries(
    Object.entries(failure).map(([key, value]) => [
      key,
      value instanceof RegExp ? expect.stringMatching(value) : value,
    ]),
  );

interface Seen {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly input: string;
  readonly cwd: string;
}

/** What the program was called with. */
async function seenWith(prompt: Partial<typeof PROMPT>, options: Partial<ClaudeOptions> = {}): Promise<Seen> {
  const record = join(temporaryFolder(), "seen.json");
  const reply = await claude({ record }, options).ask({ ...PROMPT, ...prompt }, LIMITS, never());
  expect(reply).toMatchObject({ kind: "text" });
  return JSON.parse(readFileSync(record, "utf8")) as Seen;
}

const valueAfter = ({ argv }: Seen, flag: string): string | undefined => argv[argv.indexOf(flag) + 1];

describe("how claude is called", () => {
  test("without tools, settings, servers or a kept session, in the private folder", async () => {
    const cwd = temporaryFolder();
    const seen = await seenWith({}, { cwd: () => cwd });
    expect(valueAfter(seen, "--tools")).toBe("");
    expect(valueAfter(seen, "--setting-sources")).toBe("");
    expect(seen.argv).toEqual(expect.arrayContaining(["-p", "--strict-mcp-config", "--no-session-persistence"]));
    expect(seen.env).toMatchObject({ CLAUDE_CODE_DISABLE_ATTACHMENTS: "1" });
    expect(seen.cwd).toBe(cwd);
  });

  test("with the system prompt as an argument and the rest on standard input, byte for byte", async () => {
    const user = `${"naïve 🦀 line\n".repeat(20_000)}end`;
    const seen = await seenWith({ user });
    expect(Buffer.byteLength(user)).toBeGreaterThan(300_000);
    expect(seen.input).toBe(user);
    expect(valueAfter(seen, "--system-prompt")).toBe(PROMPT.system);
  });

  test("with a system prompt that is too long for an argument at the head of standard input", async () => {
    const system = "Mend programs. ".repeat(20_000);
    const seen = await seenWith({ system });
    expect(seen.input).toBe(`${system}\n\n${PROMPT.user}`);
    expect(valueAfter(seen, "--system-prompt")).toMatch(/head of the message/);
  });

  test("with a prompt that is no command of claude's, even where it begins with a slash", async () => {
    expect((await seenWith({ user: "/clear the list" })).input).toBe("\n/clear the list");
  });

  test("with the model and the output limit that are configured", async () => {
    const seen = await seenWith({}, { model: "opus", outputTokens: 9_000 });
    expect(valueAfter(seen, "--model")).toBe("opus");
    expect(seen.env).toMatchObject({ CLAUDE_CODE_MAX_OUTPUT_TOKENS: "9000" });
  });

  test("with the person's own default model where none is configured", async () => {
    expect((await seenWith({})).argv).not.toContain("--model");
  });

  test("with the person's HOME and what is configured, but no other secret of ralph's own environment", async () => {
    vi.stubEnv("PLANTED_API_KEY", KEY);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { env } = await seenWith({}, { env: { ANTHROPIC_BASE_URL: "http://127.0.0.1:9" } });
    expect(env).toMatchObject({ HOME: process.env["HOME"], ANTHROPIC_BASE_URL: "http://127.0.0.1:9" });
    expect(JSON.stringify(env)).not.toContain(KEY);
    expect(env["PATH"]?.split(delimiter)[0]).toBe(BIN);
  });
});

test("an abort leaves nothing of what claude started", async () => {
  const pids = join(temporaryFolder(), "pids");
  const readPids = (): readonly number[] => readFileSync(pids, "utf8").trim().split("\n").map(Number);
  onTestFinished(() => {
    for (const pid of existsSync(pids) ? readPids() : []) if (isAlive(pid)) process.kill(pid, "SIGKILL");
  });
  const controller = new AbortController();
  const asking = claude({ fault: "stalls", pids }).ask(PROMPT, LIMITS, controller.signal);
  await vi.waitUntil(() => existsSync(pids) && readPids().length === 2, { timeout: 20_000, interval: 20 });
  controller.abort();
  expect(await asking).toMatchObject({ failure: { class: "aborted" } });
  expect(readPids().filter(isAlive)).toEqual([]);
});

describe("what it says of itself", () => {
  test("is the version, without a question", async () => {
    expect(await claude({}).health(never())).toEqual({ ok: true, detail: "Claude Code 2.1.197" });
  });

  test.each([
    ["there is no such program", {}, { program: "no-claude" }, /no program/],
    ["it prints something else", { version: "Illegal instruction" }, {}, /Illegal instruction/],
  ])("is not well when %s", async (_, order, options, says) => {
    expect(await claude(order, options).health(never())).toEqual({
      ok: false,
      detail: expect.stringMatching(says),
      cure: expect.stringContaining("npm install"),
    });
  });

  test("is where it is and what prompts must be made for", async () => {
    const client = claude({}, { model: "opus" });
    expect(client.endpoint).toBe("claude --model opus");
    expect(await client.traits(never())).toEqual({ contextTokens: 200_000, outputTokens: 32_000, takesGrammar: false });
    const small = claude({}, { contextTokens: 8_000, outputTokens: 2_000 });
    expect(await small.traits(never())).toMatchObject({ contextTokens: 8_000, outputTokens: 2_000 });
  });
});
