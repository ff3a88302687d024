/**
 * The context of a hunk that no piece holds: lines before, between and after the pieces. They say which of several
 * places is meant, and they must be accounted for: each is in the file near its piece, as it is or drifted.
 * A line without any counterpart is no context of this file; it may be an added line that lost its `+`.
 */
import type { HunkLine } from "../core/patch.ts";
import { countCommon, isAlike } from "./common.ts";
import type { IndexedFile } from "./line-index.ts";
import { foldTypography, LINE_KEY } from "./text.ts";

export interface Gap {
  readonly lines: readonly HunkLine[];
  /** Numbers of those lines in the file's loose index. */
  readonly ids: readonly number[];
  /** A `...` line stands for any number of lines. */
  readonly hasDots: boolean;
}

const DOTS = /^(?:\/\/|#|--|;|<!--|\/\*|\*|%|\{\/\*)?\s*[[(]?\.\.\.(?:[\s)\]*-].*)?$/;

/** `...`, `// ...`, `# ... existing code ...` as context, unless the file has that very line. */
export function isDots(line: HunkLine, file: IndexedFile): boolean {
  if (line.op !== " " || !DOTS.test(foldTypography(line.text).trim())) return false;
  return file.index("loose").idOf(line.text) < 0;
}

export function toGap(lines: readonly HunkLine[], file: IndexedFile): Gap {
  const { idOf } = file.index("loose");
  const shown = lines.filter((line) => !isDots(line, file));
  return { lines: shown, ids: shown.map((line) => idOf(line.text)), hasDots: shown.length < lines.length };
}

/** Lines of the file, `to` not included, that a gap covers, and on which sides of them the hunk has a piece. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly piece: "below" | "above" | "both";
}

/**
 * How badly a gap fits a span: its lines that are not there, and one for a jump over lines that the hunk does not
 * show, unless dots announce it.
 */
export function costOf(gap: Gap, span: Span, file: IndexedFile): number {
  const { ids } = file.index("loose");
  const near = nearPieces(gap, span).map((at) => ids[at] ?? -1);
  const unmatched = gap.ids.length - countCommon(gap.ids, near);
  const isJump = span.piece === "both" && !gap.hasDots && span.to - span.from !== gap.ids.length;
  return Math.max(0, unmatched - (unmatched > 0 ? countElsewhere(gap, span, ids) : 0)) + (isJump ? 1 : 0);
}

/** How many lines that the hunk does not show may lie between its lines before only those near a piece are looked at. */
const SLACK = 10;

/** The gap shows the span's lines, or most of them. */
export const isClose = (gap: Gap, { from, to }: Span): boolean =>
  to - from === gap.ids.length || (gap.ids.length > 0 && to - from <= gap.ids.length + SLACK);

function nearPieces(gap: Gap, { from, to, piece }: Span): readonly number[] {
  const reach = gap.ids.length + SLACK;
  if (piece === "above") return range(from, Math.min(to, from + reach));
  if (piece === "below") return range(Math.max(from, to - reach), to);
  return to - from <= 2 * reach ? range(from, to) : [...range(from, from + reach), ...range(to - reach, to)];
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at);

/** With dots before the first piece or after the last, lines beyond them may stand anywhere on that side. */
function countElsewhere(gap: Gap, { from, to, piece }: Span, ids: readonly number[]): number {
  if (!gap.hasDots || piece === "both") return 0;
  const near = new Set(nearPieces(gap, { from, to, piece }).map((at) => ids[at]));
  const all = new Set(ids.slice(from, to));
  return gap.ids.filter((id) => !near.has(id) && all.has(id)).length;
}

/** A context line that is in the file, perhaps with other white space, and the lines near the place that it can be. */
export interface Confirmed {
  readonly line: HunkLine;
  readonly candidates: readonly string[];
}

/**
 * Finds for every line of the gap one of the span, equal or alike, in the same order; undefined where one has none.
 * Returned are the lines that are equal.
 */
export function confirmGap(gap: Gap, span: Span, file: IndexedFile): readonly Confirmed[] | undefined {
  const { ids } = file.index("loose");
  const near = nearPieces(gap, span);
  const elsewhere = gap.hasDots && span.piece !== "both" ? new Set(ids.slice(span.from, span.to)) : undefined;
  let next = 0;
  for (const [at, line] of gap.lines.entries()) {
    const key = LINE_KEY.loose(line.text);
    let index = next;
    while (index < near.length && !isCounterpart(near[index] ?? -1, { id: gap.ids[at], key }, file)) index += 1;
    if (index === near.length && !elsewhere?.has(gap.ids[at] ?? -1)) return undefined;
    if (index < near.length) next = index + 1;
  }
  const candidates = new Map<number, Set<string>>();
  for (const place of near) {
    const id = ids[place] ?? -1;
    candidates.set(id, (candidates.get(id) ?? new Set()).add(file.lines[place] ?? ""));
  }
  return gap.lines.map((line, at) => ({ line, candidates: [...(candidates.get(gap.ids[at] ?? -1) ?? [])] }));
}

function isCounterpart(place: number, wanted: { id: number | undefined; key: string }, file: IndexedFile): boolean {
  if (file.index("loose").ids[place] === wanted.id) return true;
  return isAlike(wanted.key, LINE_KEY.loose(file.lines[place] ?? ""));
}
