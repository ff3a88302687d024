/** What a grammar needs to know of a format, and what its reader makes of names and lines. */
import type { Edit } from "../../core/patch.ts";
import { extractProposal } from "../extract.ts";
import { resolvePath } from "../paths.ts";
import { isWritable, type RuleBook } from "./rules.ts";
import type { HunkFormat } from "./walk.ts";

/** Cells of free text (grammar-free.ts). */
export interface Cells {
  readonly inHunk: number;
  readonly inNewFile: number;
}

export interface GrammarFormat {
  readonly hunkFormat: (book: RuleBook, cells: Cells) => HunkFormat;
  /** Characters of a cell at most. */
  readonly cellSize: number;
  /** An example: a hunk of the file that quotes the line and then `x`. */
  readonly showHunk: (path: string, line: string) => string;
  readonly showNewFile: (path: string) => string;
  /** Lines that must not be quoted though the reader would read them. */
  readonly isMark: (line: string) => boolean;
}

/**
 * Stand around every patch. Where the second is missing the reader knows that the answer was cut off, wherever that
 * was: between two hunks, or in a new file, nothing else would show it.
 */
export const PATCH_START = "---PATCH_START---\n";
export const PATCH_END = "---PATCH_END---\n";

/** The reader itself is asked. */
export function isNameable(format: GrammarFormat, path: string): boolean {
  const shown = [readOnly(format.showHunk(path, "y")), readOnly(format.showNewFile(path))];
  return (
    isPlain(path) &&
    shown.map((edit) => edit?.kind).join() === "modify,create" &&
    shown.every((edit) => edit?.path === path)
  );
}

function isPlain(path: string): boolean {
  const resolved = resolvePath(path, undefined);
  return isWritable(path) && "path" in resolved && resolved.path === path;
}

export function isQuotable(format: GrammarFormat, line: string): boolean {
  const edit = readOnly(format.showHunk("a.ts", line));
  const old = edit?.kind === "modify" ? edit.hunks.flatMap((hunk) => hunk.lines).filter((held) => held.op !== "+") : [];
  return !format.isMark(line) && old.length === 2 && old[0]?.text === line && old[1]?.text === "x";
}

/** The only edit of an answer. */
function readOnly(patch: string): Edit | undefined {
  const proposal = extractProposal(`${PATCH_START}${patch}${PATCH_END}`);
  return proposal.kind === "patch" && proposal.edits.length === 1 ? proposal.edits[0] : undefined;
}
