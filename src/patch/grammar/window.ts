/**
 * What of a file an answer may quote. A run of real lines names a place only if it stands in the file once: so every
 * run has an anchor, the shortest such run from its first line on, and goes on from there as it likes.
 */

import { type IndexedFile, indexFile, type LineIndex } from "../line-index.ts";
import { isBlank } from "../text.ts";
import { isWritable } from "./rules.ts";

export interface GrammarFile {
  readonly path: string;
  readonly text: string;
}

interface WindowLine {
  readonly text: string;
  /** No run may hold the line where the format would take it for something else. */
  readonly isQuotable: boolean;
  /** 0-based index of the last line of the shortest run from here on that stands in the file once. */
  readonly anchorEnd?: number;
  /** Number of the segment that holds the line: a run ends in its first segment or in the next one. */
  readonly segment: number;
}

export interface WindowFile {
  readonly path: string;
  readonly lines: readonly WindowLine[];
  /** Index of the last line at which a run may begin. */
  readonly lastStart: number;
}

export interface WindowLimits {
  /** Bytes of a segment: two of them are the longest run. */
  readonly segmentBytes: number;
  /** Can an answer in the format hold this line as an old line of the file? */
  readonly isQuotable: (line: string) => boolean;
  /** Can the format name a present file of this path? */
  readonly isNameable: (path: string) => boolean;
}

export interface Window {
  readonly files: readonly WindowFile[];
  /** `path: why` */
  readonly leftOut: readonly string[];
}

export const UNNAMEABLE = "its name cannot be written in this format";

/** llama.cpp weighs every line at which a run may begin: 500 cost it 5 ms to 20 ms, 2,000 cost older ones 500 ms. */
const MOST_LINES = 500;
/** Longer anchors are not needed in files that people write; their rules would grow with the square of the length. */
const LONGEST_ANCHOR = 24;

/** Whole files in the given order, as many as fit. */
export function openWindow(files: readonly GrammarFile[], limits: WindowLimits): Window {
  const taken: WindowFile[] = [];
  const leftOut: string[] = [];
  let left = MOST_LINES;
  for (const file of files) {
    const read = readFile(file, left, limits);
    if (typeof read === "string") leftOut.push(`${file.path}: ${read}`);
    else {
      taken.push(read);
      left -= read.lines.length;
    }
  }
  return { files: taken, leftOut };
}

/** The file, or why it is left out. */
function readFile({ path, text }: GrammarFile, left: number, limits: WindowLimits): WindowFile | string {
  if (!limits.isNameable(path)) return UNNAMEABLE;
  if (text.includes("\0")) return "it holds NUL characters";
  const file = indexFile(text);
  const count = file.lines.length;
  if (count > left) return `its ${count} lines do not fit: ${left} of ${MOST_LINES} are left`;
  const lines = findAnchors(file, cutIntoSegments(file.lines, limits));
  const lastStart = lines.findLastIndex((line) => line.anchorEnd !== undefined);
  return lastStart < 0 ? "no run of its lines can be quoted and stands in it once" : { path, lines, lastStart };
}

function cutIntoSegments(texts: readonly string[], limits: WindowLimits): readonly WindowLine[] {
  let [segment, filled] = [0, 0];
  return texts.map((text) => {
    const size = bytesOf(text) + MARKS;
    const isQuotable = size <= limits.segmentBytes && isWritable(text) && limits.isQuotable(text);
    if (isQuotable && filled + size > limits.segmentBytes) [segment, filled] = [segment + 1, 0];
    if (isQuotable) filled += size;
    return { text, isQuotable, segment };
  });
}

/** The prefix and the end of a line. */
const MARKS = 2;

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/**
 * A part of a run that stands in the file twice does so too: the anchors of later lines end no earlier.
 * Blank lines alone would say that a file is new.
 */
function findAnchors(file: IndexedFile, lines: readonly WindowLine[]): readonly WindowLine[] {
  const index = file.index("exact");
  let end = 0;
  return lines.map((line, from) => {
    end = Math.max(end, from);
    while (end < lines.length && !isAnchor(index, file.lines.slice(from, end + 1))) end += 1;
    const run = lines.slice(from, end + 1);
    const isShort = end < lines.length && run.length <= LONGEST_ANCHOR;
    const isWhole = run.every((held) => held.isQuotable && held.segment <= line.segment + 1);
    return isShort && isWhole ? { ...line, anchorEnd: end } : line;
  });
}

const isAnchor = (index: LineIndex, run: readonly string[]): boolean =>
  !run.every(isBlank) && index.find(run).length === 1;
