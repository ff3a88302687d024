/** Is a change there already? Then nothing is done: it must neither be made twice nor be found half-similar elsewhere. */
import type { HunkLine } from "../core/patch.ts";
import type { IndexedFile } from "./line-index.ts";
import { isBlank, weigh } from "./text.ts";

export interface Result {
  /** "half applied": the result stands in the file, and so does a line that the hunk deletes. */
  readonly kind: "applied" | "half applied";
  /** 0-based. */
  readonly at: number;
}

/** Lines that are too common to say that the change was made here. */
const LEAST_WEIGHT = 12;
const LEAST_CONTEXT = 2;
/** A deleted line with fewer telling characters may stand anywhere. */
const LEAST_DELETED_WEIGHT = 8;

/** The lines that the hunk would leave behind, with context that says where they belong. */
export function findResult(lines: readonly HunkLine[], file: IndexedFile): Result | undefined {
  const left = lines.filter((line) => line.op !== "-").map((line) => line.text);
  const context = lines.filter((line) => line.op === " " && !isBlank(line.text)).length;
  if (context < LEAST_CONTEXT || weigh(left) < LEAST_WEIGHT || deletesAtEdge(lines)) return undefined;
  const [at] = file.index("trailing").find(left);
  if (at === undefined) return undefined;
  return { kind: isLeftToDelete(lines, left, file) ? "half applied" : "applied", at };
}

/** Without context beyond a deletion its result is a part of the old lines and stands in the file before and after. */
function deletesAtEdge(lines: readonly HunkLine[]): boolean {
  const isEdge = (edge: readonly HunkLine[]): boolean => edge.length > 0 && edge.every((line) => line.op === "-");
  const first = lines.findIndex((line) => line.op === " ");
  const last = lines.findLastIndex((line) => line.op === " ");
  return isEdge(lines.slice(0, first)) || isEdge(lines.slice(last + 1));
}

function isLeftToDelete(lines: readonly HunkLine[], left: readonly string[], file: IndexedFile): boolean {
  const { idOf } = file.index("loose");
  const kept = new Set(left.map(idOf));
  const isStanding = (line: HunkLine): boolean => idOf(line.text) >= 0 && !kept.has(idOf(line.text));
  return lines.some((line) => line.op === "-" && weigh([line.text]) >= LEAST_DELETED_WEIGHT && isStanding(line));
}

/**
 * Lines added after the hunk's last context line, or before its first, leave its old lines as they were:
 * the old block stands at `at` before and after, and only the lines next to it tell.
 */
export function isAddedAt(lines: readonly HunkLine[], at: number, file: IndexedFile): boolean {
  const isOpen = lines[0]?.op === "+" || lines.at(-1)?.op === "+";
  if (!isOpen || lines.some((line) => line.op === "-")) return false;
  const from = at - lines.findIndex((line) => line.op !== "+");
  const { ids, idOf } = file.index("trailing");
  return from >= 0 && lines.every((line, index) => ids[from + index] === idOf(line.text));
}
