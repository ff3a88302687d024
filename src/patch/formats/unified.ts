/** Unified diffs: git's, svn's, hg's, diff's, and what models make of them. */
import type { Edit, Hunk } from "../../core/patch.ts";
import { type NamedFile, nameFile, nameNewFile } from "../names.ts";
import { type FileHeader, readFileHeader } from "./file-header.ts";
import { type Format, type Found, isOver, type Problem, type Section, truncated } from "./format.ts";
import { isLoneName, isNamePair } from "./hunk-body.ts";
import { isHunkHeader, isNumberedHeader } from "./hunk-header.ts";
import { readHunks } from "./hunks.ts";
import { textOfNewFile } from "./new-file.ts";

function starts(section: Section, at: number): boolean {
  const { lines } = section;
  const [line = "", second = ""] = lines.slice(at, at + 2);
  if (/^(?:diff --git |GIT binary patch$|Binary files .* differ$)/.test(line)) return true;
  if (line.startsWith("Index: ")) return /^(?:={10,}|--- )/.test(second);
  if (/^--- \S/.test(line) && /^\+\+\+ \S/.test(second)) return true;
  return isNamePair(lines, at) || isLoneName(lines, at) || startsInFile(section, at);
}

/** Hunks without a header of their own go on with the file before. */
function startsInFile(section: Section, at: number): boolean {
  const line = section.lines[at] ?? "";
  if (isNumberedHeader(line)) return true;
  if (section.info === undefined) return false;
  const isDiff = /^(?:u?diff|patch)\b/i.test(section.info);
  return isHunkHeader(line) || (isDiff && at === 0 && /^[-+ ]/.test(line));
}

function read(section: Section, at: number): Found {
  const { header, next: start } = readFileHeader(section.lines, at);
  const { hunks, next, problem } = readHunks(section, start);
  if (problem) return { edits: [], next, problem };
  const isLast = !section.isClosed && isOver(section, next);
  const edit = toEdit(header, hunks, { file: section.file, isLast, endsLine: section.endsLine });
  return "reason" in edit ? { edits: [], next, problem: edit } : { edits: [edit], next };
}

interface Around {
  /** The file that the reply speaks of when a diff names none. */
  readonly file: NamedFile | undefined;
  /** The reply ends here and may have been cut off. */
  readonly isLast: boolean;
  readonly endsLine: boolean;
}

function toEdit(header: FileHeader, hunks: readonly Hunk[], around: Around): Edit | Problem {
  const named = fileOf(header) ?? around.file;
  if (!named) return unreadable("The diff names no file; begin it with --- a/PATH and +++ b/PATH.");
  if (header.isBinary) return { kind: "binary", path: named.path };
  if (header.isCopy) return unreadable(`${named.path}: copies are not taken; add the file instead.`);
  if (hunks.length === 0 && !isWholeHeader(header, around)) {
    return truncated(`${named.path} has a header and no hunk`);
  }
  if (isCreation(header, hunks)) return toCreation(header, named, hunks);
  if (header.isDeleted || header.isToNothing) return { kind: "delete", ...named, hunks };
  return {
    kind: "modify",
    ...named,
    hunks,
    ...(header.renameTo === undefined ? {} : { renameTo: header.renameTo }),
    ...(header.mode === undefined ? {} : { mode: header.mode }),
  };
}

/** Moves, modes and empty files need no hunk. */
function isWholeHeader(header: FileHeader, { isLast, endsLine }: Around): boolean {
  if (isLast && !endsLine) return false;
  if (header.renameTo !== undefined) return true;
  if (header.hasNames) return false;
  if (header.isNew || header.isDeleted) return header.isEmpty === true || !isLast;
  return header.mode !== undefined;
}

const unreadable = (reason: string): Problem => ({ cause: "unreadable", reason });

function fileOf(header: FileHeader): NamedFile | undefined {
  if (header.renameFrom !== undefined) return { path: header.renameFrom };
  return nameFile(header.isFromNothing ? undefined : header.oldName, header.isToNothing ? undefined : header.newName);
}

/** A new file is announced, or its only hunk starts at line 0 and adds. */
function isCreation(header: FileHeader, hunks: readonly Hunk[]): boolean {
  if (header.isNew || header.isFromNothing) return true;
  const [hunk] = hunks;
  if (!hunk || hunks.length > 1 || hunk.oldStart !== 0) return false;
  return hunk.lines.every((line) => line.op === "+" || line.bare);
}

function toCreation(header: FileHeader, file: NamedFile, hunks: readonly Hunk[]): Edit | Problem {
  const path = header.newName === undefined || header.isToNothing ? file.path : nameNewFile(header.newName);
  const text = textOfNewFile(hunks.flatMap((hunk) => hunk.lines));
  if (text === undefined) return unreadable(`${path}: every line of a new file begins with +.`);
  return { kind: "create", path, text, ...(header.mode === undefined ? {} : { mode: header.mode }) };
}

export const unified: Format = { name: "unified diff", starts, read };
