/**
 * Starts programs that outlive ralph, such as a model server, and knows them again in a later call.
 * io/process.ts ends its children with ralph; here that holds only until `letGo`.
 */
import { spawn } from "node:child_process";
import { closeSync, fstatSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { RalphError } from "../core/error.ts";
import { childEnvironment } from "./environment.ts";
import { idOf, pidOf, presenceOf } from "./presence.ts";
import { endFamily, killFamily, type ProcessFamily } from "./process-family.ts";

export interface BackgroundCommand {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  /** Added to the allow-listed environment as it is. */
  readonly env: Readonly<Record<string, string>>;
  /** What else it may see of ralph's own environment. */
  readonly inherits: (name: string) => boolean;
  /** Both streams are appended to it, after `heading`. */
  readonly logFile: string;
  readonly heading: string;
}

export interface BackgroundProcess {
  readonly kind: "started";
  readonly pid: number;
  /** `host:boot:namespace:pid:starttime`, as of a worker: see `presenceOf`. */
  readonly id: string;
  /** Bytes of the log file before what this process writes. */
  readonly logStart: number;
  /** How it ended: "exit code 1", "signal SIGKILL". Stays open while it runs. */
  readonly ended: Promise<string>;
  /** From now on it stays when ralph exits, and no longer keeps ralph from exiting. */
  letGo(): void;
  /** Ends it with everything it started, and what it left behind if it has ended already. */
  end(): Promise<void>;
}

export type Launch = BackgroundProcess | { readonly kind: "not started"; readonly why: string };

/** Not settled yet: they end with ralph, whatever ends it. */
const tentative = new Set<number>();
process.on("exit", () => {
  for (const pid of tentative) killFamily(familyOf(pid));
});

/** In its own session and process group, without input. Throws WRITE_FAILED for a log file that cannot be written. */
export async function startBackground(command: BackgroundCommand): Promise<Launch> {
  const log = openLog(command);
  try {
    return await launch(command, log);
  } catch (error) {
    // Node throws what it finds out before the fork (E2BIG, ENOMEM, a NUL character).
    return { kind: "not started", why: (error as Error).message };
  } finally {
    closeSync(log.file);
  }
}

async function launch({ argv, cwd, env, inherits }: BackgroundCommand, log: Log): Promise<Launch> {
  const [file, ...args] = argv;
  const extra = Object.entries(process.env).filter(
    (entry): entry is [string, string] => inherits(entry[0]) && entry[1] !== undefined,
  );
  const child = spawn(file, args, {
    cwd,
    env: childEnvironment(process.env, { ...Object.fromEntries(extra), ...env }),
    detached: true,
    stdio: ["ignore", log.file, log.file],
  });
  const { pid } = child;
  if (pid === undefined) return { kind: "not started", why: await whyNotStarted(child, file) };
  const id = idOf(pid);
  tentative.add(pid);
  const ended = new Promise<string>((resolve) => {
    child.once("exit", (code, signal) => {
      tentative.delete(pid);
      resolve(code === null ? `signal ${signal}` : `exit code ${code}`);
    });
  });
  const letGo = (): void => {
    tentative.delete(pid);
    child.unref();
  };
  const end = async (): Promise<void> => {
    await endFamily(familyOf(pid));
    await Promise.race([ended, delay(LAST_BREATH_MS, undefined, { ref: false })]);
  };
  return { kind: "started", pid, id, logStart: log.size, ended, letGo, end };
}

interface Log {
  readonly file: number;
  readonly size: number;
}

function openLog({ logFile, heading }: BackgroundCommand): Log {
  try {
    mkdirSync(dirname(logFile), { recursive: true });
    const file = openSync(logFile, "a");
    writeSync(file, `${heading}\n`);
    return { file, size: fstatSync(file).size };
  } catch (error) {
    throw new RalphError("WRITE_FAILED", { path: logFile, why: (error as Error).message }, { cause: error });
  }
}

const WHY: Readonly<Record<string, (program: string) => string>> = {
  ENOENT: (program) =>
    program.includes("/") ? `there is no program ${program}` : `there is no program \`${program}\` on PATH`,
  EACCES: (program) => `${program} may not be executed`,
};

async function whyNotStarted(child: ReturnType<typeof spawn>, program: string): Promise<string> {
  const error = await new Promise<NodeJS.ErrnoException>((resolve) => {
    child.once("error", resolve);
  });
  return WHY[error.code ?? ""]?.(program) ?? error.message;
}

/**
 * SIGTERM to everybody in its session, SIGKILL after half a second to whoever is left. Asks `presenceOf` first, so
 * that a number which another process has by now is never signalled. Returns whether it is gone.
 */
export async function endBackground(id: string): Promise<boolean> {
  if (presenceOf(id) === "here") await endFamily(familyOf(pidOf(id)));
  for (let waitedMs = 0; presenceOf(id) === "here" && waitedMs < LAST_BREATH_MS; waitedMs += POLL_MS) {
    await delay(POLL_MS);
  }
  return presenceOf(id) === "gone";
}

/** What a killed process may take to give back the memory of a large model. */
const LAST_BREATH_MS = 10_000;
const POLL_MS = 20;

/**
 * The session holds everybody who did not leave it. There is no marker: one names a ralph process as the owner, and
 * who outlives its owner is an orphan to `endOrphans`.
 */
const familyOf = (pid: number): ProcessFamily => ({ pid, marker: "background", strangers: new Set() });
