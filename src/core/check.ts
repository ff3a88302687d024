import type { CheckSpec } from "./task.ts";

export type TestStatus = "passed" | "failed" | "skipped" | "errored";

/**
 * Why a file with tests could not be loaded or built. "syntax": it is no code of its language. "unresolved": it names
 * what is not there, as a test does of what is still to be built. "build": the compiler objects to something else in it.
 */
export type LoadFault = "syntax" | "unresolved" | "build";

/**
 * One result. `id` is stable between runs of the same check: `file > suite > name` relative to the workspace.
 * kind "file": the file itself could not be loaded or run, so its tests are unknown.
 * kind "command": the whole command as one result: the runner tells only an exit code, or something is wrong with the
 * run that no single test says (it hung, ended without its report, failed although each test passed). Status "skipped"
 * means that the command ran no test at all.
 */
export interface TestResult {
  readonly id: string;
  readonly kind: "test" | "file" | "command";
  /** The test file, relative to the workspace; absent where the runner does not tell. */
  readonly file?: string;
  readonly name: string;
  readonly status: TestStatus;
  readonly message?: string;
  /** Of a file: why it could not be loaded, where the runner tells. */
  readonly fault?: LoadFault;
  readonly expected?: string;
  readonly actual?: string;
  /** Frames or `file:line` inside the project. */
  readonly location?: string;
  readonly durationMs?: number;
}

/** What a failing test left to look at: a trace, a screenshot. */
export interface Attachment {
  readonly testId: string;
  readonly name: string;
  /** Absolute. */
  readonly path: string;
}

/** One run of one check. `passed` needs exit code 0, at least one passed test, no failure and no timeout. */
export interface TestRun {
  readonly name: string;
  readonly command: string;
  readonly runner: string;
  readonly tests: readonly TestResult[];
  readonly passed: boolean;
  readonly timedOut: boolean;
  /** Null when the process was ended by a signal. */
  readonly exitCode: number | null;
  /** Standard output and error in the order they came, middle cut out where it was long. */
  readonly output: string;
  readonly durationMs: number;
  /** Of failing tests, where the runner keeps some. */
  readonly attachments?: readonly Attachment[];
  /** The tests could not be built: those that are missing may be as good as before. */
  readonly isUnbuilt?: boolean;
  /** Why the tests could not start at all (no such program, no such folder), if they could not. */
  readonly startFailure?: string;
}

export interface CheckContext {
  /** Absolute path of the workspace in which the command runs. */
  readonly cwd: string;
  readonly timeoutMs: number;
  /** Absolute folder for what failing tests leave to look at, replaced by each run that leaves some; without it, nothing is kept. */
  readonly artifacts?: string;
  /** A file's text where the task began; undefined = it was not there, or is no text. */
  readonly readBase?: (path: string) => Promise<string | undefined>;
}

/** Runs one check command and reads its results. */
export type RunCheck = (check: CheckSpec, context: CheckContext, signal: AbortSignal) => Promise<TestRun>;

/** How a run stands against the baseline. */
export interface Comparison {
  readonly green: readonly TestResult[];
  /** What keeps the task from green: targets that fail or are gone, and failures that the baseline did not know. */
  readonly stillRed: readonly TestResult[];
  /** Passed at the baseline; now failed, skipped or gone. */
  readonly regressed: readonly TestResult[];
  /** Failed at the baseline, not a target: somebody else's. */
  readonly knownRed: readonly TestResult[];
}
