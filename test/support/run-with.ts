import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseCommandLine } from "../../src/check/command-line.ts";
import { judgeRun } from "../../src/check/judge-run.ts";
import { lineSplitter } from "../../src/check/line-splitter.ts";
import type { Runner } from "../../src/check/runners/runner.ts";
import type { TestRun } from "../../src/core/check.ts";
import { runProcess } from "../../src/io/process.ts";
import { temporaryFolder } from "./temporary.ts";

export interface RunWithOptions {
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** One real run of a command with one runner, as src/check/run.ts does it, whether ralph's list has the runner or not. */
export async function runWith(
  runner: Runner,
  root: string,
  command: string,
  { timeoutMs = 60_000, env = {} }: RunWithOptions = {},
): Promise<TestRun> {
  const line = parseCommandLine(command);
  if (line.kind === "unreadable") throw new Error(line.why);
  const reportFile = join(temporaryFolder("ralph-report"), "report");
  const instrumented = runner.instrument(line.words, reportFile, line.env);
  if (instrumented === undefined) throw new Error(`${runner.name} does not know \`${command}\``);

  const cwd = resolve(root, line.folder);
  const status = instrumented.isFiltered === true ? "skipped" : "errored";
  const reader = runner.reader({ root, cwd, emptyFileStatus: () => status });
  const lines = lineSplitter((text) => reader.line?.(text));
  const [program, ...args] = instrumented.words;
  const result = await runProcess(
    {
      argv: [program.text, ...args.map((arg) => arg.text)],
      cwd,
      env: { NO_COLOR: "1", CI: "1", RUST_BACKTRACE: "0", ...env, ...line.env, ...instrumented.env },
      pathPrefix: [join(cwd, "node_modules", ".bin")],
      timeoutMs,
      onStdout: lines.write,
    },
    new AbortController().signal,
  );
  lines.end();
  const report = reader.report({ report: readIfThere(reportFile), result });
  return judgeRun({ check: { name: "unit", command }, runner: runner.name, result, timeoutMs, report });
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** @param files text by path, relative to `root` */
export function writeFiles(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/** Status by id. */
export const statuses = ({ tests }: TestRun): Readonly<Record<string, string>> =>
  Object.fromEntries(tests.map(({ id, status }) => [id, status]));
