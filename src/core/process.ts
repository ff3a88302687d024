/** One child process. No shell: `argv` is what runs. */
export interface Command {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  /** Added to the allow-listed environment as it is, secrets included. */
  readonly env?: Readonly<Record<string, string>>;
  /** Folders that are searched for programs before those of PATH. */
  readonly pathPrefix?: readonly string[];
  readonly input?: string | Buffer;
  /** Wall clock; at the limit the whole process group is ended. */
  readonly timeoutMs: number;
  /** Longest silence on standard output and error. */
  readonly idleMs?: number;
  /** Head and tail kept of the output, the middle cut; default 1 MiB. */
  readonly maxOutputBytes?: number;
  /**
   * A program that is known to end with all it started, such as git without hooks: nobody is looked for when it has ended
   * by itself. The look costs 15 ms on a machine with a hundred processes.
   */
  readonly leavesNothing?: true;
  /** Sees standard output as it comes, whole, whatever `maxOutputBytes` keeps. */
  readonly onStdout?: (chunk: Buffer) => void;
}

/** An error has the shape of a result: nothing is thrown for a child that fails. */
export interface ProcessResult {
  /** Null when a signal ended it or it never started. */
  readonly exitCode: number | null;
  readonly signal?: string;
  readonly stdout: string;
  readonly stderr: string;
  /** Both streams in the order they came. */
  readonly output: string;
  /** How much is missing from the middle of `stdout` and `stderr`; absent or 0 where both are whole. */
  readonly cutBytes?: number;
  readonly timedOut: false | "wall" | "idle";
  readonly aborted: boolean;
  /** Why the program could not be started. */
  readonly startFailure?: string;
  readonly durationMs: number;
}

/** When it resolves, the program and all its descendants are gone, whether it ended by itself or was ended. */
export type RunProcess = (command: Command, signal: AbortSignal) => Promise<ProcessResult>;
