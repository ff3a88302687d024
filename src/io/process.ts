/**
 * The one place that starts programs. A child gets no shell, a closed or given input, an allow-listed environment and
 * its own process group; a clock, a silence or an abort ends it with everything it started, and so does its own exit.
 * Whatever happens comes back as a value.
 */
import { randomUUID } from "node:crypto";
import { statSync } from "node:fs";
import { delimiter } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { execa } from "execa";
import type { Command, ProcessResult, RunProcess } from "../core/process.ts";
import { childEnvironment } from "./environment.ts";
import { outputCapture } from "./output-capture.ts";
import { endFamily, killFamily, livingPids, MARKER_NAME, newMarker, type ProcessFamily } from "./process-family.ts";

const DEFAULT_OUTPUT_BYTES = 1024 * 1024;

/** After everybody is gone the pipes close by themselves; only a process out of reach can hold them longer. */
const DRAIN_LIMIT_MS = 500;

/** A longer delay makes a timer of Node ring at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

type Cut = "wall" | "idle" | "aborted";
type Child = ReturnType<typeof start>;

/** Detached children outlive their parent: whoever still runs when ralph exits is ended with it. */
const running = new Set<ProcessFamily>();
process.on("exit", () => {
  for (const family of running) killFamily(family);
});

/** Runs one program to its end; see `Command` for the limits. Rejects never: see `ProcessResult`. */
export const runProcess: RunProcess = async (command, signal) => {
  const startedAt = performance.now();
  const elapsed = (): number => Math.round(performance.now() - startedAt);
  if (signal.aborted) return { ...NOTHING_RAN, aborted: true, durationMs: elapsed() };
  const refusal = refusalOf(command);
  if (refusal !== undefined) return { ...NOTHING_RAN, startFailure: refusal, durationMs: elapsed() };

  const strangers = command.leavesNothing === true ? NOBODY : livingPids();
  const marker = newMarker(randomUUID());
  const child = start(command, marker);
  if (child.pid === undefined) {
    return { ...NOTHING_RAN, startFailure: startFailure(command, await child), durationMs: elapsed() };
  }
  const ended = await follow(child, { pid: child.pid, marker, strangers }, command, signal);
  return { ...ended, durationMs: elapsed() };
};

const NOBODY: ReadonlySet<number> = new Set();
const NOTHING_RAN = { exitCode: null, stdout: "", stderr: "", output: "", timedOut: false, aborted: false } as const;

function start(command: Command, marker: string) {
  const [file, ...args] = command.argv;
  return execa(file, args, {
    cwd: command.cwd,
    env: environmentOf(command, marker),
    extendEnv: false,
    detached: true,
    reject: false,
    // Output is captured below, in constant memory; execa would keep all of it.
    buffer: false,
    ...(command.input === undefined ? { stdin: "ignore" as const } : { input: command.input }),
  });
}

function environmentOf({ env, pathPrefix = [] }: Command, marker: string): Record<string, string> {
  const inherited = childEnvironment(process.env, { ...env, [MARKER_NAME]: marker });
  return { ...inherited, PATH: [...pathPrefix, inherited["PATH"] ?? ""].join(delimiter) };
}

/** From the start of a child to the moment in which nothing of it is left. */
async function follow(
  child: Child,
  family: ProcessFamily,
  command: Command,
  signal: AbortSignal,
): Promise<Omit<ProcessResult, "durationMs">> {
  running.add(family);
  const exited = new Promise<ExitStatus>((resolve) => {
    child.once("exit", (code, name) => resolve({ code, name }));
  });
  const closed = new Promise((resolve) => {
    child.once("close", resolve);
  });
  const captured = capture(child, command.maxOutputBytes ?? DEFAULT_OUTPUT_BYTES);
  if (command.onStdout !== undefined) child.stdout?.on("data", command.onStdout);

  const cut = await firstEnd(child, command, signal);
  if (cut !== undefined || command.leavesNothing !== true) await endFamily(family);
  running.delete(family);
  await Promise.race([closed, delay(DRAIN_LIMIT_MS, undefined, { ref: false })]);
  child.stdout?.destroy();
  child.stderr?.destroy();
  const status = await Promise.race([exited, delay(DRAIN_LIMIT_MS, NEVER_EXITED, { ref: false })]);
  return { ...outcome(status, cut), ...captured() };
}

interface ExitStatus {
  readonly code: number | null;
  readonly name: NodeJS.Signals | null;
}

const NEVER_EXITED: ExitStatus = { code: null, name: "SIGKILL" };

const outcome = (status: ExitStatus, cut: Cut | undefined) => ({
  exitCode: status.code,
  ...(status.name === null ? {} : { signal: status.name }),
  timedOut: cut === "wall" || cut === "idle" ? cut : (false as const),
  aborted: cut === "aborted",
});

/** Settles at the first of: the child's own exit (undefined), wall clock, silence, abort. */
function firstEnd(child: Child, command: Command, signal: AbortSignal): Promise<Cut | undefined> {
  return new Promise((resolve) => {
    const end = (cut?: Cut): void => {
      clearTimeout(wall);
      clearTimeout(idle);
      signal.removeEventListener("abort", onAbort);
      resolve(cut);
    };
    const onAbort = (): void => end("aborted");
    const wall = setTimeout(end, Math.min(command.timeoutMs, LONGEST_TIMER_MS), "wall");
    const idle = command.idleMs === undefined ? undefined : setTimeout(end, command.idleMs, "idle");
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", () => void idle?.refresh());
    child.once("exit", () => end());
    signal.addEventListener("abort", onAbort, { once: true });
  });
}

function capture(child: Child, maxBytes: number) {
  const stdout = outputCapture(maxBytes);
  const stderr = outputCapture(maxBytes);
  const both = outputCapture(maxBytes);
  for (const [stream, own] of [[child.stdout, stdout] as const, [child.stderr, stderr] as const]) {
    stream?.on("data", (chunk: Buffer) => {
      own.append(chunk);
      both.append(chunk);
    });
  }
  return (): Pick<ProcessResult, "stdout" | "stderr" | "output" | "cutBytes"> => ({
    stdout: stdout.text(),
    stderr: stderr.text(),
    output: both.text(),
    cutBytes: stdout.cutBytes() + stderr.cutBytes(),
  });
}

/** What no system would start. */
function refusalOf({ argv, cwd }: Command): string | undefined {
  if (argv.some((word) => word.includes("\0"))) return "an argument holds a NUL character";
  return isFolder(cwd) ? undefined : `the folder ${cwd} does not exist`;
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

const START_FAILURES: Readonly<Record<string, (program: string) => string>> = {
  ENOENT: (program) =>
    program.includes("/") ? `there is no program ${program}` : `there is no program \`${program}\` on PATH`,
  EACCES: (program) => `${program} may not be executed`,
  E2BIG: (program) => `the arguments of ${program} are too long for this system`,
  EAGAIN: () => "this system allows no more processes",
  ENOMEM: () => "there is not enough memory to start it",
};

function startFailure(command: Command, failed: Awaited<Child>): string {
  const explain = START_FAILURES[failed.code ?? ""];
  return explain?.(command.argv[0]) ?? failed.shortMessage ?? "it could not be started";
}
