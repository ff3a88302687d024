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
import { isBlankAt, isHeadingAt, type LinedText, lineAt, type Region } from "./lines.ts";
import { type KeyLine, parseKeyLine } from "./status-line.ts";

export type BlockForm = "dashed" | "bare" | "mapping";

/** Indexes into the text's lines. */
export interface BlockPlace {
  readonly form: BlockForm;
  /** The start marker, and the last line that belongs to the block. */
  readonly first: number;
  readonly last: number;
  /** The end marker. */
  readonly end?: number;
  /** A mapping is complete without an end marker. */
  readonly isComplete: boolean;
  /** The fence that holds the block and nothing else. */
  readonly fence?: Region;
}

interface Marker {
  readonly kind: "start" | "end";
  readonly form: BlockForm;
  readonly index: number;
}

const NAME = "RALPH_STATUS";
const MARKER = /^[ \t]*\**(-{2,}[ \t]*)?(END_)?RALPH_STATUS(_END)?[ \t]*(-{2,})?(:?)\**(:?)[ \t]*$/;
const INDENTED_CODE = /^ {4}|^ {0,3}\t/;

/** All blocks in order, complete or not. */
export function findBlocks(source: LinedText): readonly BlockPlace[] {
  const markers = visibleMarkers(source);
  return markers.flatMap((marker, at) => {
    const place = marker.kind === "start" ? placeFrom(source, marker, markers[at + 1]) : undefined;
    return place === undefined ? [] : [place];
  });
}

/** The block that counts: the last complete one, else the last. */
export const currentBlock = (places: readonly BlockPlace[]): BlockPlace | undefined =>
  places.findLast((place) => place.isComplete) ?? places.at(-1);

/** Offsets of the block, with the fence that holds it. */
export function extentOf({ text, lines }: LinedText, place: BlockPlace): readonly [start: number, stop: number] {
  const first = lines[place.fence?.first ?? place.first];
  const last = lines[place.fence?.last ?? place.last];
  return [first?.start ?? text.length, last?.next ?? text.length];
}

/** The block's key lines with their line indexes; of a mapping, those of its own level. */
export function keyLines(source: LinedText, place: BlockPlace): readonly (readonly [index: number, line: KeyLine])[] {
  const found: (readonly [number, KeyLine])[] = [];
  for (let index = place.first + 1; index <= place.last; index++) {
    const line = index === place.end ? undefined : parseKeyLine(lineAt(source, index));
    const isNested = place.form === "mapping" && line?.indent !== (found[0]?.[1] ?? line)?.indent;
    if (line !== undefined && !isNested) found.push([index, line]);
  }
  return found;
}

/** @param next the marker that follows `start`, of whatever kind */
function placeFrom(source: LinedText, start: Marker, next: Marker | undefined): BlockPlace | undefined {
  const first = start.index;
  const fence = source.lines[first]?.region;
  const limit = Math.min(next?.index ?? source.lines.length, fence?.last ?? source.lines.length);
  const end = next?.kind === "end" && next.index === limit ? limit : undefined;
  const base = { first, ...(fence === undefined ? {} : { fence }) };

  const mapped = start.form === "mapping" ? lastIndented(source, first, limit) : first;
  if (mapped > first) {
    const isEnded = end === mapped + 1;
    return { ...base, form: "mapping", last: isEnded ? end : mapped, ...(isEnded ? { end } : {}), isComplete: true };
  }
  const form = start.form === "dashed" ? "dashed" : "bare";
  if (form === "bare" && !isBlockAfterWord(source, first + 1, limit, end)) return undefined;
  if (end === undefined || hasHeading(source, first, end)) {
    return { ...base, form, last: lastBeforeGap(source, first, limit), isComplete: false };
  }
  return { ...base, form, last: end, end, isComplete: true };
}

/** A bare word on a line of its own may be prose: what follows must be the block's. */
const isBlockAfterWord = (source: LinedText, next: number, limit: number, end: number | undefined): boolean =>
  next < limit ? parseKeyLine(lineAt(source, next)) !== undefined : next === end;

/** A block that seems to reach over a heading has lost its own end marker. */
function hasHeading(source: LinedText, first: number, end: number): boolean {
  for (let index = first + 1; index < end; index++) if (isHeadingAt(source, index)) return true;
  return false;
}

function lastIndented(source: LinedText, first: number, limit: number): number {
  let last = first;
  if (parseKeyLine(lineAt(source, first + 1)) === undefined) return first;
  while (last + 1 < limit && /^[ \t]+[^ \t]/.test(lineAt(source, last + 1)) && isSameRegion(source, first, last + 1)) {
    last++;
  }
  return last;
}

function lastBeforeGap(source: LinedText, first: number, limit: number): number {
  let last = first;
  while (last + 1 < limit && !endsIncomplete(source, first, last + 1)) last++;
  return last;
}

const endsIncomplete = (source: LinedText, first: number, index: number): boolean =>
  isBlankAt(source, index) || isHeadingAt(source, index) || !isSameRegion(source, first, index);

const isSameRegion = ({ lines }: LinedText, one: number, other: number): boolean =>
  lines[one]?.region === lines[other]?.region;

function visibleMarkers(source: LinedText): readonly Marker[] {
  const transparent = new Map<Region, boolean>();
  const isVisible = (marker: Marker): boolean => {
    const region = source.lines[marker.index]?.region;
    if (region === undefined) return !INDENTED_CODE.test(lineAt(source, marker.index));
    if (!transparent.has(region)) transparent.set(region, region.kind === "fence" && holdsOnlyBlock(source, region));
    return transparent.get(region) === true;
  };
  return allMarkers(source).filter(isVisible);
}

function allMarkers(source: LinedText): readonly Marker[] {
  const { text, lines } = source;
  const markers: Marker[] = [];
  let index = 0;
  for (let at = text.indexOf(NAME); at !== -1; at = text.indexOf(NAME, lines[index]?.next)) {
    while ((lines[index]?.next ?? Infinity) <= at) index++;
    const marker = readMarker(source, index);
    if (marker !== undefined) markers.push(marker);
  }
  return markers;
}

function readMarker(source: LinedText, index: number): Marker | undefined {
  const match = MARKER.exec(lineAt(source, index));
  if (match === null) return undefined;
  const [, dashes, endBefore, endBehind, , colonInside, colonOutside] = match;
  const isEnd = endBefore !== undefined || endBehind !== undefined;
  const isMapping = (colonInside ?? "") + (colonOutside ?? "") !== "";
  const form = dashes !== undefined ? "dashed" : isMapping ? "mapping" : "bare";
  return { kind: isEnd ? "end" : "start", form, index };
}

/** Otherwise the fence shows something of which a block is a part: an example of a task file. */
function holdsOnlyBlock(source: LinedText, { first, last }: Region): boolean {
  const inside: number[] = [];
  for (let index = first + 1; index < last; index++) if (!isBlankAt(source, index)) inside.push(index);
  const kinds = inside.map((index) => readMarker(source, index)?.kind);
  if (kinds.lastIndexOf("start") !== 0) return false;
  const end = kinds.indexOf("end");
  if (end !== -1) return end === inside.length - 1;
  return inside.slice(1).every((index) => /^[ \t]|:/.test(lineAt(source, index)));
}
