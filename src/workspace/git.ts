/** Plain git as a child process: the one place that knows how ralph calls it. */
import { RalphError } from "../core/error.ts";
import type { RunProcess } from "../core/process.ts";

/**
 * Hooks, signing and background jobs of the person's configuration have no part in ralph's commits;
 * `git commit` syncs nothing by default, ralph's commits are on disk before the journal names them.
 */
const SETTINGS = [
  "core.hooksPath=/dev/null",
  "core.fsync=all",
  "core.fsmonitor=false",
  "core.quotePath=false",
  "commit.gpgSign=false",
  "rerere.enabled=false",
  "gc.auto=0",
  "advice.detachedHead=false",
  // Code under test could plant a repository with settings of its own in a submodule's place.
  "submodule.recurse=false",
  "diff.ignoreSubmodules=all",
];

/** A slot holds the blobs' bytes, whatever the person's configuration makes of line ends in their own checkout. */
const SLOT_SETTINGS = [...SETTINGS, "core.autocrlf=false", "core.eol=lf", "core.safecrlf=false"];

const ENVIRONMENT = {
  GIT_TERMINAL_PROMPT: "0",
  GIT_OPTIONAL_LOCKS: "0",
  LC_ALL: "C",
  GIT_AUTHOR_NAME: "ralph",
  GIT_AUTHOR_EMAIL: "ralph@localhost",
  GIT_COMMITTER_NAME: "ralph",
  GIT_COMMITTER_EMAIL: "ralph@localhost",
};

const TIMEOUT_MS = 300_000;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

interface GitOptions {
  readonly input?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
}

export interface GitResult {
  readonly ok: boolean;
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Git {
  /** Standard output, trimmed; throws GIT_FAILED. */
  (args: readonly string[], options?: GitOptions): Promise<string>;
  /** For calls whose failure is an answer. */
  readonly attempt: (args: readonly string[], options?: GitOptions) => Promise<GitResult>;
  /** The same git in one of ralph's own work trees. */
  readonly inSlot: (path: string) => Git;
}

export const gitIn = (cwd: string, run: RunProcess): Git => gitWith(SETTINGS, cwd, run);

function gitWith(settings: readonly string[], cwd: string, run: RunProcess): Git {
  const configured = settings.flatMap((setting) => ["-c", setting]);
  // A git call is never interrupted: it is short, and a half-done one would have to be cleaned up.
  const signal = new AbortController().signal;

  const attempt = async (args: readonly string[], options: GitOptions = {}): Promise<GitResult> => {
    const result = await run(
      {
        argv: ["git", ...configured, ...args],
        cwd,
        env: { ...ENVIRONMENT, ...options.env },
        timeoutMs: TIMEOUT_MS,
        maxOutputBytes: MAX_OUTPUT_BYTES,
        leavesNothing: true,
        ...(options.input === undefined ? {} : { input: options.input }),
      },
      signal,
    );
    if (result.startFailure !== undefined) throw new RalphError("GIT_MISSING", { why: result.startFailure });
    return { ok: result.exitCode === 0, exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr };
  };

  const git = async (args: readonly string[], options: GitOptions = {}): Promise<string> => {
    const result = await attempt(args, options);
    if (result.ok) return result.stdout.replace(/\n$/, "");
    throw gitFailed(args, result);
  };

  return Object.assign(git, { attempt, inSlot: (path: string) => gitWith(SLOT_SETTINGS, path, run) });
}

/** The error for an attempt whose failure is no answer after all. */
export function gitFailed(args: readonly string[], { stderr, stdout, exitCode }: GitResult): RalphError {
  const output = stderr.trim() || stdout.trim() || `exit code ${exitCode}`;
  return new RalphError("GIT_FAILED", { command: `git ${args.join(" ")}`, output });
}
