/**
 * Claude Code, headless: one process a call, with the login of the person who runs ralph.
 *
 * It is used as a model only. It gets no tools, no settings, hooks, memory or servers of anybody, and runs in an empty
 * folder; the prompt goes to its standard input. ralph reads the answer and makes the changes.
 */
import type { Clock } from "../../core/clock.ts";
import type { Health, ModelClient } from "../../core/model.ts";
import type { ProcessResult, RunProcess } from "../../core/process.ts";
import type { Prompt } from "../../core/prompt.ts";
import { redactor, secretsOf } from "../../io/redact.ts";
import { callCli, type LineMeaning } from "../cli-call.ts";
import { estimateUsage } from "../usage.ts";
import { judgeAnswer, type Program, START_CURE } from "./failure.ts";
import { addLine, type ClaudeAnswer, finishOf, NOTHING_SAID, usageOf } from "./stream.ts";

export interface ClaudeOptions {
  /** As in ralph.yaml. */
  readonly name: string;
  /** As `claude --model` takes it: an alias ("opus") or a full name; the person's default where absent. */
  readonly model?: string;
  /** Default "claude", searched on PATH. */
  readonly program?: string;
  readonly run: RunProcess;
  /** An empty private folder: claude reads the CLAUDE.md of the folder it runs in. */
  readonly cwd: () => string;
  /** Added to the child's environment, as ANTHROPIC_BASE_URL and ANTHROPIC_API_KEY of another server. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Longest single message, reasoning included; default 32,000. A call's own `maxTokens` is not handed on: at the
   * limit claude lets the model go on up to three times, so a low one costs more than it saves.
   */
  readonly outputTokens?: number;
  /** Default 200,000. */
  readonly contextTokens?: number;
  readonly clock: Clock;
}

const DEFAULT_OUTPUT_TOKENS = 32_000;
const DEFAULT_CONTEXT_TOKENS = 200_000;

/** Without `--include-partial-messages` a long answer would be one long silence. */
const FLAGS = ["-p", "--output-format", "stream-json", "--verbose", "--include-partial-messages"];

/** `--tools ""` takes all built-in tools, `--setting-sources ""` hooks and settings, the third MCP servers. */
const ALONE = ["--tools", "", "--setting-sources", "", "--strict-mcp-config", "--no-session-persistence"];

const ENVIRONMENT = {
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
  DISABLE_TELEMETRY: "1",
  DISABLE_ERROR_REPORTING: "1",
  DISABLE_AUTOUPDATER: "1",
  CLAUDE_CODE_ATTRIBUTION_HEADER: "0",
  /** Otherwise the file of every `@path` in a prompt is read and sent, wherever it is. */
  CLAUDE_CODE_DISABLE_ATTACHMENTS: "1",
  /** Otherwise a stream that broke off is asked again as one silent request. */
  CLAUDE_CODE_DISABLE_NONSTREAMING_FALLBACK: "1",
  /** Default 10, over 40 s and without a word: retries are ralph's. */
  CLAUDE_CODE_MAX_RETRIES: "0",
  /** ralph's own clocks are shorter. */
  API_TIMEOUT_MS: "600000",
};

/** Linux takes at most 131,071 bytes in one argument. */
const LONGEST_ARGUMENT_BYTES = 120_000;
const SYSTEM_ON_STDIN = "Follow the instructions at the head of the message.";

const VERSION_TIMEOUT_MS = 20_000;

/** Nothing is started before the first call. Calls may run side by side. */
export function claudeClient(options: ClaudeOptions): ModelClient {
  const { name, model, run, clock, program: file = "claude", env = {} } = options;
  const { outputTokens = DEFAULT_OUTPUT_TOKENS, contextTokens = DEFAULT_CONTEXT_TOKENS } = options;
  const endpoint = [file, ...modelFlag(model)].join(" ");
  const program: Program = { endpoint, redact: redactor(secretsOf(env)) };
  const environment = { ...ENVIRONMENT, CLAUDE_CODE_MAX_OUTPUT_TOKENS: String(outputTokens), ...env };
  return {
    name,
    endpoint,
    async ask(prompt, limits, signal) {
      const startedAt = clock.monotonic();
      const { system, input } = splitPrompt(prompt);
      let answer = NOTHING_SAID;
      const onLine = (line: string): LineMeaning => {
        answer = addLine(answer, line);
        return meaningOf(answer, limits.maxCharacters);
      };
      const argv = [file, ...FLAGS, ...ALONE, "--system-prompt", system, ...modelFlag(model)] as const;
      const command = { argv, cwd: options.cwd(), env: environment, input };
      const end = await callCli(run, { endpoint, command, startCure: START_CURE, onLine }, limits, signal);
      const durationMs = Math.round(clock.monotonic() - startedAt);
      const failure = judgeAnswer(answer, end, program);
      if (failure !== undefined) return { kind: "failed", model: name, failure, durationMs };
      const { text } = answer;
      const usage = usageOf(answer) ?? estimateUsage(prompt, text.length);
      return { kind: "text", model: name, text, finish: finishOf(answer) ?? "stop", usage, durationMs };
    },
    async health(signal) {
      const command = { argv: [file, "--version"], cwd: options.cwd(), env: environment } as const;
      return readHealth(await run({ ...command, timeoutMs: VERSION_TIMEOUT_MS }, signal), program);
    },
    traits: async () => ({ contextTokens, outputTokens, takesGrammar: false }),
  };
}

const modelFlag = (model: string | undefined): readonly string[] => (model === undefined ? [] : ["--model", model]);

function splitPrompt({ system, user }: Prompt): { readonly system: string; readonly input: string } {
  if (Buffer.byteLength(system) <= LONGEST_ARGUMENT_BYTES) return { system, input: asText(user) };
  return { system: SYSTEM_ON_STDIN, input: asText(`${system}\n\n${user}`) };
}

/** claude runs a prompt that begins with a slash as one of its own commands. */
const asText = (prompt: string): string => (prompt.startsWith("/") ? `\n${prompt}` : prompt);

/** After a tool call claude would ask the model again, which is of no use any more. */
function meaningOf({ text, unfinished, tool, result }: ClaudeAnswer, maxCharacters: number): LineMeaning {
  if (text.length + unfinished > maxCharacters) return "too long";
  return result === undefined && tool === undefined ? "more" : "last";
}

/** `claude --version` prints "2.1.197 (Claude Code)". It says nothing about the login: only a question would. */
function readHealth(result: ProcessResult, { endpoint, redact }: Program): Health {
  const [version] = /\d+\.\d+\.\d+\S*/.exec(result.stdout) ?? [];
  if (result.exitCode === 0 && version !== undefined) return { ok: true, detail: `Claude Code ${version}` };
  const why = result.startFailure ?? (result.output.trim().split("\n")[0] || "it does not say its version");
  return { ok: false, detail: `${endpoint} cannot be used: ${redact(why)}`, cure: START_CURE };
}
