/** What a patch may not touch depends on who writes it: the tester writes tests only, the builder everything but. */
import { frozenReason, isRunnerConfig, isTestFile } from "../check/freeze.ts";
import { holdsLines, inlineTests, keepsInlineTests } from "../check/inline-tests.ts";
import { manifestTampering } from "../check/manifest.ts";
import { type ProjectText, provingFiles } from "../check/proving-files.ts";
import { tamperings } from "../check/tampering/tampering.ts";
import { weakenings } from "../check/weakening/weakening.ts";
import type { TestRun } from "../core/check.ts";
import type { FileChange, Reject } from "../core/patch.ts";
import type { WritingRole } from "../core/prompt.ts";
import { type GuardPolicy, guardChanges } from "../policy/guard.ts";

/** What holds for every role. */
export interface Protection extends Pick<GuardPolicy, "isBlocked" | "maxFiles" | "maxChangedLines"> {
  /** Takes secrets out of a text, as it was done for the model. */
  readonly redact?: (text: string) => string;
}

/** What one task adds to that. */
export interface Bounds {
  /** Files that judge the work, whatever they are called. */
  readonly judges: ReadonlySet<string>;
  /** Files of code in which tests ran. */
  readonly inline: ReadonlySet<string>;
  /** Whether the task itself asks for a file that would be frozen to be changed. */
  readonly isAsked: (path: string) => boolean;
  /** Whether the task asks for the file to be deleted. */
  readonly isToGo: (path: string) => boolean;
  /** Files that hold targets. */
  readonly proofs: ReadonlySet<string>;
  /** Why a path is not this task's to change; undefined = it is. */
  readonly fence: (path: string) => string | undefined;
  /** The task as the person wrote it: what it asks for is no tampering. */
  readonly taskText: string;
  /** Of the files that hold targets: code that knows what they ask for may serve them instead of the task. */
  readonly testTexts: readonly string[];
}

export const NO_BOUNDS: Bounds = {
  judges: new Set(),
  inline: new Set(),
  isAsked: () => false,
  isToGo: () => false,
  proofs: new Set(),
  fence: () => undefined,
  taskText: "",
  testTexts: [],
};

export interface Writer extends Bounds {
  readonly role: WritingRole;
}

const RULES: Readonly<Record<WritingRole, (writer: Writer) => Pick<GuardPolicy, "isAllowed" | "isFrozen">>> = {
  tester: () => ({ isAllowed: (path) => isTestFile(path) && !isRunnerConfig(path) }),
  builder: (writer) => ({ isFrozen: (path) => isJudging(path, writer) && !writer.isAsked(path) }),
};

const isJudging = (path: string, { judges }: Bounds): boolean => judges.has(path) || frozenReason(path) !== undefined;

/**
 * Tests within the code: the code may be changed, they may not; but for those of a file that the task names, which may go
 * with the code where none of them is a target.
 */
function keepsOwnTests({ path, before, after }: FileChange, { inline, proofs, isAsked }: Writer): readonly Reject[] {
  // Where no test of it ran, a function called test_connection is code.
  if (before === undefined || (path.endsWith(".py") && !inline.has(path))) return [];
  const [was, is] = [before.text, after?.text ?? ""].map((text) => inlineTests(path, text).join("\n"));
  if (isAsked(path) && !proofs.has(path)) return was === is ? [] : weakerTests(path, was, is);
  if (keepsInlineTests(path, before.text, after?.text ?? "")) return [];
  const text = "The tests and examples in it prove the work: they may not be changed; change the code around them.";
  return [{ kind: "frozen", path, text }];
}

const CONTENT: Readonly<Record<WritingRole, (change: FileChange, writer: Writer) => readonly Reject[]>> = {
  tester: (change, writer) => [...keepsTests(change), ...keepsStrength(change, writer)],
  builder: (change, writer) =>
    isJudging(change.path, writer)
      ? keepsStrength(change, writer)
      : [...keepsManifest(change, writer), ...keepsOwnTests(change, writer), ...servesTheTask(change, writer)],
};

export const policyOf = (writer: Writer, protection: Protection): GuardPolicy => ({
  ...protection,
  isBlocked: (path) => protection.isBlocked(path) ?? writer.fence(path),
  ...RULES[writer.role](writer),
});

/** Everything that speaks against the changes; empty = they may be made. */
export function violations(changes: readonly FileChange[], writer: Writer, protection: Protection): readonly Reject[] {
  return [
    ...guardChanges(changes, policyOf(writer, protection)),
    ...changes.flatMap((change) => CONTENT[writer.role](change, writer)),
    ...changes.flatMap((change) => keepsSecrets(change, protection)),
  ];
}

/**
 * Files that judge a task without looking like tests: those whose tests ran, and those that a command starts by name.
 *
 * @param commands of checks and criteria
 */
export function judgesOf(
  baseline: readonly TestRun[],
  commands: readonly string[],
  project: ProjectText,
): ReadonlySet<string> {
  const ran = testFilesIn(baseline).filter((path) => !isInline(path, project));
  const started = commands.flatMap((command) => provingFiles(command, project));
  return new Set([...ran, ...started]);
}

export const testFilesIn = (runs: readonly TestRun[]): readonly string[] =>
  runs.flatMap((run) => run.tests.flatMap((test) => test.file ?? []));

/** A file of code that holds its tests, and that is no test file by its name. */
export const isInline = (path: string, { read }: ProjectText): boolean =>
  frozenReason(path) === undefined && inlineTests(path, read(path) ?? "").length > 0;

/** A tester adds: every line of a test file that is there stays, in its order. */
function keepsTests({ path, before, after }: FileChange): readonly Reject[] {
  if (before === undefined || !isTestFile(path) || (after !== undefined && holdsLines(after.text, before.text)))
    return [];
  const text = `${path} holds tests that exist: lines may be added to it, none changed or removed.`;
  return [{ kind: "frozen", path, text }];
}

/** What judges may be changed where the task asks for it, but never to prove less. */
function keepsStrength({ path, before, after }: FileChange, { role, isAsked, isToGo }: Writer): readonly Reject[] {
  // What is frozen as a whole is refused for that.
  if (role === "builder" && (!isAsked(path) || (after === undefined && isToGo(path)))) return [];
  return weakerTests(path, before?.text, after?.text);
}

const weakerTests = (path: string, before: string | undefined, after: string | undefined): readonly Reject[] =>
  weakenings(path, before, after).map(({ what }) => ({
    kind: "frozen",
    path,
    text: `It would prove less than before: ${what}.`,
  }));

/** Code that behaves by whether it is tested, or that breaks what judges it. */
function servesTheTask({ path, before, after }: FileChange, { taskText, testTexts }: Writer): readonly Reject[] {
  return tamperings(path, before?.text, after?.text, { testTexts, taskText })
    .filter(({ verdict }) => verdict === "refuse")
    .map(({ line, what }) => ({ kind: "tampering", path, text: `Line ${line}: ${what}.` }));
}

function keepsManifest({ path, before, after }: FileChange, { isAsked }: Writer): readonly Reject[] {
  if (isAsked(path)) return [];
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
