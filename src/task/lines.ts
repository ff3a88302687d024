/**
 * A text as lines, and which of them are code or comment: one pass over character codes, no markdown parse.
 *
 * Lines end at `\n`; a `\r` before it belongs to the ending. A code fence or an HTML comment that never closes hides
 * nothing: better to read a status block behind a forgotten fence than to lose it. All patterns are ASCII, so a text
 * and its bytes seen as latin1 (one character a byte) have the same lines.
 */

export interface Region {
  readonly kind: "fence" | "comment";
  /** Indexes of the lines that open and close it. */
  readonly first: number;
  readonly last: number;
}

/** `[start, end)` without the line's ending; the next line starts at `next`. */
export interface Line {
  readonly start: number;
  readonly end: number;
  readonly next: number;
  /** Set on every line of a fence or comment, its delimiters included. */
  readonly region?: Region;
}

export interface LinedText {
  readonly text: string;
  readonly lines: readonly Line[];
}

const CARRIAGE_RETURN = 13;
const SPACE = 32;
const TAB = 9;
const HASH = 35;
const LESS_THAN = 60;
const HEADING = /^ {0,3}#{1,6}(?:[ \t]|$)/;
const OPENS_FENCE = /^[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(`{3,}(?=[^`]*$)|~{3,})/;

export function readLines(text: string): LinedText {
  const lines: Line[] = [];
  for (let start = lengthOfByteOrderMark(text); start < text.length; ) {
    const newline = text.indexOf("\n", start);
    const stop = newline === -1 ? text.length : newline;
    const next = newline === -1 ? text.length : newline + 1;
    const end = stop > start && text.charCodeAt(stop - 1) === CARRIAGE_RETURN ? stop - 1 : stop;
    lines.push({ start, end, next });
    start = next;
  }
  return { text, lines: mayHaveRegions(text) ? withRegions(text, lines) : lines };
}

/** The line at `index` without its ending; empty where there is none. */
export function lineAt({ text, lines }: LinedText, index: number): string {
  const line = lines[index];
  return line === undefined ? "" : text.slice(line.start, line.end);
}

/** Empty, blanks only, or behind the last line. */
export function isBlankAt({ text, lines }: LinedText, index: number): boolean {
  const line = lines[index];
  return line === undefined || firstInk(text, line) === line.end;
}

/** A markdown heading such as `## Notes`, not one in code. */
export function isHeadingAt(source: LinedText, index: number): boolean {
  const line = source.lines[index];
  if (line === undefined || line.region !== undefined) return false;
  return source.text.charCodeAt(firstInk(source.text, line)) === HASH && HEADING.test(lineAt(source, index));
}

/** U+FEFF, or its three UTF-8 bytes in a latin1 view. */
const lengthOfByteOrderMark = (text: string): number =>
  text.startsWith("\uFEFF") ? 1 : text.startsWith("\u00EF\u00BB\u00BF") ? 3 : 0;

const mayHaveRegions = (text: string): boolean => text.includes("```") || text.includes("~~~") || text.includes("<!--");

function firstInk(text: string, line: Line): number {
  let at = line.start;
  while (at < line.end && (text.charCodeAt(at) === SPACE || text.charCodeAt(at) === TAB)) at++;
  return at;
}

function withRegions(text: string, lines: readonly Line[]): readonly Line[] {
  const result = [...lines];
  const findRegion = regionFinder(text, lines);
  for (let index = 0; index < lines.length; index++) {
    const region = findRegion(index);
    if (region === undefined) continue;
    for (let inside = region.first; inside <= region.last; inside++) {
      result[inside] = { ...(lines[inside] as Line), region };
    }
    index = region.last;
  }
  return result;
}

/**
 * Remembers what was found never to close, so that a hostile file of a million opening fences costs a few passes,
 * not a million.
 */
function regionFinder(text: string, lines: readonly Line[]): (index: number) => Region | undefined {
  const neverCloses = new Map<string, number>();

  const fence = (first: number, ticks: string): Region | undefined => {
    const mark = ticks.charAt(0);
    if (ticks.length >= (neverCloses.get(mark) ?? Number.POSITIVE_INFINITY)) return undefined;
    const closes = new RegExp(`^[ \\t]*${mark}{${ticks.length},}[ \\t]*$`);
    for (let last = first + 1; last < lines.length; last++) {
      const line = lines[last] as Line;
      if (text.startsWith(mark, firstInk(text, line)) && closes.test(text.slice(line.start, line.end))) {
        return { kind: "fence", first, last };
      }
    }
    neverCloses.set(mark, ticks.length);
    return undefined;
  };

  const comment = (first: number, start: number): Region | undefined => {
    if (neverCloses.has("<")) return undefined;
    const end = text.indexOf("-->", start + 2);
    if (end === -1) neverCloses.set("<", 0);
    if (end === -1) return undefined;
    let last = first;
    while ((lines[last] as Line).next <= end) last++;
    return { kind: "comment", first, last };
  };

  return (index) => {
    const line = lines[index] as Line;
    const ink = firstInk(text, line);
    if (text.charCodeAt(ink) === LESS_THAN) {
      return ink - line.start <= 3 && text.startsWith("<!--", ink) ? comment(index, ink) : undefined;
    }
    const opening = MAY_OPEN_FENCE.has(text.charCodeAt(ink))
      ? OPENS_FENCE.exec(text.slice(line.start, line.end))
      : null;
    return opening?.[1] === undefined ? undefined : fence(index, opening[1]);
  };
}

/** Backtick, tilde, or what a list item starts with. */
const MAY_OPEN_FENCE = new Set([..."`~-*+0123456789"].map((mark) => mark.charCodeAt(0)));
