/** The catalogue: every way in which ralph "cannot go on", with what to do about it. */
const CATALOGUE = {
  USAGE: (d: { what: string; cure: string }) => [d.what, d.cure],
  NOT_A_REPOSITORY: (d: { path: string }) => [
    `${d.path} is not inside a git repository`,
    `Run \`git init\` there and commit your work, or go to your project's folder`,
  ],
  NO_COMMITS: (d: { path: string }) => [
    `The repository ${d.path} has no commit yet, so there is nothing to branch from`,
    `Commit once: \`git add -A && git commit -m "start"\``,
  ],
  GIT_FAILED: (d: { command: string; output: string }) => [
    `\`${d.command}\` failed: ${d.output}`,
    `Run the command by hand to see more; then start ralph again, nothing is lost`,
  ],
  BRANCH_FAILED: (d: { branch: string; why: string; inTheWay?: string }) => [
    `The branch ${d.branch} cannot be made or moved: ${d.why}`,
    d.inTheWay === undefined
      ? "Remove what git names (a stale lock file, missing rights, a full disk); then start ralph again, nothing is lost"
      : `A branch named \`${d.inTheWay}\` is in the way: rename it with \`git branch -m ${d.inTheWay} NEW-NAME\``,
  ],
  BRANCH_CHECKED_OUT: (d: { branch: string; path: string }) => [
    `The branch ${d.branch} is checked out in ${d.path}, so finished work cannot land on it`,
    "Switch to another branch there (`git switch -`); then start ralph again, nothing is lost",
  ],
  GIT_MISSING: (d: { why: string }) => [
    `git could not be started: ${d.why}`,
    "Install git 2.30 or newer and put it on PATH",
  ],
  NO_CONFIG: (d: { path: string }) => [`There is no ralph.yaml in ${d.path}`, "Run `ralph init` there first"],
  CONFIG_INVALID: (d: { path: string; problems: readonly string[] }) => [
    `${d.path} cannot be used:\n${d.problems.map((p) => `  ${p}`).join("\n")}`,
    "Mend it; `ralph config schema` prints what is allowed",
  ],
  ENVIRONMENT_INVALID: (d: { problems: readonly string[] }) => [
    `The environment has settings that cannot be used:\n${d.problems.map((p) => `  ${p}`).join("\n")}`,
    "Correct these variables, or unset them",
  ],
  NO_TASKS: (d: { path: string }) => [
    `There is no task in ${d.path}`,
    "Write one there as T001.md; the README shows the format",
  ],
  TASK_UNREADABLE: (d: { path: string; line: number; expected: string; found: string }) => [
    `${d.path}:${d.line}: expected ${d.expected}, found ${d.found}`,
    "Mend that line, or move the file out of the task folder",
  ],
  TASK_UNKNOWN: (d: { id: string; known: readonly string[] }) => [
    `There is no task ${d.id}`,
    `Known: ${d.known.join(", ") || "none"}`,
  ],
  TASK_CYCLE: (d: { ids: readonly string[] }) => [
    `Tasks depend on each other in a circle: ${d.ids.join(" -> ")}`,
    "Remove one **Depends On** line of these files",
  ],
  NO_CHECK: (d: { id: string }) => [
    `Task ${d.id} names no check and ralph.yaml has none`,
    "Add a `## Checks` section with a command in backticks, or `checks:` to ralph.yaml",
  ],
  CHECK_UNREADABLE: (d: { command: string; why: string }) => [
    `The check \`${d.command}\` cannot be run: ${d.why}`,
    "ralph starts programs without a shell; put pipes and the like in a script, or write `sh -c '…'`",
  ],
  SANDBOX_MISSING: (d: { why: string }) => [
    `ralph.yaml says \`sandbox: bwrap\`, but checks cannot be sandboxed here: ${d.why}`,
    "Mend that, or say `sandbox: auto` to run without it where it does not work",
  ],
  MODELS_DOWN: (d: { tier: string; tried: readonly string[]; cure: string }) => [
    `No model of ${d.tier} answers:\n${d.tried.map((t) => `  ${t}`).join("\n")}`,
    d.cure,
  ],
  REPLAY_INVALID: (d: { path: string; why: string }) => [
    `The recorded answers in ${d.path} cannot be used: ${d.why}`,
    'A recording is one JSON object a line: {"task", "role", "text"}',
  ],
  PROMPT_VARIABLE: (d: { file: string; name: string; known: readonly string[] }) => [
    `${d.file} uses the variable {{${d.name}}}, which does not exist`,
    `Use one of: ${d.known.join(", ")}`,
  ],
  LEASE_LOST: (d: { taskId: string; worker: string }) => [
    `${d.worker} no longer holds the lease of ${d.taskId}`,
    "Another worker took the task over after the lease ran out; its result counts",
  ],
  STORE_FAILED: (d: { path: string; why: string }) => [
    `The database ${d.path} cannot be used: ${d.why}`,
    "Check the disk's space and the file's rights; `.ralph/ralph.db` is rebuilt from the task files if you move it away",
  ],
  SQLITE_MISSING: (d: { tried: readonly string[] }) => [
    `No SQLite can be used:\n${d.tried.map((t) => `  ${t}`).join("\n")}`,
    "Install the newest Node 22 or a later one, or run `npm install @photostructure/sqlite`",
  ],
  WRITE_FAILED: (d: { path: string; why: string }) => [
    `${d.path} cannot be written: ${d.why}`,
    "Check the disk's space and the file's rights; nothing was changed",
  ],
  READ_FAILED: (d: { path: string; why: string }) => [
    `${d.path} cannot be read: ${d.why}`,
    "Check that the file exists and may be read",
  ],
  PORT_TAKEN: (d: { name: string; holder: string; cure: string }) => [
    `The server of ${d.name} was not started: ${d.holder}`,
    d.cure,
  ],
  SERVER_FAILED: (d: { name: string; why: string; cure: string; log?: LogEnd }) => [
    `The server of ${d.name} ${d.why}${d.log === undefined ? "" : describeLog(d.log)}`,
    d.cure,
  ],
} as const satisfies Record<string, (details: never) => readonly [message: string, cure: string]>;

interface LogEnd {
  readonly path: string;
  readonly lastLines: readonly string[];
}

function describeLog({ path, lastLines }: LogEnd): string {
  if (lastLines.length === 0) return `; it wrote nothing to ${path}`;
  return `; the end of ${path}:\n${lastLines.map((line) => `  ${line}`).join("\n")}`;
}

export type ErrorCode = keyof typeof CATALOGUE;
export type ErrorDetails<C extends ErrorCode> = Parameters<(typeof CATALOGUE)[C]>[0];

/** "Cannot go on": says what failed and on which thing; `cure` says what the person can do. */
export class RalphError<C extends ErrorCode = ErrorCode> extends Error {
  readonly code: C;
  readonly cure: string;
  readonly details: ErrorDetails<C>;

  constructor(code: C, details: ErrorDetails<C>, options?: ErrorOptions) {
    const describe = CATALOGUE[code] as (details: ErrorDetails<C>) => readonly [string, string];
    const [message, cure] = describe(details);
    super(message, options);
    this.name = "RalphError";
    this.code = code;
    this.cure = cure;
    this.details = details;
  }
}

export const isRalphError = (error: unknown, code?: ErrorCode): error is RalphError =>
  error instanceof RalphError && (code === undefined || error.code === code);
