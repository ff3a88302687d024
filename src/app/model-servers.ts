/** The servers that ralph.yaml has commands for: from the line that a person wrote to a server that runs. */
import { homedir } from "node:os";
import { resolve } from "node:path";
import { parseCommandLine } from "../check/command-line.ts";
import { RalphError } from "../core/error.ts";
import { systemClock } from "../io/clock.ts";
import { redactor, secretsOf } from "../io/redact.ts";
import { type ReadyServer, startServer } from "../model/server/process.ts";
import type { ModelServer, ServerPlace } from "../model/server/server.ts";
import type { StartStep } from "../model/server/wait.ts";

export { stopServer } from "../model/server/process.ts";
export { lookAtServer, type ServerStatus } from "../model/server/status.ts";
export type { StartStep } from "../model/server/wait.ts";

export interface ServerSpec extends ServerPlace {
  /** One line as a person writes it: `llama-server -m ~/models/q.gguf --port 8000`. No shell runs it. */
  readonly command: string;
  /** Where it runs. */
  readonly cwd: string;
}

export interface StartRequest {
  /** Every server of the project. */
  readonly known: readonly ServerSpec[];
  readonly waitMs: number;
  readonly onStep: (step: StartStep) => void;
}

/** See `startServer` of model/; a command that cannot be read is SERVER_FAILED, too. */
export async function startFromSpec(
  spec: ServerSpec,
  request: StartRequest,
  signal: AbortSignal,
): Promise<ReadyServer> {
  const redact = redactor(secretsOf(process.env));
  return startServer(readServer(spec, homedir()), { ...request, clock: systemClock, redact }, signal);
}

/** Throws SERVER_FAILED. */
export function readServer(spec: ServerSpec, home: string): ModelServer {
  const { command, cwd, ...place } = spec;
  const line = parseCommandLine(expandHome(command.replace(/\\\r?\n/g, " ").trim(), home));
  if (line.kind === "unreadable") throw unreadable(spec, line.why);
  const glob = line.words.find(({ isGlob }) => isGlob);
  if (glob !== undefined) throw unreadable(spec, `\`${glob.text}\` is filled in by a shell; write the whole name`);
  const [program, ...rest] = line.words;
  const args = rest.map(({ text }) => text);
  refuseOtherPort(spec, args);
  return {
    ...place,
    argv: [program.text, ...args],
    env: line.env,
    cwd: resolve(cwd, line.folder),
    shown: withoutKeys(command),
  };
}

const unreadable = ({ name, command }: ServerSpec, why: string): RalphError =>
  new RalphError("SERVER_FAILED", {
    name,
    why: `cannot be started: in its command ${why}`,
    cure: `Mend it in ralph.yaml: \`${withoutKeys(command)}\`; what needs a shell goes into \`sh -c '…'\``,
  });

/** An unquoted `~` at the start of a word, as a shell reads it; quoted parts and escapes are stepped over. */
function expandHome(command: string, home: string): string {
  const quoted = `'${home.replaceAll("'", "'\\''")}'`;
  const pieces = /'[^']*'|"(?:[^"\\]|\\[\s\S])*"|\\[\s\S]|(?<![^\s])~(?=\/|\s|$)/g;
  return command.replace(pieces, (piece) => (piece === "~" ? quoted : piece));
}

/** Found at once instead of after minutes of waiting for a port that nobody opens. */
function refuseOtherPort({ name, url }: ServerSpec, args: readonly string[]): void {
  const at = args.indexOf("--port");
  const port = at < 0 ? undefined : args[at + 1];
  const expected = new URL(url).port;
  if (port === undefined || port === expected || expected === "") return;
  throw new RalphError("SERVER_FAILED", {
    name,
    why: `was not started: its command listens on port ${port}, and its url asks port ${expected}`,
    cure: "Give both the same port in ralph.yaml",
  });
}

/** A key in the command is as secret as any; the log and the state file are read by others. */
const withoutKeys = (command: string): string =>
  command.replace(/(--(?:api-key|hf-token)[=\s]+|\b\w*(?:KEY|TOKEN)=)(?:'[^']*'|"[^"]*"|\S+)/g, "$1[redacted]");
