/** Runs a set-up command, such as `npm install`, as a check's command is run. */
import { resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { RalphError } from "../core/error.ts";
import type { ProcessResult, RunProcess } from "../core/process.ts";
import type { PrepareFailure } from "../core/workspace.ts";
import type { Redact } from "../io/redact.ts";
import { parseCommandLine } from "./command-line.ts";
import { expandWords } from "./globs.ts";

export interface SetupOptions {
  /** Of the folder that is set up. */
  readonly runIn: (folder: string) => RunProcess;
  readonly redact: Redact;
  readonly timeoutMs: number;
}

const TAIL_CHARACTERS = 2000;

/** Throws CHECK_UNREADABLE for a line that no program can be started from. */
export function setupRunner({ runIn, redact, timeoutMs }: SetupOptions) {
  return async (command: string, folder: string, signal: AbortSignal): Promise<PrepareFailure | undefined> => {
    const line = parseCommandLine(command);
    if (line.kind === "unreadable") throw new RalphError("CHECK_UNREADABLE", { command, why: line.why });
    const [program, ...args] = line.words;
    const cwd = resolve(folder, line.folder);
    const argv = [program.text, ...(await expandWords(args, cwd))] as const;
    const result = await runIn(folder)({ argv, cwd, env: { CI: "1", ...line.env }, timeoutMs }, signal);
    const why = whyNot(result, timeoutMs);
    return why === undefined ? undefined : { command, message: redact(stripVTControlCharacters(why)) };
  };
}

function whyNot({ startFailure, timedOut, exitCode, output }: ProcessResult, timeoutMs: number): string | undefined {
  if (startFailure !== undefined) return startFailure;
  const tail = output.trim().slice(-TAIL_CHARACTERS);
  if (timedOut !== false) return `it did not end within ${timeoutMs / 1000} s\n${tail}`;
  return exitCode === 0 ? undefined : `exit code ${exitCode}\n${tail}`;
}
