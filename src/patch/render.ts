/**
 * Changes -> one git diff that `git apply` takes on the original tree.
 * A rename is written as a deletion and an addition; both are among the changes.
 */
import { formatPatch, type StructuredPatch, type StructuredPatchHunk, structuredPatch } from "diff";
import type { FileChange } from "../core/patch.ts";

const CONTEXT = 3;
/** Beyond so many edits no shortest diff is looked for: everything between the first and the last change is replaced. */
const MOST_EDITS = 2000;

export const renderDiff = (changes: readonly FileChange[]): string => changes.map(renderChange).join("");

function renderChange({ path, before, after }: FileChange): string {
  const hunks = diffHunks(before?.text ?? "", after?.text ?? "");
  const isModeChange = before !== undefined && after !== undefined && before.mode !== after.mode;
  const patch: StructuredPatch = {
    isGit: true,
    oldFileName: before ? `a/${path}` : "/dev/null",
    newFileName: after ? `b/${path}` : "/dev/null",
    oldHeader: undefined,
    newHeader: undefined,
    hunks,
    ...(before ? {} : { isCreate: true }),
    ...(after ? {} : { isDelete: true }),
    ...(before && (!after || isModeChange) ? { oldMode: before.mode } : {}),
    ...(after && (!before || isModeChange) ? { newMode: after.mode } : {}),
  };
  return formatPatch(patch) + (hunks.length === 0 ? emptyFile(before, after) : "");
}

/** Without a hunk only the object names say that an empty file comes or goes; `e69de29` is git's name of no bytes. */
function emptyFile(before: FileChange["before"], after: FileChange["after"]): string {
  if (before === undefined) return "index 0000000..e69de29\n";
  return after === undefined ? "index e69de29..0000000\n" : "";
}

function diffHunks(before: string, after: string): StructuredPatchHunk[] {
  if (before === after) return [];
  const options = { context: CONTEXT, maxEditLength: MOST_EDITS };
  const found = structuredPatch("", "", before, after, undefined, undefined, options);
  return found?.hunks ?? [replaceMiddle(before, after)];
}

const NO_NEWLINE = "\\ No newline at end of file";

const write = (op: string, lines: readonly string[]): string[] =>
  lines.flatMap((line) => (line.endsWith("\n") ? [op + line.slice(0, -1)] : [op + line, NO_NEWLINE]));

/** One hunk from the first line that differs to the last one. */
function replaceMiddle(before: string, after: string): StructuredPatchHunk {
  const [old, next] = [before.split(/(?<=\n)/), after.split(/(?<=\n)/)];
  const most = Math.min(old.length, next.length);
  let head = 0;
  while (head < most && old[head] === next[head]) head += 1;
  let tail = 0;
  while (tail < most - head && old.at(-1 - tail) === next.at(-1 - tail)) tail += 1;
  const from = Math.max(0, head - CONTEXT);
  const after3 = old.slice(old.length - tail, old.length - tail + CONTEXT);
  const shared = head - from + after3.length;
  return {
    oldStart: from + 1,
    oldLines: old.length - tail - head + shared,
    newStart: from + 1,
    newLines: next.length - tail - head + shared,
    lines: [
      ...write(" ", old.slice(from, head)),
      ...write("-", old.slice(head, old.length - tail)),
      ...write("+", next.slice(head, next.length - tail)),
      ...write(" ", after3),
    ],
  };
}
