/** What became of a model server: its state file, its process and its port seen together. Changes nothing. */
import { type Presence, presenceOf, residentBytes } from "../../io/presence.ts";
import { askHealth, askSlots, type ServerHealth, type Slots } from "./health.ts";
import { readRecord, type ServerRecord } from "./record.ts";
import type { ServerPlace } from "./server.ts";

/**
 * "stopped": not started, or stopped by ralph. "dead": ralph started it, and it ended by itself.
 * "stranger": something that ralph did not start has the port.
 */
type ServerState = "running" | "loading" | "stopped" | "stranger" | "dead";

export interface ServerStatus {
  readonly name: string;
  readonly state: ServerState;
  readonly url: string;
  readonly logFile: string;
  /** Of ralph's own server, while it runs. */
  readonly pid?: number;
  /** Epoch milliseconds. */
  readonly startedAt?: number;
  readonly memoryBytes?: number;
  readonly slots?: Slots;
  /** What a person should know besides; a clause about the server. */
  readonly note?: string;
}

/** Throws the abort only. */
export async function lookAtServer(server: ServerPlace, signal: AbortSignal): Promise<ServerStatus> {
  const { name } = server;
  const record = readRecord(server.stateFile);
  const presence = record === undefined ? "unknown" : presenceOf(record.process);
  const own = presence === "here" ? record : undefined;
  const url = own?.url ?? server.url;
  const health = await askHealth(url, signal);
  const slots = health.kind === "ready" ? await askSlots(url, signal) : undefined;
  const state = STATES[presence][health.kind];
  const note = noteOn(state, presence, health);
  return {
    name,
    state,
    url,
    logFile: record?.logFile ?? server.logFile,
    ...(own !== undefined && factsOf(own)),
    ...(slots !== undefined && { slots }),
    ...(note !== undefined && { note }),
  };
}

const NOT_OURS = { ready: "stranger", loading: "stranger", silent: "stopped", strange: "stranger" } as const;

const STATES: Readonly<Record<Presence | "unknown", Readonly<Record<ServerHealth["kind"], ServerState>>>> = {
  // Before it opens its port, llama-server looks for GPUs.
  here: { ready: "running", loading: "loading", silent: "loading", strange: "running" },
  gone: { ...NOT_OURS, silent: "dead" },
  elsewhere: NOT_OURS,
  unknown: NOT_OURS,
};

function factsOf({ pid, startedAt }: ServerRecord): Pick<ServerStatus, "pid" | "startedAt" | "memoryBytes"> {
  const memoryBytes = residentBytes(pid);
  return { pid, startedAt, ...(memoryBytes !== undefined && { memoryBytes }) };
}

function noteOn(state: ServerState, presence: Presence | "unknown", health: ServerHealth): string | undefined {
  if (presence === "elsewhere") return "was started from another machine or container and may still run there";
  if (state === "dead") return "ended by itself; its log tells why";
  if (state === "stranger") return "its port belongs to a server that ralph did not start";
  return health.kind === "strange" ? `runs, but /health ${health.how}` : undefined;
}
