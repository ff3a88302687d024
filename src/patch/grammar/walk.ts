/**
 * The order of an answer: hunks from top to bottom of each file and file by file, then new files. So no two hunks
 * can change the same lines, and no file is created twice. A context-free grammar counts only by having its rules
 * once for every number: each hunk of an answer has its own.
 */
import { literal, oneOf, type RuleBook } from "./rules.ts";
import type { WindowFile } from "./window.ts";

/** A hunk that has been written down to line `line` (0-based) of file number `file`. */
export interface Place {
  /** Number of the hunk in the answer, from 0 on. */
  readonly hunk: number;
  readonly file: number;
  readonly line: number;
  /** Segments that the hunk has entered after its first: 0 or 1. */
  readonly entered: number;
}

/** How a format writes; all strings are GBNF. */
export interface HunkFormat {
  /** Above the first hunk of a file. */
  readonly firstHead: (path: string) => string;
  /** Above its other hunks. */
  readonly nextHead: (path: string) => string;
  /** The ways to write a hunk whose anchor is the lines at those places, `end` the last of them, and what may follow it. */
  readonly hunk: (walk: Walk, anchor: readonly Place[], end: Place) => readonly string[];
  readonly created: (path: string) => string;
}

export interface Walk {
  readonly book: RuleBook;
  readonly files: readonly WindowFile[];
  readonly creatable: readonly string[];
  readonly format: HunkFormat;
  /** Hunks and new files of an answer at most. */
  readonly mostHunks: number;
  readonly mostCreated: number;
}

/** One hunk or new file, or more. */
export const partsOf = (walk: Walk): string => inFilesFrom(walk, 0, 0) ?? "";

/** A hunk in file number `file` or a later one, or a new file; and what may follow. Undefined where nothing is left. */
function inFilesFrom(walk: Walk, hunk: number, file: number): string | undefined {
  const { book, files, format, mostHunks } = walk;
  const present = files[file];
  if (present === undefined || hunk === mostHunks) return createdFrom(walk, 0, 0);
  return book.rule(`f${hunk}x${file}`, () => {
    const later = inFilesFrom(walk, hunk, file + 1);
    const here = `${format.firstHead(present.path)} ${inLinesFrom(walk, { hunk, file, line: 0 })}`;
    return later === undefined ? here : `${here} | ${later}`;
  });
}

/** A hunk that begins at line `line` of its file or below. */
function inLinesFrom(walk: Walk, at: Omit<Place, "entered">): string {
  return walk.book.rule(`s${at.hunk}x${at.file}x${at.line}`, () => {
    const isLast = at.line >= (walk.files[at.file]?.lastStart ?? 0);
    const below = isLast ? [] : [inLinesFrom(walk, { ...at, line: at.line + 1 })];
    return [...hunksAt(walk, { ...at, entered: 0 }), ...below].join(" | ");
  });
}

function hunksAt(walk: Walk, start: Place): readonly string[] {
  const { anchorEnd } = walk.files[start.file]?.lines[start.line] ?? {};
  if (anchorEnd === undefined) return [];
  const anchor: Place[] = [];
  let end = start;
  for (let at: Place | undefined = start; at && at.line <= anchorEnd; at = goOn(walk, at)) {
    anchor.push(at);
    end = at;
  }
  return walk.format.hunk(walk, anchor, end);
}

/** What may follow a hunk. A line stays between two hunks: both could add lines at a common border. */
export function after(walk: Walk, { hunk: ended, file, line }: Place): string {
  const hunk = ended + 1;
  const present = walk.files[file];
  const next = line + 2;
  const isLeft = present !== undefined && hunk < walk.mostHunks && next <= present.lastStart;
  const here = isLeft ? [`${walk.format.nextHead(present.path)} ${inLinesFrom(walk, { hunk, file, line: next })}`] : [];
  const later = inFilesFrom(walk, hunk, file + 1);
  const ways = [...here, ...(later === undefined ? [] : [later])];
  return ways.length === 0 ? "" : walk.book.rule(`n${hunk}x${file}x${next}`, () => `(${ways.join(" | ")})?`);
}

/** The place one line on, where the hunk may hold that line too. */
export function goOn({ files }: Walk, at: Place): Place | undefined {
  const { lines = [] } = files[at.file] ?? {};
  const next = lines[at.line + 1];
  if (next?.isQuotable !== true) return undefined;
  const entered = at.entered + next.segment - (lines[at.line]?.segment ?? 0);
  return entered > 1 ? undefined : { ...at, line: at.line + 1, entered };
}

/** A rule of the format's own for a place. */
export const ruleAt = (walk: Walk, kind: string, at: Place, makeBody: () => string): string =>
  walk.book.rule(`${kind}${at.hunk}x${at.entered}x${at.file}x${at.line}`, makeBody);

export const textAt = ({ files }: Walk, { file, line }: Place): string => files[file]?.lines[line]?.text ?? "";

/** The file's line at a place, with its end. */
export const realLine = (walk: Walk, at: Place): string =>
  walk.book.rule(`t${at.file}x${at.line}`, () => literal(`${textAt(walk, at)}\n`));

/** New files in the given order, each at most once. */
function createdFrom(walk: Walk, made: number, at: number): string | undefined {
  const path = walk.creatable[at];
  if (path === undefined || made === walk.mostCreated) return undefined;
  return walk.book.rule(`c${made}x${at}`, () => {
    const more = createdFrom(walk, made + 1, at + 1);
    const others = createdFrom(walk, made, at + 1);
    const here = `${walk.format.created(path)}${more === undefined ? "" : ` (${more})?`}`;
    return oneOf([here, ...(others === undefined ? [] : [others])]);
  });
}
