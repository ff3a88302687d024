/** What a patch may not touch depends on who writes it: the tester writes tests only, the builder everything but. */
import { frozenReason, isRunnerConfig, isTestFile } from "../check/freeze.ts";
import { manifestTampering } from "../check/manifest.ts";
import { type ProjectText, provingFiles } from "../check/proving-files.ts";
import type { TestRun } from "../core/check.ts";
import type { FileChange, Reject } from "../core/patch.ts";
import type { WritingRole } from "../core/prompt.ts";
import type { Task } from "../core/task.ts";
import { type GuardPolicy, guardChanges } from "../policy/guard.ts";

/** What holds for every role. */
export interface Protection extends Pick<GuardPolicy, "isBlocked" | "maxFiles" | "maxChangedLines"> {
  /** Takes secrets out of a text, as it was done for the model. */
  readonly redact?: (text: string) => string;
}

/** Who writes, and for the builder which files are known to judge the work. */
export interface Writer {
  readonly role: WritingRole;
  readonly judges: ReadonlySet<string>;
}

const RULES: Readonly<Record<WritingRole, (writer: Writer) => Pick<GuardPolicy, "isAllowed" | "isFrozen">>> = {
  tester: () => ({ isAllowed: (path) => isTestFile(path) && !isRunnerConfig(path) }),
  builder: ({ judges }) => ({ isFrozen: (path) => judges.has(path) || frozenReason(path) !== undefined }),
};

const CONTENT: Readonly<Record<WritingRole, (change: FileChange) => readonly Reject[]>> = {
  tester: keepsTests,
  builder: keepsManifest,
};

export const policyOf = (writer: Writer, protection: Protection): GuardPolicy => ({
  ...protection,
  ...RULES[writer.role](writer),
});

/** Everything that speaks against the changes; empty = they may be made. */
export function violations(changes: readonly FileChange[], writer: Writer, protection: Protection): readonly Reject[] {
  return [
    ...guardChanges(changes, policyOf(writer, protection)),
    ...changes.flatMap(CONTENT[writer.role]),
    ...changes.flatMap((change) => keepsSecrets(change, protection)),
  ];
}

/**
 * Files that judge a task without looking like tests: those whose tests ran, and those that a check starts by name,
 * unless the task itself asks for them to be changed.
 */
export function judgesOf(task: Task, baseline: readonly TestRun[], project: ProjectText): ReadonlySet<string> {
  const ran = baseline.flatMap((run) => run.tests.flatMap((test) => test.file ?? []));
  const asked = new Set(task.files.map((file) => file.path));
  const started = baseline.flatMap((run) => provingFiles(run.command, project)).filter((path) => !asked.has(path));
  return new Set([...ran, ...started]);
}

/** A tester adds: every line of a test file that is there stays, in its order. */
function keepsTests({ path, before, after }: FileChange): readonly Reject[] {
  if (before === undefined || !isTestFile(path) || (after !== undefined && holdsLines(after.text, before.text)))
    return [];
  const text = `${path} holds tests that exist: lines may be added to it, none changed or removed.`;
  return [{ kind: "frozen", path, text }];
}

function holdsLines(text: string, wanted: string): boolean {
  const lines = text.split("\n");
  let at = 0;
  return wanted.split("\n").every((line) => {
    at = lines.indexOf(line, at) + 1;
    return at > 0;
  });
}

function keepsManifest({ path, before, after }: FileChange): readonly Reject[] {
  const why = manifestTampering(path, before?.text, after?.text);
  return why === undefined ? [] : [{ kind: "frozen", path, text: `${why}: it may not be changed.` }];
}

/** A line that was shown without its secret, written back as it was shown, would put an end to the secret. */
function keepsSecrets({ path, before, after }: FileChange, { redact }: Protection): readonly Reject[] {
  if (before === undefined || after === undefined || redact === undefined) return [];
  const shown = redact(before.text);
  if (shown === before.text) return [];
  const known = trimmedLines(before.text);
  const written = trimmedLines(after.text);
  const lost = [...trimmedLines(shown)].find((line) => written.has(line) && !known.has(line));
  if (lost === undefined) return [];
  const text = `"${lost}" stands for a line that was not shown to you in full; change the lines around it only.`;
  return [{ kind: "malformed", path, text }];
}

const trimmedLines = (text: string): ReadonlySet<string> => new Set(text.split("\n").map((line) => line.trim()));
