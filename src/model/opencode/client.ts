/**
 * opencode, headless: any provider that it knows, with the logins of the person who runs ralph, or a given server.
 *
 * It is used as a model only. Its agent may use no tool at all and runs in an empty folder, without the project's
 * config; the prompt goes to its standard input. ralph reads the answer and makes the changes.
 * One process a call (5 to 7 s and 500 MB on two cores), or one server for all of them (0.3 to 0.8 s a call): `serve`.
 */
import { createHash } from "node:crypto";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../core/clock.ts";
import type { AskOptions, Health, ModelClient } from "../../core/model.ts";
import type { Command, ProcessResult, RunProcess } from "../../core/process.ts";
import type { Prompt } from "../../core/prompt.ts";
import { replaceFile } from "../../io/files.ts";
import { redactor, secretsOf } from "../../io/redact.ts";
import { callCli, type LineMeaning } from "../cli-call.ts";
import { estimateUsage } from "../usage.ts";
import { AGENT, configText, type OpencodeProvider, opencodeEnvironment } from "./config.ts";
import { type Heard, judgeRun, type Program, quote, START_CURE } from "./failure.ts";
import { opencodeServer } from "./serve.ts";
import { askSession } from "./session.ts";
import { addLine, NOTHING_SAID, type OpencodeAnswer } from "./stream.ts";

export interface OpencodeOptions {
  /** As in ralph.yaml. */
  readonly name: string;
  /** "provider/model" as opencode knows it, e.g. "zai/glm-4.6". */
  readonly model: string;
  /** Default "opencode", searched on PATH. */
  readonly program?: string;
  readonly run: RunProcess;
  /** An empty private folder: opencode takes the one it runs in for the project. */
  readonly cwd: () => string;
  /** A private folder for the config file. */
  readonly stateFolder: () => string;
  /** An OpenAI-compatible server that opencode is to use; without it the person's own logins and providers are. */
  readonly provider?: OpencodeProvider;
  /**
   * One `opencode serve` for all calls, started by the first one and ended by `close()`. Beside being faster it tells
   * at once of a server that is away or refuses, and it shows an answer while it grows: without it a long answer is one
   * long silence, and opencode tries a dead server for 73 s before it says so. Default false.
   */
  readonly serve?: boolean;
  /** Longest answer, default 8,000; a call's own `maxTokens` is not handed on. */
  readonly outputTokens?: number;
  /** Default: that of the provider, where it is given. */
  readonly contextTokens?: number;
  /** Added to the child's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly clock: Clock;
}

export type OpencodeClient = ModelClient & {
  /** Ends the server, if one was started, with everything that still waits for it. Never rejects. */
  close(): Promise<void>;
};

type Question = (prompt: Prompt, limits: AskOptions, signal: AbortSignal) => Promise<Heard>;

const DEFAULT_OUTPUT_TOKENS = 8_000;
const VERSION_TIMEOUT_MS = 20_000;

/** Only its log says that a model is unknown. */
const LOGGING = ["--pure", "--print-logs", "--log-level", "ERROR"];

/** Where the system prompt comes with each question, the agent needs one of its own, or it gets opencode's. */
const SERVED_AGENT = "Answer in text. You have no tools.";

/** Nothing is started before the first call. Calls may run side by side. */
export function opencodeClient(options: OpencodeOptions): OpencodeClient {
  const { name, model, program: file = "opencode", clock, run, provider, env = {} } = options;
  const { outputTokens = DEFAULT_OUTPUT_TOKENS, contextTokens = provider?.contextTokens } = options;
  const secrets = [...secretsOf(env), provider?.apiKey ?? ""];
  const program: Program = { endpoint: `opencode ${model}`, redact: redactor(secrets) };
  const commandFor: CommandFor = (words, system) => ({
    argv: [file, ...words, ...LOGGING],
    cwd: options.cwd(),
    env: prepare({ ...options, outputTokens }, system),
  });
  const server = opencodeServer(run, () =>
    commandFor(["serve", "--hostname", "127.0.0.1", "--port", "0"], SERVED_AGENT),
  );
  const ask: Question =
    options.serve === true
      ? (prompt, limits, signal) => askSession({ server, model, program, clock, prompt, limits }, signal)
      : (prompt, limits, signal) => askRun({ run, model, program, clock, commandFor, prompt, limits }, signal);
  return {
    name,
    endpoint: program.endpoint,
    async ask(prompt, limits, signal) {
      const startedAt = clock.monotonic();
      const { answer, failure } = await ask(prompt, limits, signal);
      const durationMs = Math.round(clock.monotonic() - startedAt);
      if (failure !== undefined) return { kind: "failed", model: name, failure, durationMs };
      const { text, finish, usage = estimateUsage(prompt, text.length) } = answer;
      return { kind: "text", model: name, text, finish: finish === "length" ? "length" : "stop", usage, durationMs };
    },
    async health(signal) {
      const command: Command = { argv: [file, "--version"], cwd: options.cwd(), env, timeoutMs: VERSION_TIMEOUT_MS };
      return readHealth(await run(command, signal), program);
    },
    traits: async () => ({ outputTokens, takesGrammar: false, ...(contextTokens !== undefined && { contextTokens }) }),
    close: () => server.close(),
  };
}

type CommandFor = (words: readonly string[], system: string) => Pick<Command, "argv" | "cwd" | "env">;

interface Run {
  readonly run: RunProcess;
  readonly model: string;
  readonly program: Program;
  readonly clock: Clock;
  readonly commandFor: CommandFor;
  readonly prompt: Prompt;
  readonly limits: AskOptions;
}

/** Without a title opencode asks the model for one. */
async function askRun({ run, model, program, clock, commandFor, prompt, limits }: Run, signal: AbortSignal) {
  let answer = NOTHING_SAID;
  const onLine = (line: string): LineMeaning => {
    answer = addLine(answer, line);
    return meaningOf(answer, limits.maxCharacters);
  };
  const { taskId } = prompt.purpose;
  const words = ["run", "--format", "json", "-m", model, "--agent", AGENT, "--title", taskId];
  const command = { ...commandFor(words, prompt.system), input: prompt.user };
  const call = { endpoint: program.endpoint, command, startCure: START_CURE, onLine };
  const end = await callCli(run, call, limits, signal);
  return { answer, failure: judgeRun(answer, end, program, clock.now()) };
}

/** After a tool call opencode would only ask the model again. After an error it ends, and its log may explain more. */
function meaningOf({ text, finish, tool }: OpencodeAnswer, maxCharacters: number): LineMeaning {
  if (text.length > maxCharacters) return "too long";
  return finish === undefined && tool === undefined ? "more" : "last";
}

/**
 * Writes the config file and returns the environment that names it. One file per system prompt, named by its content,
 * so that calls side by side do not disturb each other. Throws WRITE_FAILED.
 */
function prepare(
  options: OpencodeOptions & { outputTokens: number },
  system: string,
): Readonly<Record<string, string>> {
  const stateFolder = options.stateFolder();
  const content = configText(options, system);
  const configFile = join(
    stateFolder,
    `opencode-${createHash("sha256").update(content).digest("hex").slice(0, 16)}.json`,
  );
  replaceFile(configFile, content);
  chmodSync(configFile, 0o600);
  return opencodeEnvironment({ ...options, configFile, stateFolder });
}

/** `opencode --version` prints "1.18.33". It says nothing about the login: only a question would. */
function readHealth(result: ProcessResult, program: Program): Health {
  const [version] = /\d+\.\d+\.\d+\S*/.exec(result.stdout) ?? [];
  if (result.exitCode === 0 && version !== undefined) return { ok: true, detail: `opencode ${version}` };
  const why = result.startFailure ?? (quote(result.output, program) || "it does not say its version");
  return { ok: false, detail: `${program.endpoint} cannot be used: ${program.redact(why)}`, cure: START_CURE };
}
