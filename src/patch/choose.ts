/** Which of several places a hunk means. Line numbers are a hint: they break ties, and only where they are clear. */
import type { Hunk } from "../core/patch.ts";
import type { IndexedFile } from "./line-index.ts";
import { LINE_KEY } from "./text.ts";

export type Choice =
  | { readonly kind: "chosen"; readonly at: number; readonly rivalDistance?: number }
  | { readonly kind: "ambiguous"; readonly places: readonly number[] };

/** The next place must be so many times farther from the stated line than the nearest one. */
export const MARGIN = 4;
/** Farther off than this, a stated line says nothing. */
const MOST_DRIFT = 6;
/** Models write 1 where they do not know: it counts only for places at the very top. */
const MOST_DRIFT_FROM_TOP = 3;

/** `places` are 0-based and ascending, at least one. */
export function choosePlace(places: readonly number[], hunk: Hunk, file: IndexedFile): Choice {
  const [first] = places;
  if (first !== undefined && places.length === 1) return { kind: "chosen", at: first };
  const atEnd = hunk.endsFile === true ? places.at(-1) : undefined;
  if (atEnd !== undefined && reachesEnd(atEnd, hunk, file)) return { kind: "chosen", at: atEnd };
  return (
    stated(places, hunk) ??
    nearest(places, hunk.oldStart) ??
    belowHeading(places, hunk, file) ?? { kind: "ambiguous", places }
  );
}

function reachesEnd(at: number, hunk: Hunk, file: IndexedFile): boolean {
  const length = hunk.lines.filter((line) => line.op !== "+").length;
  return at + length === file.lines.length;
}

/** A header whose counts agree with the lines is believed where its line is one of the places itself. */
function stated(places: readonly number[], { oldStart, isCounted }: Hunk): Choice | undefined {
  if (oldStart === undefined || !isCounted) return undefined;
  const at = oldStart - 1;
  if (!places.includes(at)) return undefined;
  const rivals = places.filter((place) => place !== at).map((place) => Math.abs(place - at));
  return { kind: "chosen", at, rivalDistance: Math.min(...rivals) };
}

function nearest(places: readonly number[], start: number | undefined): Choice | undefined {
  if (start === undefined) return undefined;
  const [best, next] = places
    .map((at) => ({ at, distance: Math.abs(at + 1 - start) }))
    .toSorted((a, b) => a.distance - b.distance);
  if (!best || !next) return undefined;
  const reach = start <= 1 ? MOST_DRIFT_FROM_TOP : MOST_DRIFT;
  const isClear = best.distance <= reach && next.distance >= MARGIN * Math.max(1, best.distance);
  return isClear ? { kind: "chosen", at: best.at, rivalDistance: next.distance } : undefined;
}

/** The first place after the heading, where the file has that heading once. */
function belowHeading(places: readonly number[], hunk: Hunk, file: IndexedFile): Choice | undefined {
  if (!hunk.headings) return undefined;
  let above = -1;
  for (const heading of hunk.headings) {
    const found = findHeading(heading, above, file);
    if (found === undefined) return undefined;
    above = found;
  }
  const at = places.find((place) => place > above || (place === above && above >= 0));
  return at === undefined ? undefined : { kind: "chosen", at };
}

/** git cuts long headings short, so one that no line equals may be the beginning of a line. */
function findHeading(heading: string, above: number, file: IndexedFile): number | undefined {
  const key = LINE_KEY.loose(heading);
  const same = file.index("loose").find([heading]);
  const lines = same.length > 0 ? same : beginning(key, file);
  const below = lines.filter((at) => at > above);
  return below.length === 1 ? below[0] : undefined;
}

function beginning(key: string, file: IndexedFile): readonly number[] {
  if (key.length < 6) return [];
  return file.lines.flatMap((line, at) => (LINE_KEY.loose(line).startsWith(key) ? [at] : []));
}
