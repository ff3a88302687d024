/** Plans the hunks of one file: every hunk gets its place, or the file is refused. */
import type { Hunk, HunkLine, Placement, Reject } from "../core/patch.ts";
import { MARGIN } from "./choose.ts";
import { explain, explainIrregular } from "./explain.ts";
import { asIs, type Indenter, type IndentRule } from "./indent.ts";
import type { IndexedFile } from "./line-index.ts";
import { type Located, locateHunk, type Placed } from "./locate.ts";
import { isPlaceholder } from "./placeholder.ts";
import { unescapeLines, withoutEscapes } from "./readings.ts";
import { applySplices, overlap, type Splice, toSplices } from "./splice.ts";
import { ALREADY_APPLIED } from "./steps.ts";
import { BOM, isBlank } from "./text.ts";

export type PlannedFile =
  | { readonly ok: true; readonly text: string; readonly placements: readonly Placement[] }
  | { readonly ok: false; readonly rejects: readonly Reject[]; readonly placements: readonly Placement[] };

interface PlacedHunk {
  readonly hunk: Hunk;
  readonly number: number;
  readonly located: Located;
}

export function planFile(path: string, file: IndexedFile, hunks: readonly Hunk[]): PlannedFile {
  const found = withoutRepeats(
    locateAll(
      hunks.map(withoutCarriageReturns).map((hunk) => withoutBom(hunk, file)),
      file,
    ),
  );
  const placements = found.flatMap((placed) => toPlacement(path, placed));
  const rejects = found.flatMap((placed) => judge(placed, file, path));
  if (rejects.length > 0) return { ok: false, rejects, placements };
  const spliced = spliceAll(found, path);
  if ("rejects" in spliced) return { ok: false, rejects: spliced.rejects, placements };
  return { ok: true, text: applySplices(file, spliced.splices), placements };
}

/** git leaves the \r of a file's CRLF at the end of a hunk's lines: it is their end, not their text. */
function withoutCarriageReturns(hunk: Hunk): Hunk {
  const isCrlf = hunk.lines.every(({ text, noNewline }) => text.endsWith("\r") || noNewline === true);
  if (!isCrlf) return hunk;
  return { ...hunk, lines: hunk.lines.map((line) => ({ ...line, text: line.text.replace(/\r$/, "") })) };
}

/** A diff shows a file's byte order mark in its first line; the file's lines here stand without it. */
function withoutBom(hunk: Hunk, file: IndexedFile): Hunk {
  if (file.bom === "") return hunk;
  const plain = (text: string): string => (text.startsWith(BOM) ? text.slice(BOM.length) : text);
  return { ...hunk, lines: hunk.lines.map((line) => ({ ...line, text: plain(line.text) })) };
}

/** One escaped hunk says that the whole reply was escaped, also where the old lines happen to hold no &, < or >. */
function locateAll(hunks: readonly Hunk[], file: IndexedFile): readonly PlacedHunk[] {
  const locate = (hunk: Hunk, at: number): PlacedHunk => ({ hunk, number: at + 1, located: locateHunk(hunk, file) });
  const found = hunks.map(locate);
  const isEscaped = found.some(({ located }) => located.kind === "placed" && located.step.read === withoutEscapes);
  if (!isEscaped) return found;
  return hunks.map((hunk, at) => locate({ ...hunk, lines: unescapeLines(hunk.lines) }, at));
}

/** Models repeat hunks: the same lines at the same place count once, unless their numbers ask for two places. */
function withoutRepeats(found: readonly PlacedHunk[]): readonly PlacedHunk[] {
  const seen = new Map<string, number | undefined>();
  return found.filter(({ hunk, located }) => {
    const place = located.kind === "placed" ? located.blocks[0]?.at : located.kind;
    const key = JSON.stringify([place, hunk.lines.map((line) => line.op + line.text)]);
    const start = seen.get(key) ?? hunk.oldStart;
    const isRepeat = seen.has(key) && Math.abs((hunk.oldStart ?? start ?? 0) - (start ?? 0)) <= SAME_START;
    if (!isRepeat) seen.set(key, start);
    return !isRepeat;
  });
}

/** Stated lines of two equal hunks that differ by no more mean the same place. */
const SAME_START = 3;

function toPlacement(path: string, { number, located }: PlacedHunk): readonly Placement[] {
  if (located.kind === "applied") return [{ path, hunk: number, step: ALREADY_APPLIED.name, line: located.at + 1 }];
  if (located.kind !== "placed") return [];
  const line = (located.blocks[0]?.at ?? 0) + 1;
  return [{ path, hunk: number, step: located.step.name, line }];
}

/** What speaks against one hunk, whatever the others do. */
function judge(placed: PlacedHunk, file: IndexedFile, path: string): readonly Reject[] {
  const { hunk, number, located } = placed;
  const where = { path, hunk: number };
  if (located.kind === "applied") return [];
  if (located.kind !== "placed") return [explain(located, hunk, file, { path, number })];
  const lazy = findPlaceholder(hunk.lines, file);
  if (lazy !== undefined) {
    const text = `"${lazy.trim()}" stands for code that the hunk deletes; write that code out.`;
    return [{ kind: "malformed", ...where, text }];
  }
  if (!isWhole(hunk, located, file)) {
    const text = "The reply stops before the hunk's end; send the whole patch again.";
    return [{ kind: "truncated", ...where, text }];
  }
  return [];
}

function findPlaceholder(lines: readonly HunkLine[], file: IndexedFile): string | undefined {
  if (!lines.some((line) => line.op === "-")) return undefined;
  // The index is asked last: making it costs more than all the rest.
  return lines.find((line) => line.op === "+" && isPlaceholder(line.text) && file.index("loose").idOf(line.text) < 0)
    ?.text;
}

/**
 * Only blank lines, which are trimmed off the end of a reply, may be missing from a hunk that stops early.
 * Without counts a hunk that has context above its last change and none below is whole at the file's end only.
 */
function isWhole({ cut, lines }: Hunk, { blocks, step }: Placed, file: IndexedFile): boolean {
  if (cut === undefined) return true;
  const last = blocks.at(-1);
  if (!last || (step.match === "pieces" && (cut.isMidLine || cut.lines > 0))) return false;
  const end = last.at + last.lines.filter((line) => line.op !== "+").length;
  if (cut.lines === 0) return lines.at(-1)?.op === " " || lines[0]?.op !== " " || end === file.lines.length;
  const missing = file.lines.slice(end, end + cut.lines);
  return missing.length === cut.lines && missing.every(isBlank);
}

type Spliced = { readonly splices: readonly Splice[] } | { readonly rejects: readonly Reject[] };

function spliceAll(found: readonly PlacedHunk[], path: string): Spliced {
  const placed = found.flatMap(({ hunk, number, located }) =>
    located.kind === "placed" ? [{ hunk, number, located }] : [],
  );
  const rejects = placed.flatMap(({ number, located }) => doubtNumber(number, located, placed, path));
  const shared = sharedIndenter(placed.map(({ located }) => located.indent));
  const splices: { splice: Splice; number: number }[] = [];
  for (const { number, located } of placed) {
    const made = toSplices(located.blocks, located.indent.kind === "rule" ? located.indent.apply : shared);
    for (const splice of made ?? []) splices.push({ splice, number });
    if (!made) rejects.push(explainIrregular({ path, number }));
  }
  const ordered = splices.toSorted((a, b) => a.splice.at - b.splice.at || a.splice.removed - b.splice.removed);
  rejects.push(...findConflicts(ordered, path));
  return rejects.length > 0 ? { rejects } : { splices: ordered.map(({ splice }) => splice) };
}

/** A hunk whose old lines are not indented follows what the file's other hunks show about tabs. */
function sharedIndenter(rules: readonly IndentRule[]): Indenter {
  return rules.flatMap((rule) => (rule.kind === "rule" && rule.convertsTabs ? [rule.apply] : []))[0] ?? asIs;
}

/** A place that a line number chose is doubtful where the other hunks of the file show how far off the numbers are. */
function doubtNumber(
  number: number,
  located: Placed,
  all: readonly { readonly hunk: Hunk; readonly located: Placed }[],
  path: string,
): Reject[] {
  const rival = located.rivalDistance;
  if (rival === undefined) return [];
  const drifts = all.flatMap((other) =>
    other.located.rivalDistance === undefined && other.hunk.oldStart !== undefined
      ? [Math.abs((other.located.blocks[0]?.at ?? 0) + 1 - other.hunk.oldStart)]
      : [],
  );
  if (rival >= MARGIN * Math.max(0, ...drifts)) return [];
  const text = "Its old lines fit at several places and the line numbers are off; add context.";
  return [{ kind: "ambiguous", path, hunk: number, text }];
}

function findConflicts(ordered: readonly { splice: Splice; number: number }[], path: string): readonly Reject[] {
  return ordered.flatMap(({ splice, number }, at) => {
    const next = ordered[at + 1];
    if (!next || !overlap(splice, next.splice)) return [];
    const text = `Hunks ${number} and ${next.number} change the same lines; merge them into one.`;
    return [{ kind: "conflicting hunks" as const, path, hunk: next.number, text }];
  });
}
