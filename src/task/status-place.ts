/**
 * Where the status blocks of a text are.
 *
 * Forms (K: V stands for key lines):
 * ```
 * ---RALPH_STATUS---      RALPH_STATUS          RALPH_STATUS:
 * K: V                    K: V                    K: V          (indented; needs no end)
 * ---END_RALPH_STATUS---  RALPH_STATUS_END
 * ```
 * and each of them in a code fence that holds nothing else. A block without its end marker ends at a blank line.
 * Markers in other code and in comments are text about blocks, not blocks.
 */
import {
  isBlank,
  isHeading,
  type Line,
  lineAround,
  lineFrom,
  type Region,
  regionAround,
  type Source,
  written,
} from "./lines.ts";
import { type KeyLine, parseKeyLine, parseKeyLines } from "./status-line.ts";

export type BlockForm = "dashed" | "bare" | "mapping";

export interface BlockPlace {
  readonly form: BlockForm;
  /** The start marker, and the last line that belongs to the block. */
  readonly first: Line;
  readonly last: Line;
  /** The end marker. */
  readonly end: Line | undefined;
  /** A mapping is complete without an end marker. */
  readonly isComplete: boolean;
  /** The fence that holds the block and nothing else. */
  readonly fence: Region | undefined;
}

interface Marker {
  readonly kind: "start" | "end";
  readonly form: BlockForm;
  readonly line: Line;
  readonly fence: Region | undefined;
}

const NAME = "RALPH_STATUS";
/** Groups: indent, dashes, END before and behind the name, a colon inside and outside of bold. */
const MARKER = /^([ \t]*)\**(-{2,}[ \t]*)?(END_)?RALPH_STATUS(_END)?[ \t]?-*(:?)\**(:?)[ \t]*$/;
const INDENTED_CODE = /^ {4}|^ {0,3}\t/;

/** All blocks in order, complete or not. */
export function findBlocks(source: Source): readonly BlockPlace[] {
  const places: BlockPlace[] = [];
  const markers = visibleMarkers(source);
  markers.forEach((marker, index) => {
    const place = marker.kind === "start" ? placeFrom(source, marker, markers[index + 1]) : undefined;
    if (place !== undefined) places.push(place);
  });
  return places;
}

/** The block that counts: the last complete one, else the last. */
export const currentBlock = (places: readonly BlockPlace[]): BlockPlace | undefined =>
  places.findLast((place) => place.isComplete) ?? places.at(-1);

/** Offsets of the block, with the fence that holds it. */
export const extentOf = ({ fence, first, last }: BlockPlace): readonly [start: number, stop: number] =>
  fence === undefined ? [first.start, last.next] : [fence.start, fence.stop];

/**
 * Of a mapping, those of its own level.
 *
 * @param pattern of the lines that are wanted: one of status-line.ts
 */
export function keyLines({ text }: Source, place: BlockPlace, pattern?: RegExp): readonly KeyLine[] {
  const [from, stop] = [place.first.next, place.end?.start ?? place.last.next];
  if (place.form !== "mapping") return parseKeyLines(text, from, stop, pattern);
  const lines = parseKeyLines(text, from, stop);
  return lines.filter((line) => line.indent === lines[0]?.indent);
}

/** @param next the marker that follows `start`, of whatever kind */
function placeFrom(source: Source, start: Marker, next: Marker | undefined): BlockPlace | undefined {
  const { line: first, fence } = start;
  const limit = Math.min(next?.line.start ?? source.text.length, fence?.contentStop ?? source.text.length);
  const end = next?.kind === "end" && next.line.start === limit ? next.line : undefined;
  const mapped = start.form === "mapping" ? lastOfMapping(source, first, limit) : undefined;
  if (mapped !== undefined) {
    const ending = end?.start === mapped.next ? end : undefined;
    return { form: "mapping", first, last: ending ?? mapped, end: ending, isComplete: true, fence };
  }
  const form = start.form === "dashed" ? "dashed" : "bare";
  if (form === "bare" && !isBlockBehindWord(source, first.next, limit, end)) return undefined;
  if (end === undefined || hasHeading(source, first.next, end.start)) {
    return { form, first, last: lastBeforeGap(source, first, limit), end: undefined, isComplete: false, fence };
  }
  return { form, first, last: end, end, isComplete: true, fence };
}

/** A bare word on a line of its own may be prose: what follows must be the block's. */
const isBlockBehindWord = ({ text }: Source, next: number, limit: number, end: Line | undefined): boolean =>
  next < limit ? parseKeyLine(written(text, lineFrom(text, next))) !== undefined : end !== undefined;

/** A block that seems to reach over a heading has lost its own end marker. */
function hasHeading(source: Source, from: number, stop: number): boolean {
  const inside = source.text.slice(from - 1, stop);
  HEADINGS.lastIndex = 0;
  for (let match = HEADINGS.exec(inside); match !== null; match = HEADINGS.exec(inside)) {
    if (regionAround(source, from + match.index) === undefined) return true;
  }
  return false;
}

const HEADINGS = /\n {0,3}#{1,6}(?=[ \t\r\n]|$)/g;

/** The last of the indented lines behind `first`, of which the first must be a key line. */
function lastOfMapping(source: Source, first: Line, limit: number): Line | undefined {
  const { text } = source;
  const region = regionAround(source, first.start);
  let last: Line | undefined;
  for (let line = lineFrom(text, first.next); line.start < limit; line = lineFrom(text, line.next)) {
    const row = written(text, line);
    if (!/^[ \t]+[^ \t]/.test(row) || regionAround(source, line.start) !== region) break;
    if (last === undefined && parseKeyLine(row) === undefined) break;
    last = line;
  }
  return last;
}

function lastBeforeGap(source: Source, first: Line, limit: number): Line {
  const { text } = source;
  const region = regionAround(source, first.start);
  let last = first;
  for (let line = lineFrom(text, first.next); line.start < limit; line = lineFrom(text, line.next)) {
    if (isBlank(text, line) || isHeading(text, line) || regionAround(source, line.start) !== region) break;
    last = line;
  }
  return last;
}

function visibleMarkers(source: Source): readonly Marker[] {
  const { text } = source;
  const markers: Marker[] = [];
  const isOnlyBlock = remember((fence: Region) => holdsOnlyBlock(text, fence));
  for (let at = text.indexOf(NAME); at !== -1; ) {
    const line = lineAround(text, at);
    const region = regionAround(source, at);
    const marker = readMarker(text, line, region);
    if (marker !== undefined && (region === undefined || isOnlyBlock(region))) markers.push(marker);
    at = text.indexOf(NAME, line.next);
  }
  return markers;
}

/** A fence full of markers is looked through once, not once a marker. */
function remember<K, V>(find: (key: K) => V): (key: K) => V {
  let known: Map<K, V> | undefined;
  return (key) => {
    known ??= new Map();
    const value = known.get(key) ?? find(key);
    known.set(key, value);
    return value;
  };
}

/** Undefined for any other line. Outside of a fence four blanks make code of a line. */
function readMarker(text: string, line: Line, fence: Region | undefined): Marker | undefined {
  const match = MARKER.exec(written(text, line));
  if (match === null || (fence === undefined && INDENTED_CODE.test(match[1] ?? ""))) return undefined;
  const isEnd = match[3] !== undefined || match[4] !== undefined;
  const isMapping = match[5] !== "" || match[6] !== "";
  const form = match[2] !== undefined ? "dashed" : isMapping ? "mapping" : "bare";
  return { kind: isEnd ? "end" : "start", form, line, fence };
}

/** Otherwise the fence shows something of which a block is a part: an example of a task file. */
function holdsOnlyBlock(text: string, fence: Region): boolean {
  if (fence.kind !== "fence") return false;
  const lines: Line[] = [];
  for (
    let line = lineFrom(text, fence.contentStart);
    line.start < fence.contentStop;
    line = lineFrom(text, line.next)
  ) {
    if (!isBlank(text, line)) lines.push(line);
  }
  const kinds = lines.map((line) => readMarker(text, line, fence)?.kind);
  if (kinds.lastIndexOf("start") !== 0) return false;
  const end = kinds.indexOf("end");
  if (end !== -1) return end === lines.length - 1;
  return lines.every((line, index) => index === 0 || isNextKey(text, line, lines[index - 1]));
}

/** Without an end marker a block ends at a blank line or a heading: what is behind that would be something else. */
const isNextKey = (text: string, line: Line, before: Line | undefined): boolean =>
  line.start === before?.next && !isHeading(text, line) && /^[ \t]|:/.test(written(text, line));
