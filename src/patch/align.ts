/**
 * Places a hunk whose block as a whole is nowhere in the file, because context drifted, was left out or elided.
 *
 * The hunk is cut into pieces: every run of changes with the nearest context line on each side. A piece must stand
 * in the file as it is, lines next to each other; nothing about the change itself is guessed. The context between
 * the pieces (gap.ts) only says which of several places is meant: the place that it fits best must be the only best.
 */
import type { HunkLine } from "../core/patch.ts";
import { type Confirmed, confirmGap, costOf, type Gap, isClose, isDots, type Span, toGap } from "./gap.ts";
import type { IndexedFile } from "./line-index.ts";
import { weigh } from "./text.ts";

/** A stretch of hunk lines whose old lines stand in the file from line `at` (0-based) on, without a gap. */
export interface Block {
  readonly lines: readonly HunkLine[];
  readonly at: number;
}

export type Alignment =
  /** `context`: the lines outside the blocks. */
  | { readonly kind: "found"; readonly blocks: readonly Block[]; readonly context: readonly Confirmed[] }
  | { readonly kind: "ambiguous"; readonly places: readonly number[] }
  | { readonly kind: "none" };

interface Piece {
  readonly lines: readonly HunkLine[];
  readonly old: readonly string[];
  /** The context above it, up to the piece before. */
  readonly before: Gap;
}

interface Search {
  readonly pieces: readonly Piece[];
  /** The context below the last piece. */
  readonly after: Gap;
  readonly file: IndexedFile;
}

/** Pairs of places that are weighed against each other at most; a hunk with more means nothing. */
const MOST_PAIRS = 100_000;
/** At least so much of the hunk's old lines must be in the file at the place. */
const LEAST_MATCHED = 0.6;
const LEAST_WEIGHT = 10;

export function align(lines: readonly HunkLine[], file: IndexedFile): Alignment {
  const search = cutIntoPieces(lines, file);
  const { pieces } = search;
  const places = pieces.map((piece) => file.index("loose").find(piece.old));
  if (pieces.length === 0 || places.some((found) => found.length === 0)) return { kind: "none" };
  if (weigh(pieces.flatMap((piece) => piece.old)) < LEAST_WEIGHT) return { kind: "none" };
  const [only] = places;
  if (places.length === 1 && only && only.length > 1) return { kind: "ambiguous", places: only };
  if (countPairs(places) > MOST_PAIRS) return { kind: "ambiguous", places: only ?? [] };
  const [best, second] = cheapestChains(search, places);
  const context = best && isMostlyThere(search, best) ? confirmContext(search, best) : undefined;
  if (!best || !context) return { kind: "none" };
  if (second && second.cost <= best.cost) return { kind: "ambiguous", places: firstDifference(best, second) };
  const loose = findLoosePiece(search, places, best);
  if (loose !== undefined) return { kind: "ambiguous", places: places[loose] ?? [] };
  return {
    kind: "found",
    blocks: unroll(best).map(({ piece, place }) => ({ lines: pieces[piece]?.lines ?? [], at: place })),
    context,
  };
}

const countPairs = (places: readonly (readonly number[])[]): number =>
  places.reduce((sum, found, at) => sum + found.length * (places[at - 1]?.length ?? 0), 0);

function cutIntoPieces(lines: readonly HunkLine[], file: IndexedFile): Search {
  const pieces: Piece[] = [];
  let from = 0;
  for (const [start, end] of pieceRanges(lines, file)) {
    const taken = lines.slice(start, end);
    const old = taken.filter((line) => line.op !== "+").map((line) => line.text);
    pieces.push({ lines: taken, old, before: toGap(lines.slice(from, start), file) });
    from = end;
  }
  return { pieces, after: toGap(lines.slice(from), file), file };
}

/** Ranges of hunk lines: runs of changes, each widened by one context line; those that then share a line join. */
function pieceRanges(lines: readonly HunkLine[], file: IndexedFile): readonly (readonly [number, number])[] {
  const ranges: [number, number][] = [];
  const isContext = (line: HunkLine | undefined): boolean => line?.op === " " && !isDots(line, file);
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

/** Places for the pieces up to number `piece`, last one first. */
interface Chain {
  readonly piece: number;
  readonly place: number;
  readonly previous?: Chain;
  readonly cost: number;
}

/** The two cheapest ways to put all pieces in order into the file. */
function cheapestChains(search: Search, places: readonly (readonly number[])[]): readonly Chain[] {
  let chains: readonly (Chain | undefined)[] = [undefined];
  places.forEach((candidates, piece) => {
    chains = candidates.flatMap((place) =>
      twoCheapest(chains.flatMap((previous) => extend(search, { piece, place, ...(previous && { previous }) }))),
    );
  });
  const ended = chains.flatMap((chain) => (chain ? [{ ...chain, cost: chain.cost + costAfter(search, chain) }] : []));
  return twoCheapest(ended);
}

const twoCheapest = (chains: readonly Chain[]): readonly Chain[] =>
  chains.toSorted((a, b) => a.cost - b.cost).slice(0, 2);

function extend(search: Search, next: Omit<Chain, "cost">): readonly Chain[] {
  const span = spanBefore(search, next);
  const gap = search.pieces[next.piece]?.before;
  if (!gap || span.from > span.to) return [];
  return [{ ...next, cost: (next.previous?.cost ?? 0) + costOf(gap, span, search.file) }];
}

const costAfter = (search: Search, chain: Chain): number => costOf(search.after, spanAfter(search, chain), search.file);

/** The file's lines between the piece before and this one. */
function spanBefore({ pieces }: Search, { place, previous }: Omit<Chain, "cost">): Span {
  if (previous === undefined) return { from: 0, to: place, piece: "below" };
  const length = pieces[previous.piece]?.old.length ?? 0;
  return { from: previous.place + length, to: place, piece: "both" };
}

function spanAfter({ pieces, file }: Search, { place }: Chain): Span {
  const length = pieces.at(-1)?.old.length ?? 0;
  return { from: place + length, to: file.lines.length, piece: "above" };
}

/** The links of a chain, first piece first. */
function unroll(chain: Chain): readonly Chain[] {
  const links: Chain[] = [];
  for (let link: Chain | undefined = chain; link; link = link.previous) links.push(link);
  return links.reverse();
}

function isMostlyThere(search: Search, chain: Chain): boolean {
  const { pieces, after } = search;
  const soft = pieces.reduce((sum, piece) => sum + piece.before.ids.length, after.ids.length);
  const firm = pieces.reduce((sum, piece) => sum + piece.old.length, 0);
  return firm + soft - chain.cost >= LEAST_MATCHED * (firm + soft);
}

/** All context outside the pieces, or undefined where the file lacks some of it. */
function confirmContext(search: Search, chain: Chain): readonly Confirmed[] | undefined {
  const { pieces, after, file } = search;
  const before = unroll(chain).map((link) => {
    const gap = pieces[link.piece]?.before;
    return gap && confirmGap(gap, spanBefore(search, link), file);
  });
  const all = [...before, confirmGap(after, spanAfter(search, chain), file)];
  return all.every((found) => found !== undefined) ? all.flat() : undefined;
}

/**
 * Pieces that follow each other closely hold each other in place. After a jump over lines that the hunk does not
 * show nothing does: among the pieces from there on one must stand in the file once only.
 */
function findLoosePiece(search: Search, places: readonly (readonly number[])[], chain: Chain): number | undefined {
  const groups: Chain[][] = [];
  for (const link of unroll(chain)) {
    const gap = search.pieces[link.piece]?.before;
    const isHeld = gap && link.previous && isClose(gap, spanBefore(search, link));
    if (isHeld) groups.at(-1)?.push(link);
    else groups.push([link]);
  }
  if (groups.length === 1) return undefined;
  return groups.find((group) => group.every((link) => (places[link.piece]?.length ?? 0) > 1))?.[0]?.piece;
}

function firstDifference(best: Chain, second: Chain): readonly number[] {
  const others = unroll(second);
  const at = unroll(best).findIndex((link, index) => link.place !== others[index]?.place);
  const [a, b] = [unroll(best)[at]?.place ?? 0, others[at]?.place ?? 0];
  return a < b ? [a, b] : [b, a];
}
