/**
 * Runs one check in a workspace and reads what it said. The runner is found by the command; one that ralph does not know
 * is judged by its exit code.
 */
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { CheckContext, RunCheck, TestResult, TestRun, TestStatus } from "../core/check.ts";
import { RalphError } from "../core/error.ts";
import type { Command, ProcessResult, RunProcess } from "../core/process.ts";
import type { CheckSpec } from "../core/task.ts";
import { readPlainFile } from "../io/files.ts";
import { freePort } from "../io/free-port.ts";
import { readBelow } from "../io/read-root.ts";
import type { Redact } from "../io/redact.ts";
import { type CommandLine, parseCommandLine } from "./command-line.ts";
import { expandWords } from "./globs.ts";
import { judgeRun } from "./judge-run.ts";
import { keepAttachments } from "./keep-attachments.ts";
import { lineSplitter } from "./line-splitter.ts";
import { runProbes } from "./probe.ts";
import { directCommand, type PackageScripts } from "./resolve.ts";
import { RUNNERS } from "./runners/all.ts";
import type { Instrumented, Runner } from "./runners/runner.ts";

export interface CheckRunnerOptions {
  /** Runs programs that may write to the work tree and to those folders, and to nothing else where they are confined. */
  readonly runIn: (room: { readonly workTree: string; readonly writable: readonly string[] }) => RunProcess;
  /** Takes secrets out of everything that is kept of a run. */
  readonly redact: Redact;
  /** Longest silence of a check; none by default, as many runners print at their end only. */
  readonly idleMs?: number;
}

/** Short evidence, and the same on every machine. What the command line itself sets wins. */
const CHECK_ENVIRONMENT = { NO_COLOR: "1", CI: "1", RUST_BACKTRACE: "0" } as const;

/**
 * Throws CHECK_UNREADABLE for a line that no program can be started from, and the signal's reason when aborted.
 * A program or a folder that is not there is the run's `startFailure`.
 */
export function checkRunner(options: CheckRunnerOptions): RunCheck {
  const runCheck: RunCheck = async (check, context, signal) => {
    if (check.probes !== undefined) return runProbes({ readBelow, runCheck }, check, context, signal);
    const root = await realpath(context.cwd);
    const plan = planOf(await withPort(check), root);
    const privateFolder = await mkdtemp(join(tmpdir(), "ralph-report-"));
    try {
      const run = await runPlan(plan, { ...options, check, root, context, privateFolder }, signal);
      signal.throwIfAborted();
      return redacted(run, options.redact);
    } finally {
      await rm(privateFolder, { recursive: true, force: true });
    }
  };
  return runCheck;
}

/** `{port}` in a command is a port of 127.0.0.1 that nobody listens on. */
async function withPort(check: CheckSpec): Promise<CheckSpec> {
  if (!check.command.includes("{port}")) return check;
  return { ...check, command: check.command.replaceAll("{port}", String(await freePort())) };
}

interface Plan {
  readonly line: CommandLine;
  /** Undefined: judged by its exit code. */
  readonly runner: Runner | undefined;
}

function planOf(check: CheckSpec, root: string): Plan {
  const line = parseCommandLine(check.command);
  if (line.kind === "unreadable") throw new RalphError("CHECK_UNREADABLE", { command: check.command, why: line.why });
  const cwd = resolve(root, line.folder);
  if (!isBelow(root, cwd)) {
    throw new RalphError("CHECK_UNREADABLE", {
      command: check.command,
      why: "its folder is outside of the repository",
    });
  }
  // A folder that is not there is said so by whoever starts the program.
  if (!existsSync(cwd)) return { line, runner: undefined };
  const direct = directCommand(line, (folder) => findScripts(root, folder));
  const runner = RUNNERS.find((each) => each.instrument(direct.words, "", direct.env) !== undefined);
  // A script of another kind goes through its package manager, as the person wrote it.
  return runner === undefined ? { line, runner } : { line: direct, runner };
}

const isBelow = (root: string, path: string): boolean => !/^\.\.(?:\/|$)/.test(relative(root, path));

function findScripts(root: string, folder: string): PackageScripts | undefined {
  for (let at = resolve(root, folder); isBelow(root, at); at = dirname(at)) {
    const scripts = scriptsIn(join(at, "package.json"));
    if (scripts !== undefined) return { folder: relative(root, at), scripts };
    if (at === root) return undefined;
  }
  return undefined;
}

function scriptsIn(path: string): PackageScripts["scripts"] | undefined {
  try {
    const { scripts } = JSON.parse(readFileSync(path, "utf8")) as { readonly scripts?: object };
    const isText = (entry: [string, unknown]): entry is [string, string] => typeof entry[1] === "string";
    return Object.fromEntries(Object.entries(scripts ?? {}).filter(isText));
  } catch {
    // None here, or none that can be read: the package manager says so better than ralph could.
    return undefined;
  }
}

interface RunContext extends CheckRunnerOptions {
  readonly check: CheckSpec;
  readonly root: string;
  readonly context: CheckContext;
  readonly privateFolder: string;
}

async function runPlan({ line, runner }: Plan, own: RunContext, signal: AbortSignal): Promise<TestRun> {
  const { check, root, context, privateFolder } = own;
  const cwd = resolve(root, line.folder);
  const reportFile = join(privateFolder, "report");
  const instrumented: Instrumented = runner?.instrument(line.words, reportFile, line.env) ?? {
    words: line.words,
    env: {},
  };
  const ofEmptyFile = instrumented.isFiltered === true ? (): TestStatus => "skipped" : emptyFileStatus;
  const reader = runner?.reader({ root, cwd, emptyFileStatus: ofEmptyFile });
  const lines = reader?.line === undefined ? undefined : lineSplitter(reader.line);
  const command = await commandOf({ ...line, ...instrumented, env: { ...line.env, ...instrumented.env } }, cwd, own);
  const heard = lines === undefined ? command : { ...command, onStdout: lines.write };
  const runConfined = own.runIn({ workTree: root, writable: [privateFolder] });
  const result = withHint(await runConfined(heard, signal), runner);
  lines?.end();
  const { timeoutMs } = context;
  if (runner === undefined || reader === undefined) return judgeRun({ check, runner: "command", result, timeoutMs });

  const report = reader.report({ report: readReport(reportFile), result });
  const run = judgeRun({ check, runner: runner.name, result, timeoutMs, report });
  const { artifacts } = context;
  const attachments = artifacts === undefined ? [] : keepAttachments(report, privateFolder, artifacts);
  return attachments.length === 0 ? run : { ...run, attachments };
}

const REPORT_BYTES = 256 * 1024 * 1024;

/** Code under test can reach the file: a link in its place, or what would be waited for, is no report. */
function readReport(path: string): string | undefined {
  const read = readPlainFile(path, REPORT_BYTES);
  return read.kind === "file" ? read.bytes.toString() : undefined;
}

async function commandOf(line: CommandLine, cwd: string, { root, context, idleMs }: RunContext): Promise<Command> {
  const [program, ...args] = line.words;
  return {
    argv: [program.text, ...(await expandWords(args, cwd).catch(() => args.map((arg) => arg.text)))],
    cwd,
    env: { ...CHECK_ENVIRONMENT, ...line.env },
    pathPrefix: programFolders(root, cwd),
    timeoutMs: context.timeoutMs,
    ...(idleMs === undefined ? {} : { idleMs }),
  };
}

/** Where a package manager would look for a script's program. */
function programFolders(root: string, cwd: string): readonly string[] {
  const own = join(cwd, "node_modules", ".bin");
  return cwd === root ? [own] : [own, ...programFolders(root, dirname(cwd))];
}

function withHint(result: ProcessResult, runner: Runner | undefined): ProcessResult {
  if (result.startFailure === undefined || runner?.installHint === undefined) return result;
  return { ...result, startFailure: `${result.startFailure}; ${runner.installHint}` };
}

/** A file that declares tests and ran none was ended before; a plain script that only asserts has none to run. */
function emptyFileStatus(file: string): TestStatus {
  try {
    const declaresTests = /["']node:test["']|\b(?:test|it|describe|suite)\s*[.(]/.test(readFileSync(file, "utf8"));
    return declaresTests ? "errored" : "passed";
  } catch {
    return "errored";
  }
}

function redacted(run: TestRun, redact: Redact): TestRun {
  const clean = (text: string): string => redact(stripVTControlCharacters(text));
  return { ...run, output: clean(run.output), tests: run.tests.map((test) => cleanResult(test, clean)) };
}

/** A test is told apart by its id, and a name may hold a parameter that is a secret. */
const TEXTS = ["id", "name", "message", "expected", "actual"] as const;

const cleanResult = (test: TestResult, clean: (text: string) => string): TestResult => ({
  ...test,
  ...Object.fromEntries(TEXTS.flatMap((key) => (test[key] === undefined ? [] : [[key, clean(test[key])]]))),
});
