/** `ralph llm start | stop | status`: the servers of the models that have a command in ralph.yaml. */
import { EXIT_OF } from "../app/exit-codes.ts";
import { localDay } from "../app/log-file.ts";
import {
  lookAtServer,
  type ServerSpec,
  type ServerStatus,
  type StartStep,
  startFromSpec,
  stopServer,
} from "../app/model-servers.ts";
import type { Output } from "../app/output.ts";
import { table } from "../app/table.ts";
import { isRalphError, RalphError } from "../core/error.ts";

interface ServerOptions {
  readonly json: boolean;
  /** How long a server may take until it is ready. */
  readonly waitMs: number;
}

type ServerIo = Pick<Output, "write" | "writeError">;

/** What the three commands are called with; `names` are models of ralph.yaml, none stands for all. */
type ServerCall = readonly [
  servers: readonly ServerSpec[],
  names: readonly string[],
  io: ServerIo,
  options: ServerOptions,
  signal: AbortSignal,
];

interface Failure {
  readonly name: string;
  readonly state: "failed";
  readonly problem: { readonly message: string; readonly cure: string };
}

/** Returns the exit code: 2 when one of them does not run now. Side by side; one that fails hinders no other. */
export async function llmStart(...[servers, names, io, options, signal]: ServerCall): Promise<number> {
  const chosen = choose(servers, names);
  if (chosen.length === 0) throw nothingToStart();
  const start = async (server: ServerSpec) => {
    const { name, url, logFile } = server;
    const onStep = (step: StartStep): void => io.writeError(announcement(server, step));
    const request = { known: servers, waitMs: options.waitMs, onStep };
    const { pid, durationMs } = await startFromSpec(server, request, signal);
    return { name, state: "running" as const, pid, durationMs, url, log: logFile };
  };
  const results = await forEach(chosen, start, signal);
  if (results === "interrupted") return interrupted(io, "what was being started is ended");
  return finish(results, io, options, ({ name, url, pid, durationMs }) => {
    return `${name}: runs at ${url} (pid ${pid}), ready after ${(durationMs / 1000).toFixed(1)} s.`;
  });
}

/** Returns the exit code: 0 also where nothing ran. */
export async function llmStop(...[servers, names, io, options, signal]: ServerCall): Promise<number> {
  const stop = async (server: ServerSpec) => {
    const pid = await stopServer(server, signal);
    return { name: server.name, state: "stopped" as const, ...(pid !== undefined && { pid }) };
  };
  const results = await forEach(choose(servers, names), stop, signal);
  if (results === "interrupted") return interrupted(io, "some servers may still run");
  return finish(results, io, options, ({ name, pid }) => {
    return pid === undefined ? `${name}: no server that ralph started was running.` : `${name}: stopped (pid ${pid}).`;
  });
}

/** Returns the exit code: 0 whatever the states are. Throws the abort. */
export async function llmStatus(...[servers, names, io, options, signal]: ServerCall): Promise<number> {
  const states = await Promise.all(choose(servers, names).map((server) => lookAtServer(server, signal)));
  io.write(options.json ? asJson(states.map(jsonOf)) : asText(states));
  return EXIT_OF["all done"];
}

function choose(servers: readonly ServerSpec[], names: readonly string[]): readonly ServerSpec[] {
  const known = servers.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return names.length === 0 ? servers : servers.filter(({ name }) => names.includes(name));
  throw new RalphError("USAGE", {
    what: `No model with a command is named ${unknown.join(", ")}`,
    cure: `Known: ${known.join(", ") || "none; give a model of ralph.yaml a `command`"}`,
  });
}

const nothingToStart = (): RalphError =>
  new RalphError("USAGE", {
    what: "No model in ralph.yaml has a command that starts its server",
    cure: "Give one a `command`, such as `llama-server -m MODEL.gguf --port 8000`",
  });

const announcement = ({ name, logFile }: ServerSpec, step: StartStep): string =>
  step.kind === "started" ? `${name}: started (pid ${step.pid}), log ${logFile}\n` : `${name}: loading its model\n`;

/** Each server's outcome, in order. Waits for all of them also on an abort: what was started is being ended. */
async function forEach<T>(
  servers: readonly ServerSpec[],
  act: (server: ServerSpec) => Promise<T>,
  signal: AbortSignal,
): Promise<readonly (T | Failure)[] | "interrupted"> {
  const settled = await Promise.allSettled(servers.map(act));
  if (signal.aborted) return "interrupted";
  return settled.map((each, at) => (each.status === "fulfilled" ? each.value : failure(servers[at], each.reason)));
}

function failure(server: ServerSpec | undefined, error: unknown): Failure {
  if (!isRalphError(error) || server === undefined) throw error;
  return { name: server.name, state: "failed", problem: { message: error.message, cure: error.cure } };
}

function interrupted(io: ServerIo, what: string): number {
  io.writeError(`interrupted: ${what}\n`);
  return EXIT_OF.interrupted;
}

function finish<T extends { readonly name: string; readonly state: string }>(
  results: readonly (T | Failure)[],
  io: ServerIo,
  { json }: ServerOptions,
  sentence: (done: T) => string,
): number {
  const failures = results.filter(isFailure);
  const done = results.filter((result): result is T => !isFailure(result));
  io.write(json ? asJson(results) : done.map((each) => `${sentence(each)}\n`).join(""));
  if (!json) for (const { problem } of failures) io.writeError(`ralph: ${problem.message}\n  ${problem.cure}.\n`);
  return failures.length === 0 ? EXIT_OF["all done"] : EXIT_OF["set-up"];
}

const isFailure = (result: { readonly state: string }): result is Failure => result.state === "failed";

const asJson = (servers: readonly object[]): string => `${JSON.stringify({ servers }, null, 2)}\n`;

const jsonOf = ({ startedAt, logFile, ...status }: ServerStatus): object => ({
  ...status,
  ...(startedAt !== undefined && { since: new Date(startedAt).toISOString() }),
  log: logFile,
});

function asText(states: readonly ServerStatus[]): string {
  if (states.length === 0) return "No model in ralph.yaml has a command that starts its server.\n";
  const head = ["NAME", "STATE", "PID", "SINCE", "MEMORY", "BUSY", "URL", "LOG"];
  const notes = states.flatMap(({ name, note }) => (note === undefined ? [] : [`${name}: ${note}.\n`]));
  return `${table([head, ...states.map(cells)])}${notes.join("")}`;
}

const cells = ({ name, state, pid, startedAt, memoryBytes, slots, url, logFile }: ServerStatus): readonly string[] => [
  name,
  state,
  pid?.toString() ?? "-",
  startedAt === undefined ? "-" : localMinute(startedAt),
  memoryBytes === undefined ? "-" : size(memoryBytes),
  slots === undefined ? "-" : `${slots.busy}/${slots.total}`,
  url,
  logFile,
];

const size = (bytes: number): string =>
  bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;

/** `2026-11-21 08:05` in the person's own time. */
const localMinute = (epochMs: number): string =>
  `${localDay(epochMs)} ${new Date(epochMs).toTimeString().slice(0, "08:05".length)}`;
