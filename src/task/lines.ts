/**
 * Lines of a text, found where they are wanted, and the parts of it that are code or comment: no markdown parse, no
 * list of all lines, so that a glance at a file costs microseconds.
 *
 * Lines end at `\n`; `\r` before it belong to the ending. A code fence or an HTML comment that never closes hides
 * nothing: better to read a status block behind a forgotten fence than to lose it. All patterns are ASCII, so a text
 * and its bytes seen as latin1 (one character a byte) have the same lines.
 */

/** `[start, end)` without the line's ending; the next line starts at `next`. */
export interface Line {
  readonly start: number;
  readonly end: number;
  readonly next: number;
}

/** `[start, stop)` with the lines that open and close it; between them `[contentStart, contentStop)`. */
export interface Region {
  readonly kind: "fence" | "comment";
  readonly start: number;
  readonly contentStart: number;
  readonly contentStop: number;
  readonly stop: number;
}

/** A text with what is hidden in it. */
export interface Source {
  readonly text: string;
  readonly regions: readonly Region[];
}

export const sourceOf = (text: string): Source => ({ text, regions: findRegions(text) });

const CARRIAGE_RETURN = 13;
const HASH = 35;
const HEADING = /^ {0,3}#{1,6}(?:[ \t]|$)/;
const OPENING = /`{3,}|~{3,}|<!--/g;
const BEFORE_FENCE = /^[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*$/;

/** The line that starts at `start`; empty at the text's end. */
export function lineFrom(text: string, start: number): Line {
  const newline = text.indexOf("\n", start);
  const stop = newline === -1 ? text.length : newline;
  let end = stop;
  while (end > start && text.charCodeAt(end - 1) === CARRIAGE_RETURN) end--;
  const first = start === 0 ? Math.min(lengthOfByteOrderMark(text), end) : start;
  return { start: first, end, next: newline === -1 ? stop : stop + 1 };
}

/** The line around `offset`. */
export const lineAround = (text: string, offset: number): Line =>
  lineFrom(text, offset === 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1);

export const written = (text: string, line: Line): string => text.slice(line.start, line.end);

/** 1-based. */
export function lineNumber(text: string, offset: number): number {
  let number = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) number++;
  return number;
}

/** Empty, or blanks only. */
export const isBlank = (text: string, line: Line): boolean => firstInk(text, line) === line.end;

/** Looks like a markdown heading such as `## Notes`. */
export const isHeading = (text: string, line: Line): boolean =>
  text.charCodeAt(firstInk(text, line)) === HASH && HEADING.test(written(text, line));

/** The fence or comment that holds `offset`. */
export function regionAround({ regions }: Source, offset: number): Region | undefined {
  let low = 0;
  let high = regions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((regions[middle]?.stop ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  const region = regions[low];
  return region !== undefined && region.start <= offset ? region : undefined;
}

/** U+FEFF, or its three UTF-8 bytes in a latin1 view. */
const lengthOfByteOrderMark = (text: string): number =>
  text.startsWith("\uFEFF") ? 1 : text.startsWith("\u00EF\u00BB\u00BF") ? 3 : 0;

/** Offset of the first character that is no blank, or the line's end. */
function firstInk(text: string, line: Line): number {
  let at = line.start;
  while (at < line.end && isBlankCode(text.charCodeAt(at))) at++;
  return at;
}

const isBlankCode = (code: number): boolean => code === 32 || code === 9;

function findRegions(text: string): readonly Region[] {
  if (!text.includes("```") && !text.includes("~~~") && !text.includes("<!--")) return [];
  const regions: Region[] = [];
  const close = closer(text);
  let from = 0;
  for (let opening = nextOpening(text, from); opening !== undefined; opening = nextOpening(text, from)) {
    const region = close(opening);
    if (region !== undefined) regions.push(region);
    from = region?.stop ?? opening.line.next;
  }
  return regions;
}

interface Opening {
  /** Three or more backticks or tildes, or `<!--`. */
  readonly mark: string;
  readonly at: number;
  readonly line: Line;
}

/** A list item may start with a fence; a backtick behind it makes it code within a line. */
function nextOpening(text: string, from: number): Opening | undefined {
  OPENING.lastIndex = from;
  for (let match = OPENING.exec(text); match !== null; match = OPENING.exec(text)) {
    const [mark] = match;
    const at = match.index;
    const line = lineAround(text, at);
    const before = text.slice(line.start, at);
    const opens = mark === "<!--" ? /^ {0,3}$/.test(before) : BEFORE_FENCE.test(before);
    const isInline = mark.startsWith("`") && text.slice(at + mark.length, line.end).includes("`");
    if (opens && !isInline) return { mark, at, line };
    OPENING.lastIndex = line.next;
  }
  return undefined;
}

/**
 * Remembers what was found never to close, so that a hostile file of a million opening fences costs a few passes,
 * not a million.
 */
function closer(text: string): (opening: Opening) => Region | undefined {
  const neverCloses = new Map<string, number>();
  return ({ mark, at, line }) => {
    const kind = mark === "<!--" ? "comment" : "fence";
    const sort = mark.charAt(0);
    if (mark.length >= (neverCloses.get(sort) ?? Number.POSITIVE_INFINITY)) return undefined;
    const closing = kind === "comment" ? endOfComment(text, at) : endOfFence(text, mark, line.next);
    if (closing === undefined) {
      neverCloses.set(sort, mark.length);
      return undefined;
    }
    return { kind, start: line.start, contentStart: line.next, contentStop: closing.start, stop: closing.next };
  };
}

function endOfComment(text: string, at: number): Line | undefined {
  const end = text.indexOf("-->", at + 2);
  return end === -1 ? undefined : lineAround(text, end);
}

/** Of at least as many marks, and nothing else. */
function endOfFence(text: string, mark: string, from: number): Line | undefined {
  const closes = new RegExp(`^[ \\t]*${mark}${mark.charAt(0)}*[ \\t]*$`);
  for (let at = text.indexOf(mark, from); at !== -1; ) {
    const line = lineAround(text, at);
    if (closes.test(written(text, line))) return line;
    at = text.indexOf(mark, line.next);
  }
  return undefined;
}
