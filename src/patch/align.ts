/**
 * Places a hunk whose block as a whole is nowhere in the file, because context drifted, was left out or elided.
 *
 * The hunk is cut into pieces: every run of changes with the nearest context line on each side. A piece must stand
 * in the file as it is, lines next to each other; nothing about the change itself is guessed. The other context
 * lines only say which of several places is meant: what they do not account for is the cost of a place, and the
 * cheapest place must be the only cheapest. `...` lines stand for any number of lines.
 */
import type { HunkLine } from "../core/patch.ts";
import type { IndexedFile } from "./line-index.ts";
import { foldTypography, isBlank, weigh } from "./text.ts";

/** A stretch of hunk lines whose old lines stand in the file from line `at` (0-based) on, without a gap. */
export interface Block {
  readonly lines: readonly HunkLine[];
  readonly at: number;
}

export type Alignment =
  | { readonly kind: "found"; readonly blocks: readonly Block[] }
  | { readonly kind: "ambiguous"; readonly places: readonly number[] }
  | { readonly kind: "none" };

/** Context lines of the hunk between two pieces, or before the first or after the last. */
interface Gap {
  readonly ids: readonly number[];
  readonly hasDots: boolean;
}

interface Piece {
  readonly lines: readonly HunkLine[];
  readonly old: readonly string[];
  readonly before: Gap;
}

interface Chain {
  readonly cost: number;
  readonly places: readonly number[];
}

/** Pairs of places that are weighed against each other at most; a hunk with more means nothing. */
const MOST_PAIRS = 100_000;
/** At least so much of the hunk's old lines must be in the file at the place. */
const LEAST_MATCHED = 0.6;
const LEAST_WEIGHT = 10;

export function align(lines: readonly HunkLine[], file: IndexedFile): Alignment {
  const index = file.index("loose");
  const { pieces, after } = cutIntoPieces(lines, index.idOf);
  const places = pieces.map((piece) => index.find(piece.old));
  if (pieces.length === 0 || places.some((found) => found.length === 0)) return { kind: "none" };
  if (weigh(pieces.flatMap((piece) => piece.old)) < LEAST_WEIGHT) return { kind: "none" };
  if (countPairs(places) > MOST_PAIRS) return { kind: "ambiguous", places: places[0] ?? [] };
  const only = pieces.length === 1 ? places[0] : undefined;
  if (only && only.length > 1) return { kind: "ambiguous", places: only };
  const [best, second] = cheapestChains({ pieces, places, after, ids: index.ids });
  if (!best || !isMostlyThere(pieces, after, best.cost)) return { kind: "none" };
  if (second && second.cost <= best.cost) {
    const at = best.places.findIndex((place, piece) => place !== second.places[piece]);
    return { kind: "ambiguous", places: [best.places[at] ?? 0, second.places[at] ?? 0].toSorted((a, b) => a - b) };
  }
  return { kind: "found", blocks: pieces.map((piece, at) => ({ lines: piece.lines, at: best.places[at] ?? 0 })) };
}

const countPairs = (places: readonly (readonly number[])[]): number =>
  places.reduce((sum, found, at) => sum + found.length * (places[at - 1]?.length ?? 0), 0);

const DOTS = /^(?:\/\/|#|--|;|<!--|\/\*|\*|%|\{\/\*)?\s*[[(]?\.\.\.(?:[^.].*)?$/;

/** `...`, `// ...`, `# ... existing code ...` as context. */
export const isDots = (line: HunkLine): boolean => line.op === " " && DOTS.test(foldTypography(line.text).trim());

function cutIntoPieces(
  lines: readonly HunkLine[],
  idOf: (line: string) => number,
): { pieces: readonly Piece[]; after: Gap } {
  const pieces: Piece[] = [];
  let from = 0;
  for (const [start, end] of pieceRanges(lines)) {
    const taken = lines.slice(start, end);
    const old = taken.filter((line) => line.op !== "+").map((line) => line.text);
    pieces.push({ lines: taken, old, before: toGap(lines.slice(from, start), idOf) });
    from = end;
  }
  return { pieces, after: toGap(lines.slice(from), idOf) };
}

const isContext = (line: HunkLine | undefined): boolean => line?.op === " " && !isDots(line);

/** Ranges of hunk lines: runs of changes, each widened by one context line; those that then touch in a line join. */
function pieceRanges(lines: readonly HunkLine[]): readonly (readonly [number, number])[] {
  const ranges: [number, number][] = [];
  for (let at = 0; at < lines.length; at += 1) {
    if (lines[at]?.op === " ") continue;
    let end = at;
    while (end < lines.length && lines[end]?.op !== " ") end += 1;
    const start = isContext(lines[at - 1]) ? at - 1 : at;
    const stop = isContext(lines[end]) ? end + 1 : end;
    const last = ranges.at(-1);
    if (last && start < last[1]) last[1] = stop;
    else ranges.push([start, stop]);
    at = end;
  }
  return ranges;
}

/** Blank lines without a prefix may be no part of the hunk and cost nothing. */
function toGap(lines: readonly HunkLine[], idOf: (line: string) => number): Gap {
  const counted = lines.filter((line) => !isDots(line) && !(line.bare && isBlank(line.text)));
  return { ids: counted.map((line) => idOf(line.text)), hasDots: lines.some(isDots) };
}

interface Search {
  readonly pieces: readonly Piece[];
  readonly places: readonly (readonly number[])[];
  readonly after: Gap;
  readonly ids: readonly number[];
}

/** The two cheapest ways to put all pieces in order into the file. */
function cheapestChains(search: Search): readonly Chain[] {
  const { pieces, places, ids } = search;
  let chains: Chain[][] = [];
  pieces.forEach((piece, at) => {
    chains = (places[at] ?? []).map((place) => {
      if (at === 0) return [{ cost: costBefore(piece.before, ids, place), places: [place] }];
      const length = pieces[at - 1]?.old.length ?? 0;
      const reached = chains.flat().flatMap((chain) => extend(chain, length, { piece, place, ids }));
      return twoCheapest(reached);
    });
  });
  const last = pieces.at(-1);
  const ended = chains.flat().map((chain) => ({
    ...chain,
    cost: chain.cost + costAfter(search.after, ids, (chain.places.at(-1) ?? 0) + (last?.old.length ?? 0)),
  }));
  return twoCheapest(ended);
}

const twoCheapest = (chains: readonly Chain[]): Chain[] => chains.toSorted((a, b) => a.cost - b.cost).slice(0, 2);

function extend(
  chain: Chain,
  length: number,
  next: { piece: Piece; place: number; ids: readonly number[] },
): readonly Chain[] {
  const end = (chain.places.at(-1) ?? 0) + length;
  if (next.place < end) return [];
  const cost = costBetween(next.piece.before, next.ids, end, next.place);
  return [{ cost: chain.cost + cost, places: [...chain.places, next.place] }];
}

/** A jump over lines that the hunk does not show costs one, unless dots announce it. */
function costBetween(gap: Gap, ids: readonly number[], from: number, to: number): number {
  const shown = nearLines(ids, from, to, gap.ids.length);
  const unmatched = gap.ids.length - longestCommon(gap.ids, shown);
  const isRigid = to - from === gap.ids.length;
  return unmatched + (isRigid || gap.hasDots ? 0 : 1);
}

const costBefore = (gap: Gap, ids: readonly number[], place: number): number => {
  const near = ids.slice(Math.max(0, place - gap.ids.length - SLACK), place);
  const unmatched = gap.ids.length - longestCommon(gap.ids, near);
  return gap.hasDots && unmatched > 0 ? unmatched - countAbove(gap, ids, place, near.length) : unmatched;
};

const costAfter = (gap: Gap, ids: readonly number[], end: number): number =>
  gap.ids.length - longestCommon(gap.ids, ids.slice(end, end + gap.ids.length + SLACK));

/** Lines before dots may stand anywhere above. */
function countAbove(gap: Gap, ids: readonly number[], place: number, near: number): number {
  const above = new Set(ids.slice(0, Math.max(0, place - near)));
  return gap.ids.filter((id) => above.has(id)).length;
}

/** How many lines the file may have in a gap beyond those that the hunk shows, before only its ends are looked at. */
const SLACK = 10;

function nearLines(ids: readonly number[], from: number, to: number, shown: number): readonly number[] {
  const reach = shown + SLACK;
  if (to - from <= 2 * reach) return ids.slice(from, to);
  return [...ids.slice(from, from + reach), ...ids.slice(to - reach, to)];
}

/** Larger tables are not filled: what lies between the common ends then counts as not matched. */
const MOST_CELLS = 1_000_000;

/** Length of the longest common subsequence. */
function longestCommon(a: readonly number[], b: readonly number[]): number {
  const most = Math.min(a.length, b.length);
  let head = 0;
  while (head < most && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < most - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  const [left, right] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
  return head + tail + (left.length * right.length > MOST_CELLS ? 0 : fillTable(left, right));
}

function fillTable(a: readonly number[], b: readonly number[]): number {
  let row = Array.from({ length: b.length + 1 }, () => 0);
  for (const left of a) {
    const next = [0];
    b.forEach((right, at) => {
      next.push(left === right ? (row[at] ?? 0) + 1 : Math.max(row[at + 1] ?? 0, next[at] ?? 0));
    });
    row = next;
  }
  return row.at(-1) ?? 0;
}

function isMostlyThere(pieces: readonly Piece[], after: Gap, cost: number): boolean {
  const soft = pieces.reduce((sum, piece) => sum + piece.before.ids.length, after.ids.length);
  const firm = pieces.reduce((sum, piece) => sum + piece.old.length, 0);
  return firm + soft - cost >= LEAST_MATCHED * (firm + soft);
}
