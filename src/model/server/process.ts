/**
 * Starts a model server, waits until it is ready, and ends what it started: one server at a time for a port.
 * Whoever reads, starts or ends a server of a project holds the lock beside its state files, so that what was read
 * still holds when it is acted upon; nobody holds it while a model loads.
 */
import { dirname, join } from "node:path";
import type { Clock } from "../../core/clock.ts";
import { RalphError } from "../../core/error.ts";
import { type BackgroundProcess, endBackground, startBackground } from "../../io/background.ts";
import { withFileLock } from "../../io/file-lock.ts";
import { presenceOf } from "../../io/presence.ts";
import { doesNotEnd, isElsewhere, notStarted } from "./failure.ts";
import { askHealth, askModel } from "./health.ts";
import { readRecord, removeRecord, writeRecord } from "./record.ts";
import type { ModelServer, ServerPlace } from "./server.ts";
import { type WaitOptions, waitUntilReady } from "./wait.ts";

export interface StartOptions extends WaitOptions {
  /** Every server of the project, this one included. */
  readonly known: readonly ServerPlace[];
  readonly clock: Clock;
}

export interface ReadyServer {
  readonly pid: number;
  /** From its start to the first good answer. */
  readonly durationMs: number;
}

/**
 * Leaves the server running when it is ready; when it cannot become so, or on an abort, nothing of it is left.
 * Throws PORT_TAKEN, SERVER_FAILED, WRITE_FAILED, and the abort.
 */
export async function startServer(
  server: ModelServer,
  options: StartOptions,
  signal: AbortSignal,
): Promise<ReadyServer> {
  const startedAt = options.clock.monotonic();
  const child = await withFileLock(lockOf(server), () => launch(server, options, signal), signal);
  try {
    options.onStep({ kind: "started", pid: child.pid });
    await waitUntilReady(server, child, options, signal);
  } catch (error) {
    await child.end();
    await forget(server, child);
    throw error;
  }
  child.letGo();
  return { pid: child.pid, durationMs: Math.round(options.clock.monotonic() - startedAt) };
}

/** Returns its process id, or undefined where nothing of it ran. Throws SERVER_FAILED, WRITE_FAILED, and the abort. */
export async function stopServer(server: ServerPlace, signal: AbortSignal): Promise<number | undefined> {
  if (readRecord(server.stateFile) === undefined) return undefined;
  return withFileLock(lockOf(server), () => end(server), signal);
}

async function end(server: ServerPlace): Promise<number | undefined> {
  const record = readRecord(server.stateFile);
  if (record === undefined) return undefined;
  const presence = presenceOf(record.process);
  if (presence === "elsewhere") throw isElsewhere(server);
  const isEnded = presence === "gone" || (await endBackground(record.process));
  if (!isEnded) throw doesNotEnd(server, record);
  removeRecord(server.stateFile);
  return presence === "here" ? record.pid : undefined;
}

/** Ctrl-C does not interrupt the tidying up after it. */
async function forget(server: ServerPlace, child: BackgroundProcess): Promise<void> {
  const remove = async (): Promise<void> => {
    if (readRecord(server.stateFile)?.process === child.id) removeRecord(server.stateFile);
  };
  await withFileLock(lockOf(server), remove, new AbortController().signal);
}

const lockOf = ({ stateFile }: ServerPlace): string => join(dirname(stateFile), "servers.lock");

async function launch(server: ModelServer, options: StartOptions, signal: AbortSignal): Promise<BackgroundProcess> {
  refuseOwn(server, options.known);
  await refuseStranger(server, signal);
  const now = options.clock.now();
  const { name, argv, cwd, env, logFile, url, shown } = server;
  const heading = `${new Date(now).toISOString()} ralph starts ${shown}`;
  const child = await startBackground({ argv, cwd, env, inherits: isServerVariable, logFile, heading });
  if (child.kind === "not started") throw notStarted(server, child.why);
  try {
    const record = { name, pid: child.pid, process: child.id, startedAt: now, command: shown, url, logFile };
    writeRecord(server.stateFile, record);
  } catch (error) {
    await child.end();
    throw error;
  }
  return child;
}

/**
 * What a model server reads of its environment: which GPUs and kernels it may use (CUDA, ROCm, ggml), its own options
 * (LLAMA_ARG_*, LLAMA_API_KEY), and where downloaded models are. The person's own command runs with it, no model's code.
 */
const isServerVariable = (name: string): boolean =>
  /^(?:CUDA|HIP|HSA|ROCR|GGML|LLAMA)_/.test(name) || name === "HF_HOME";

/** A server of this name, wherever it listens, or any other one of the project on this port. */
function refuseOwn(server: ModelServer, known: readonly ServerPlace[]): void {
  for (const { stateFile } of [server, ...known]) {
    const record = readRecord(stateFile);
    if (record === undefined) continue;
    const isInTheWay = stateFile === server.stateFile || portOf(record.url) === portOf(server.url);
    const presence = presenceOf(record.process);
    if (!isInTheWay || presence === "gone") continue;
    if (presence === "elsewhere") throw isElsewhere({ ...server, stateFile });
    throw new RalphError("PORT_TAKEN", {
      name: server.name,
      holder: `ralph's own server of ${record.name} (pid ${record.pid}) already runs at ${record.url}`,
      cure: `\`ralph llm status\` shows it, \`ralph llm stop ${record.name}\` ends it`,
    });
  }
}

function portOf(url: string): string {
  const { port, protocol } = new URL(url);
  return port || (protocol === "https:" ? "443" : "80");
}

async function refuseStranger({ name, url }: ModelServer, signal: AbortSignal): Promise<void> {
  const health = await askHealth(url, signal);
  if (health.kind === "silent") return;
  const model = await askModel(url, signal);
  const serves = model === undefined ? "" : ` with the model ${model}`;
  throw new RalphError("PORT_TAKEN", {
    name,
    holder: `a server that ralph did not start${serves} already answers at ${url}`,
    cure: "Use that one as it is, or end it, or give the model another port in its url and its command",
  });
}
