/** Success criteria that ralph looks at itself, as one more check: each criterion is a result. */
import type { CheckContext, RunCheck, TestResult, TestRun } from "../core/check.ts";
import type { FileState, ReadFile } from "../core/patch.ts";
import type { CheckSpec, Criterion, Probe } from "../core/task.ts";

export interface ProbeOptions {
  /** Reads a file below a folder, refusing what leaves it. */
  readonly readBelow: (folder: string) => ReadFile;
  /** For criteria that name a command. */
  readonly runCheck: RunCheck;
}

interface Looking extends ProbeOptions {
  readonly read: ReadFile;
  readonly check: CheckSpec;
  readonly context: CheckContext;
  readonly signal: AbortSignal;
}

/** Undefined = met; else why it is not. */
type Look<K extends Probe["kind"]> = (
  probe: Extract<Probe, { kind: K }>,
  looking: Looking,
) => Promise<string | undefined> | string | undefined;

/** @param check its `probes` are looked at, one after the other */
export async function runProbes(
  options: ProbeOptions,
  check: CheckSpec,
  context: CheckContext,
  signal: AbortSignal,
): Promise<TestRun> {
  const looking = { ...options, read: options.readBelow(context.cwd), check, context, signal };
  const tests: TestResult[] = [];
  for (const criterion of check.probes ?? []) tests.push(await lookAt(criterion, looking));
  const passed = tests.length > 0 && tests.every((test) => test.status === "passed");
  return {
    name: check.name,
    command: check.command,
    runner: "probes",
    tests,
    passed,
    timedOut: false,
    exitCode: passed ? 0 : 1,
    output: "",
    durationMs: 0,
  };
}

async function lookAt({ text, probe }: Criterion, looking: Looking): Promise<TestResult> {
  const why = probe === undefined ? "it names nothing to look at" : await look(probe, looking);
  const told = { id: text, kind: "test", name: text } as const;
  return why === undefined ? { ...told, status: "passed" } : { ...told, status: "failed", message: why };
}

const look = (probe: Probe, looking: Looking) => (LOOKS[probe.kind] as Look<Probe["kind"]>)(probe, looking);

const LOOKS: { readonly [K in Probe["kind"]]: Look<K> } = {
  exists: ({ path }, { read }) => (isThere(read(path)) ? undefined : `${path} is not there`),
  missing: ({ path }, { read }) => (isThere(read(path)) ? `${path} is still there` : undefined),
  contains: ({ path, text }, { read }) => {
    const found = textOf(read(path));
    if (found === undefined) return `${path} is not there, or is no text`;
    return found.includes(text) ? undefined : `${path} does not contain \`${text}\``;
  },
  lacks: ({ path, text }, { read }) => {
    const found = textOf(read(path));
    if (found === undefined) return `${path} is not there, or is no text`;
    return found.includes(text) ? `${path} still contains \`${text}\`` : undefined;
  },
  moved: lookForMove,
  command: lookAtCommand,
};

/** A folder counts as there, too. */
const isThere = (state: FileState): boolean =>
  state.kind === "text" || (state.kind === "refused" && state.why !== "symlink" && state.why !== "outside the root");
const textOf = (state: FileState): string | undefined => (state.kind === "text" ? state.text : undefined);

/** A file that moved may be changed on the way, but it is still that file. */
const SAME_LINES = 0.5;

async function lookForMove(
  { from, to }: Extract<Probe, { kind: "moved" }>,
  { read, context }: Looking,
): Promise<string | undefined> {
  if (isThere(read(from))) return `${from} is still there`;
  const moved = textOf(read(to));
  if (moved === undefined) return `${to} is not there`;
  const original = await context.readBase?.(from);
  if (original === undefined) return `${from} was not there when the task began`;
  const lines = original.split("\n").filter((line) => line.trim() !== "");
  const now = new Set(moved.split("\n"));
  const kept = lines.filter((line) => now.has(line)).length;
  return kept >= lines.length * SAME_LINES ? undefined : `${to} is another file than ${from} was`;
}

async function lookAtCommand(
  { command }: Extract<Probe, { kind: "command" }>,
  { runCheck, check, context, signal }: Looking,
): Promise<string | undefined> {
  const timeout = check.timeoutMs === undefined ? {} : { timeoutMs: check.timeoutMs };
  const run = await runCheck({ name: command, command, ...timeout }, context, signal);
  if (run.passed) return undefined;
  const red = run.tests.find((test) => test.status !== "passed" && test.status !== "skipped");
  return red?.message ?? `\`${command}\` does not pass`;
}
