/** The servers that ralph.yaml has commands for. */
import { RalphError } from "../core/error.ts";
import { systemClock } from "../io/clock.ts";
import type { Config } from "./config-resolve.ts";
import { localDay } from "./log-file.ts";
import type { ServerSpec } from "./model-servers.ts";

export function serversOf(config: Config): readonly ServerSpec[] {
  const day = localDay(systemClock.now());
  return Object.entries(config.models).flatMap(([name, model]) => {
    if (model.provider !== "openai" || model.command === undefined) return [];
    const file = name.replaceAll("/", "-");
    return [
      {
        name,
        command: model.command,
        url: model.url,
        cwd: config.root,
        logFile: `${config.logs}/${file}_${day}.log`,
        stateFile: `${config.root}/.ralph/servers/${file}.json`,
      },
    ];
  });
}

/** Throws USAGE for what is no number of seconds. */
export function waitMsOf(seconds: string): number {
  const value = Number(seconds);
  if (seconds.trim() !== "" && value > 0 && Number.isFinite(value)) return value * 1000;
  throw new RalphError("USAGE", { what: `--wait ${seconds} is no number of seconds`, cure: "Write it as --wait 600" });
}
