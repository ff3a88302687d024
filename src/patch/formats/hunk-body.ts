/**
 * Reads the lines of one hunk. Where the header's counts come out, they tell the body from look-alikes
 * (a deleted `-- sql comment` prints as `--- sql comment`); where they do not, the body goes on to the next
 * line that can be no part of one. Lines without a prefix are kept as context "by guess" (`bare`).
 */
import type { HunkLine } from "../../core/patch.ts";
import { isBlank } from "../text.ts";
import type { Section } from "./format.ts";
import { isHunkHeader } from "./hunk-header.ts";

type Counts = { readonly old: number; readonly new: number };

export interface HunkBody {
  readonly lines: readonly HunkLine[];
  readonly next: number;
  /** How many lines of each side the header promises beyond the body; negative where the body is longer. */
  readonly left?: Counts;
}

export const FENCE = /^(?:`{3,}|~{3,})/;
const MARKERS =
  /^(?:diff --git |diff -[a-zA-Z]|Index: \S|\*\*\* (?:Begin|End|Update|Add|Create|Modify|Delete|Remove|Move|Rename)\b|---PATCH_(?:START|END)---|<{5,9} ?SEARCH)/;
const CHANGE = /^[-+]/;
const PREFIXED = /^[-+ \\]/;
/** A list item; a comment line of JSDoc, which has one space and a star, is none. */
const LIST_ITEM = /^[-+*] [^\s*]/;
const RULE = /^-{3,}\s*$/;

/** A line that looks added or deleted, and not like markdown. */
export const isChangeLine = (line: string): boolean => CHANGE.test(line) && !LIST_ITEM.test(line) && !RULE.test(line);

/** `--- a` directly followed by `+++ b`, and no context after them. */
export function isNamePair(lines: readonly string[], at: number): boolean {
  const [first = "", second = "", third = ""] = lines.slice(at, at + 3);
  return /^--- \S/.test(first) && /^\+\+\+ \S/.test(second) && !third.startsWith(" ");
}

/**
 * A pair that names a file for certain, so that it ends a hunk though the counts want it for two of its lines:
 * a deleted `-- comment` followed by an added `++ x` prints as a pair too.
 */
function isFilePair(lines: readonly string[], at: number): boolean {
  if (!isNamePair(lines, at)) return false;
  const [old = "", added = ""] = lines.slice(at, at + 2).map((line) => (line.slice(4).split("\t")[0] ?? "").trim());
  if (old === "/dev/null" || added === "/dev/null") return true;
  if (old.startsWith("a/") && added.startsWith("b/")) return true;
  return old === added && /[./]/.test(old);
}

/** One of the two names alone, directly before a hunk. */
export function isLoneName(lines: readonly string[], at: number): boolean {
  const name = /^(?:---|\+\+\+) (\S+)$/.exec(lines[at] ?? "")?.[1];
  return name !== undefined && /[./]/.test(name) && isHunkHeader(lines[at + 1] ?? "");
}

/** The `-- ` line and version that `git format-patch` ends with. */
function isMailTrailer(lines: readonly string[], at: number): boolean {
  if (!/^-- ?$/.test(lines[at] ?? "")) return false;
  const rest = lines.slice(at + 1, at + 4).filter((line) => !isBlank(line));
  return rest.length === 0 || /^\d+(?:\.\d+)+\S*$/.test(rest[0] ?? "");
}

/** A line at which no body goes on, whatever the counts say. Inside a fence another one is a line that lost its sign. */
function isBoundary({ lines, info }: Section, at: number): boolean {
  const line = lines[at] ?? "";
  return isHunkHeader(line) || MARKERS.test(line) || (info === undefined && FENCE.test(line)) || isFilePair(lines, at);
}

const isEnd = (section: Section, at: number): boolean =>
  isBoundary(section, at) || isNamePair(section.lines, at) || isMailTrailer(section.lines, at);

export function readHunkLine(line: string): HunkLine {
  const op = line[0];
  if (op === "+" || op === "-" || op === " ") return { op, text: line.slice(1) };
  return { op: " ", text: line, bare: true };
}

export function readHunkBody(section: Section, at: number, counts?: Counts): HunkBody {
  const counted = counts === undefined ? undefined : readCounted(section, at, counts);
  return counted ?? readToBoundary(section, at, counts);
}

/** The body if it ends where the counts say; undefined where they cannot be right. */
function readCounted(section: Section, at: number, counts: Counts): HunkBody | undefined {
  const lines: HunkLine[] = [];
  let left = counts;
  let next = at;
  while (left.old > 0 || left.new > 0) {
    const line = section.lines[next];
    if (line === undefined || isBoundary(section, next)) return undefined;
    if (line.startsWith("\\")) markNoNewline(lines);
    else {
      const read = readHunkLine(line);
      lines.push(read);
      left = subtract(left, read);
    }
    next += 1;
  }
  if (left.old < 0 || left.new < 0) return undefined;
  if (section.lines[next]?.startsWith("\\")) {
    markNoNewline(lines);
    next += 1;
  }
  return goesOn(section, next) ? undefined : { lines, next, left };
}

const subtract = (left: Counts, line: HunkLine): Counts => ({
  old: left.old - (line.op === "+" ? 0 : 1),
  new: left.new - (line.op === "-" ? 0 : 1),
});

/** The counts have come out, but what follows still belongs to the body. */
function goesOn(section: Section, at: number): boolean {
  const { lines } = section;
  if (at >= lines.length || isEnd(section, at)) return false;
  if (PREFIXED.test(lines[at] ?? "")) return true;
  for (let next = at; next < lines.length && !isEnd(section, next); next += 1) {
    const line = lines[next] ?? "";
    if (section.info === undefined ? isChangeLine(line) : CHANGE.test(line)) return true;
  }
  return false;
}

function readToBoundary(section: Section, at: number, counts?: Counts): HunkBody {
  const end = findEnd(section, at);
  const lines: HunkLine[] = [];
  let left = counts;
  for (const line of section.lines.slice(at, end)) {
    if (line.startsWith("\\")) markNoNewline(lines);
    else {
      const read = readHunkLine(line);
      lines.push(read);
      left &&= subtract(left, read);
    }
  }
  return { lines, next: end, ...(left === undefined ? {} : { left }) };
}

/** Where the body ends at the latest; outside fences before a sentence that stands after the last change. */
function findEnd(section: Section, at: number): number {
  const { lines } = section;
  let end = at;
  let lastChange = -1;
  for (; end < lines.length && !isEnd(section, end) && !isLoneName(lines, end); end += 1) {
    if (CHANGE.test(lines[end] ?? "")) lastChange = end;
  }
  const hasPrefixes = lines.slice(at, lastChange).every((line) => line === "" || PREFIXED.test(line));
  const isBeforeHunk = isHunkHeader(lines[end] ?? "");
  if (section.info !== undefined || lastChange < 0 || !hasPrefixes || isBeforeHunk) return end;
  for (let next = lastChange + 1; next + 1 < end; next += 1) {
    const after = lines[next + 1] ?? "";
    if (lines[next] === "" && after !== "" && !PREFIXED.test(after)) return next;
  }
  return end;
}

function markNoNewline(lines: HunkLine[]): void {
  const last = lines.pop();
  if (last) lines.push({ ...last, noNewline: true });
}
