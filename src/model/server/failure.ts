/** Why a model server cannot be started or ended, and what the person can do. */
import { RalphError } from "../../core/error.ts";
import type { ServerHealth } from "./health.ts";
import type { ServerRecord } from "./record.ts";
import type { ModelServer, ServerPlace } from "./server.ts";

export const notStarted = ({ name, shown }: ModelServer, why: string): RalphError =>
  new RalphError("SERVER_FAILED", {
    name,
    why: `could not be started: ${why}`,
    cure: `Mend the model's command in ralph.yaml: \`${shown}\``,
  });

export const endedEarly = (server: ModelServer, how: string, lastLines: readonly string[]): RalphError =>
  new RalphError("SERVER_FAILED", {
    name: server.name,
    why: `ended before it was ready (${how})`,
    log: { path: server.logFile, lastLines },
    cure: `Mend what the log names; by hand it is \`${server.shown}\``,
  });

/** @param health its last answer */
export const notReady = (
  server: ModelServer,
  waitMs: number,
  health: ServerHealth,
  lastLines: readonly string[],
): RalphError =>
  new RalphError("SERVER_FAILED", {
    name: server.name,
    why: `was not ready after ${Math.round(waitMs / 100) / 10} s (${stateOf(server, health)}), so ralph ended it`,
    log: { path: server.logFile, lastLines },
    cure:
      health.kind === "loading"
        ? "A large model needs longer: give it more time with `--wait`"
        : `Let its command listen where the model's url says: ${server.url}`,
  });

function stateOf({ url }: ServerPlace, health: ServerHealth): string {
  if (health.kind === "silent") return `nothing listens at ${url}`;
  return health.kind === "strange" ? `/health ${health.how}` : "it was still loading its model";
}

export const isElsewhere = ({ name, stateFile }: ServerPlace): RalphError =>
  new RalphError("SERVER_FAILED", {
    name,
    why: "was started from another machine or container, so nobody can tell from here whether it runs",
    cure: `Run \`ralph llm stop\` there; where that place is gone for good, delete ${stateFile}`,
  });

export const doesNotEnd = ({ name }: ServerPlace, { pid }: ServerRecord): RalphError =>
  new RalphError("SERVER_FAILED", {
    name,
    why: `(pid ${pid}) does not end, although it was killed`,
    cure: "It hangs in the kernel, often in a GPU driver: wait, then run `ralph llm stop` again, or restart the machine",
  });
