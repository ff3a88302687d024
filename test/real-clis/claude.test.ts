/** The same client with the real Claude Code, against a server on loopback: no account, no token is spent. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import type { FailureClass, ModelClient } from "../../src/core/model.ts";
import { systemClock } from "../../src/io/clock.ts";
import { runProcess } from "../../src/io/process.ts";
import { type ClaudeOptions, claudeClient } from "../../src/model/claude/client.ts";
import { LIMITS, PROMPT } from "../contract/model-client.ts";
import {
  type AnthropicReply,
  type AnthropicServer,
  startAnthropicServer,
} from "../fixtures/servers/anthropic-server.ts";
import { temporaryFolder } from "../support/temporary.ts";

/** Not .bin/claude: that is put in its place by an install script, and those are off here. */
const CLAUDE = fileURLToPath(
  new URL(`node_modules/@anthropic-ai/claude-code-${process.platform}-${process.arch}/claude`, import.meta.url),
);
const KEY = "planted-key-0123456789";

const never = () => new AbortController().signal;

interface Rig {
  readonly client: ModelClient;
  readonly server: AnthropicServer;
}

/** claude with a HOME of its own. */
async function rig(
  script: string | AnthropicReply | readonly (string | AnthropicReply)[],
  options: Partial<ClaudeOptions> = {},
): Promise<Rig> {
  const server = await startAnthropicServer(script);
  onTestFinished(() => server.close());
  const [home, cwd] = [temporaryFolder(), temporaryFolder()];
  const { env, ...others } = options;
  const client = claudeClient({
    name: "cloud",
    program: CLAUDE,
    run: runProcess,
    cwd: () => cwd,
    env: { HOME: home, ANTHROPIC_BASE_URL: server.url, ANTHROPIC_API_KEY: KEY, ...env },
    clock: systemClock,
    ...others,
  });
  return { client, server };
}

const ask = ({ client }: Rig, user = PROMPT.user) => client.ask({ ...PROMPT, user }, LIMITS, never());

describe("an answer", () => {
  test("comes whole, with its usage, and without its reasoning", async () => {
    const text = `--- a/src/añ.js\n${"line\n".repeat(1_500)}`;
    const reply = await ask(await rig({ kind: "text", thinking: "hm, well", text }));
    expect(reply).toMatchObject({
      kind: "text",
      text,
      finish: "stop",
      usage: { promptTokens: 331, cachedTokens: 300, outputTokens: 7, estimated: false },
    });
  });

  test("goes on after an output limit", async () => {
    const reply = await ask(await rig([{ kind: "text", text: "first half, ", finish: "max_tokens" }, "second half"]));
    expect(reply).toMatchObject({ kind: "text", text: "first half, second half", finish: "stop" });
  });

  test("that the limit cuts again and again says so", async () => {
    const reply = await ask(await rig({ kind: "text", text: "part ", finish: "max_tokens" }));
    expect(reply).toMatchObject({ kind: "text", text: expect.stringMatching(/^(part )+$/), finish: "length" });
  });
});

describe("a question", () => {
  test("arrives whole, without any tool, with the system prompt and limit that ralph gave", async () => {
    const on = await rig("yes", { outputTokens: 9_000, model: "claude-opus-4-1" });
    const user = `${"naïve 🦀 line\n".repeat(20_000)}end`;
    await ask(on, user);
    const body = JSON.stringify(on.server.asks[0]?.body);
    expect(on.server.asks[0]?.body).toMatchObject({ tools: [], max_tokens: 9_000 });
    expect(body).toContain(JSON.stringify(user).slice(1, -1));
    expect(body).toContain(PROMPT.system);
  });

  test("takes no file along that it mentions with an @", async () => {
    const secret = join(temporaryFolder(), "secret.txt");
    writeFileSync(secret, "PLANTED");
    const on = await rig("yes");
    await ask(on, `Mend the decorator @${secret} please`);
    const body = JSON.stringify(on.server.asks[0]?.body);
    expect(body).toContain(`@${secret}`);
    expect(body).not.toContain("PLANTED");
  });

  test("that begins with a slash is asked and not run as a command", async () => {
    const on = await rig("yes");
    expect(await ask(on, "/clear the list")).toMatchObject({ kind: "text", text: "yes" });
    expect(JSON.stringify(on.server.asks[0]?.body)).toContain("/clear the list");
  });
});

describe("what goes wrong becomes a failure with a class", () => {
  const status = (code: number, type: string, message: string, headers = {}): AnthropicReply => ({
    kind: "status",
    status: code,
    type,
    message,
    headers,
  });
  const rows: readonly (readonly [what: string, reply: AnthropicReply, failure: FailureClass])[] = [
    ["401", status(401, "authentication_error", "invalid x-api-key"), "auth"],
    ["403", status(403, "permission_error", "not allowed"), "auth"],
    ["404", status(404, "not_found_error", "model: x"), "refused"],
    ["429", status(429, "rate_limit_error", "slow down", { "retry-after": "3600" }), "rate limited"],
    ["500", status(500, "api_error", "oops"), "overloaded"],
    ["529", status(529, "overloaded_error", "Overloaded"), "overloaded"],
    [
      "a full context",
      status(400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"),
      "context overflow",
    ],
    ["413", status(413, "request_too_large", "Request exceeds the maximum size"), "context overflow"],
    [
      "an overload inside the stream",
      { kind: "error event", type: "overloaded_error", message: "Overloaded" },
      "overloaded",
    ],
    ["a connection that breaks off", { kind: "cut", text: "half an ans" }, "bad answer"],
    ["no text", { kind: "text", text: "" }, "bad answer"],
    ["a tool call", { kind: "tool", name: "Bash", input: { command: "ls" } }, "bad answer"],
  ];

  test.each(rows)("%s", async (_, reply, failure) => {
    const answer = await ask(await rig(reply));
    expect(answer).toMatchObject({ kind: "failed", failure: { class: failure } });
    expect(JSON.stringify(answer)).not.toContain(KEY);
  });

  test("a server that is not there", async () => {
    const on = await rig("yes");
    await on.server.close();
    expect(await ask(on)).toMatchObject({ failure: { class: "refused" } });
  });

  test("no login", async () => {
    expect(await ask(await rig("yes", { env: { ANTHROPIC_API_KEY: "" } }))).toMatchObject({
      failure: { class: "auth", cure: expect.stringContaining("/login") },
    });
  });

  test("silence in the middle of an answer, ended by the idle clock", async () => {
    const { client, server } = await rig({ kind: "stall", text: "half an ans" });
    const reply = await client.ask(PROMPT, { ...LIMITS, idleMs: 8_000 }, never());
    expect(reply).toMatchObject({ failure: { class: "timeout", message: expect.stringContaining("sent nothing") } });
    expect(server.asks).toHaveLength(1);
  });
});

/** Processes of this machine with that word among their arguments. */
const processesWith = (word: string): readonly string[] =>
  readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && argumentsOf(pid).includes(word));

function argumentsOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return []; // It has ended meanwhile.
  }
}

test.each(["hang", "stall"] as const)("an abort of a model that %ss leaves no process", async (kind) => {
  const model = `claude-abort-${kind}-${process.pid}`;
  const { client, server } = await rig({ kind, text: "half an ans" }, { model });
  const controller = new AbortController();
  const asking = client.ask(PROMPT, LIMITS, controller.signal);
  await server.asked(1);
  expect(processesWith(model)).not.toEqual([]);
  controller.abort();
  expect(await asking).toMatchObject({ failure: { class: "aborted" } });
  expect(processesWith(model)).toEqual([]);
});

test("a target's hooks and servers do not run, its memory is not sent, and nothing is written to it", async () => {
  const target = temporaryFolder();
  const marker = join(temporaryFolder(), "ran");
  const command = { type: "command", command: `touch ${marker}` };
  const hooks = Object.fromEntries(
    ["SessionStart", "UserPromptSubmit", "Stop", "SessionEnd"].map((name) => [name, [{ hooks: [command] }]]),
  );
  mkdirSync(join(target, ".claude"));
  writeFileSync(join(target, ".claude", "settings.json"), JSON.stringify({ hooks, enableAllProjectMcpServers: true }));
  writeFileSync(join(target, ".mcp.json"), JSON.stringify({ mcpServers: { x: { command: "touch", args: [marker] } } }));
  writeFileSync(join(target, "CLAUDE.md"), "PLANTED");
  const filesOf = (folder: string) => new Set(readdirSync(folder, { recursive: true, encoding: "utf8" }));
  const before = filesOf(target);

  const on = await rig("yes", { cwd: () => target });
  expect(await ask(on)).toMatchObject({ kind: "text", text: "yes" });
  expect(existsSync(marker)).toBe(false);
  expect(JSON.stringify(on.server.asks)).not.toContain("PLANTED");
  expect(filesOf(target)).toEqual(before);
});

test("it says which version it is", async () => {
  const { client, server } = await rig("yes");
  expect(await client.health(never())).toMatchObject({ ok: true, detail: expect.stringMatching(/^Claude Code 2\./) });
  expect(server.asks).toEqual([]);
});
