/** Unified diffs: git's, svn's, hg's, diff's, and what models make of them. */
import type { Edit, Hunk } from "../../core/patch.ts";
import { nameFile, nameNewFile, readName, splitGitNames, type NamedFile } from "../names.ts";
import { isBlank } from "../text.ts";
import { textOfNewFile } from "./new-file.ts";
import { isOver, truncated, type Format, type Found, type Problem, type Section } from "./format.ts";
import { isLoneName, isNamePair, readHunkBody } from "./hunk-body.ts";
import { isHunkHeader, isNumberedHeader, readHunkHeader, type HunkHeader } from "./hunk-header.ts";

/** What the lines above the hunks say about a file. */
interface FileHeader {
  oldName?: string | undefined;
  newName?: string | undefined;
  /** A name was /dev/null. */
  hasNoOld?: true;
  hasNoNew?: true;
  renameFrom?: string;
  renameTo?: string;
  mode?: string;
  isNew?: true;
  isDeleted?: true;
  isBinary?: true;
  isCopy?: true;
  /** `---` or `+++` was there: hunks must follow. */
  hasNames?: true;
  next: number;
}

type HeaderRule = readonly [pattern: RegExp, take: (header: FileHeader, value: string) => void];

const takeGitNames = (header: FileHeader, rest: string): void => {
  const names = splitGitNames(rest);
  if (names) [header.oldName, header.newName] = [readName(names[0]), readName(names[1])];
};
const takeOld = (header: FileHeader, value: string): void => {
  header.hasNames = true;
  const name = readName(value);
  if (name === undefined) header.hasNoOld = true;
  header.oldName = name;
};
const takeNew = (header: FileHeader, value: string): void => {
  header.hasNames = true;
  const name = readName(value);
  if (name === undefined) header.hasNoNew = true;
  header.newName = name;
};

const HEADER_RULES: readonly HeaderRule[] = [
  [/^diff --git (.+)$/, takeGitNames],
  [/^Index: (\S.*)$/, (header, value) => (header.newName = readName(value))],
  [/^(?:={10,}|diff -.*|index [0-9a-f.]+.*|(?:dis)?similarity index .*)()$/, () => {}],
  [/^old mode ()\d+$/, () => {}],
  [/^new mode (\d+)$/, (header, value) => (header.mode = value)],
  [/^new file(?: mode (\d+))?$/, (header, value) => Object.assign(header, { isNew: true, mode: value || undefined })],
  [/^deleted file()(?: mode \d+)?$/, (header) => (header.isDeleted = true)],
  [/^rename from (.+)$/, (header, value) => (header.renameFrom = readName(value) ?? "")],
  [/^rename to (.+)$/, (header, value) => (header.renameTo = readName(value) ?? "")],
  [/^copy (?:from|to) ()/, (header) => (header.isCopy = true)],
  [/^(?:GIT binary patch|Binary files .* differ)()$/, (header) => (header.isBinary = true)],
  [/^--- (\S.*)$/, takeOld],
  [/^\+\+\+ (\S.*)$/, takeNew],
];

/** Reads lines while they are header lines; a second `diff --git` or `---` begins the next file. */
function readFileHeader(lines: readonly string[], at: number): FileHeader {
  const header: FileHeader = { next: at };
  const seen = new Set<RegExp>();
  for (; header.next < lines.length; header.next += 1) {
    const line = lines[header.next] ?? "";
    const rule = HEADER_RULES.find(([pattern]) => pattern.test(line));
    if (!rule || (seen.has(rule[0]) && /^(?:diff --git|Index:|---|\+\+\+)/.test(line))) break;
    if (header.hasNames && !line.startsWith("+++ ")) break;
    seen.add(rule[0]);
    rule[1](header, rule[0].exec(line)?.[1] ?? "");
  }
  return header;
}

export function readHunks(section: Section, at: number): { hunks: Hunk[]; next: number; problem?: Problem } {
  const hunks: Hunk[] = [];
  let next = at;
  for (;;) {
    const start = skipBlank(section.lines, next);
    const hasHeader = isHunkHeader(section.lines[start] ?? "");
    const mayLackHeader = hunks.length === 0 && start === next && isBodyLine(section.lines[start]);
    if (!hasHeader && !mayLackHeader) return { hunks, next };
    const { hunk, problem, next: end } = readHunk(section, start);
    next = end;
    if (problem) return { hunks, next, problem };
    if (hunk) hunks.push(hunk);
  }
}

const isBodyLine = (line: string | undefined): boolean => line !== undefined && /^[-+ ]/.test(line);

function skipBlank(lines: readonly string[], at: number): number {
  let next = at;
  while (next < lines.length && isBlank(lines[next] ?? "")) next += 1;
  return next;
}

type ReadHunk = { readonly hunk?: Hunk; readonly next: number; readonly problem?: Problem };

/** One hunk; several `@@` lines in a row are headings inside one another. */
function readHunk(section: Section, at: number): ReadHunk {
  const headings: string[] = [];
  let header: HunkHeader = {};
  let next = at;
  while (isHunkHeader(section.lines[next] ?? "")) {
    header = readHunkHeader(section.lines[next] ?? "");
    if (header.heading !== undefined) headings.push(header.heading);
    next += 1;
  }
  const body = readHunkBody(section, next, header.counts);
  const cut = findCut(section, body);
  if (typeof cut === "object") return { next: body.next, problem: cut };
  if (!body.lines.some((line) => line.op !== " ")) return { next: body.next };
  const hunk: Hunk = {
    lines: body.lines,
    ...(header.oldStart === undefined ? {} : { oldStart: header.oldStart }),
    ...(headings.length === 0 ? {} : { headings }),
    ...(cut === 0 ? {} : { cutLines: cut }),
  };
  return { hunk, next: body.next };
}

/** Lines that the end of the reply has cut off: a number of context lines, or a problem where it may be more. */
function findCut(section: Section, body: ReturnType<typeof readHunkBody>): number | Problem {
  if (section.isClosed || !isOver(section, body.next)) return 0;
  const last = body.lines.at(-1);
  const endsInChange = last === undefined || last.op !== " ";
  if (endsInChange && !section.endsLine) return truncated("its last line has no end");
  if (body.left === undefined) {
    return endsInChange && section.info !== undefined ? truncated("the code fence is not closed") : 0;
  }
  if (body.left.old <= 0 && body.left.new <= 0) return 0;
  if (body.left.old === body.left.new) return body.left.old;
  return truncated("the last hunk is shorter than its header says");
}

const starts = (section: Section, at: number): boolean => {
  const { lines } = section;
  const line = lines[at] ?? "";
  if (line.startsWith("diff --git ") || /^(?:GIT binary patch|Binary files .* differ)$/.test(line)) return true;
  if (isNamePair(lines, at) || isLoneName(lines, at)) return true;
  if (/^Index: \S/.test(line)) return /^(?:={10,}|--- )/.test(lines[at + 1] ?? "");
  if (/^--- \S/.test(line) && /^\+\+\+ \S/.test(lines[at + 1] ?? "")) return true;
  return mayBeHeaderless(section, at);
};

/** Hunks without a file: they go on with the file before. */
function mayBeHeaderless(section: Section, at: number): boolean {
  const line = section.lines[at] ?? "";
  if (isNumberedHeader(line)) return true;
  if (section.info === undefined) return false;
  return isHunkHeader(line) || (/^(?:u?diff|patch)\b/i.test(section.info) && at === 0 && /^[-+ ]/.test(line));
}

function read(section: Section, at: number): Found {
  const header = readFileHeader(section.lines, at);
  const { hunks, next, problem } = readHunks(section, header.next);
  if (problem) return { edits: [], next, problem };
  const built = toEdit(section, header, hunks);
  return "reason" in built ? { edits: [], next: Math.max(next, at + 1), problem: built } : { edits: [built], next };
}

function toEdit(section: Section, header: FileHeader, hunks: readonly Hunk[]): Edit | Problem {
  const file = fileOf(section, header);
  if (!file) return { cause: "unreadable", reason: "The diff names no file; begin it with --- a/PATH and +++ b/PATH." };
  if (header.isBinary) return { kind: "binary", path: file.path };
  if (header.isCopy)
    return { cause: "unreadable", reason: `${file.path}: copies are not taken; add the file instead.` };
  if (isCreation(header, hunks)) return toCreation(header, file, hunks);
  const isComplete = hunks.length > 0 || header.renameTo !== undefined || header.mode !== undefined;
  if (header.isDeleted || header.hasNoNew) return toDeletion(section, file, hunks);
  if (!isComplete) return truncated(`${file.path} has a header and no hunk`);
  return {
    kind: "modify",
    ...file,
    hunks,
    ...(header.renameTo === undefined ? {} : { renameTo: nameNewFile(header.renameTo) }),
    ...(header.mode === undefined ? {} : { mode: header.mode }),
  };
}

function fileOf(section: Section, header: FileHeader): NamedFile | undefined {
  if (header.renameFrom !== undefined) return { path: header.renameFrom };
  return nameFile(header.oldName, header.newName) ?? section.file;
}

const isCreation = (header: FileHeader, hunks: readonly Hunk[]): boolean =>
  header.isNew === true ||
  header.hasNoOld === true ||
  (hunks.length === 1 && hunks[0]?.oldStart === 0 && hunks[0].lines.every((line) => line.op === "+" || line.bare));

function toCreation(header: FileHeader, file: NamedFile, hunks: readonly Hunk[]): Edit | Problem {
  const path = header.newName === undefined ? file.path : nameNewFile(header.newName);
  if (header.hasNames && hunks.length === 0) return truncated(`${path} has a header and no content`);
  const text = textOfNewFile(hunks.flatMap((hunk) => hunk.lines));
  if (text === undefined) return { cause: "unreadable", reason: `${path}: every line of a new file begins with +.` };
  return { kind: "create", path, text, ...(header.mode === undefined ? {} : { mode: header.mode }) };
}

function toDeletion(_section: Section, file: NamedFile, hunks: readonly Hunk[]): Edit | Problem {
  return { kind: "delete", ...file, hunks };
}

export const unified: Format = { name: "unified diff", starts, read };
