/** Finds the place of one hunk in a file, by the first step of the table that knows one. */
import type { Hunk, HunkLine } from "../core/patch.ts";
import { align, type Block } from "./align.ts";
import { choosePlace } from "./choose.ts";
import type { IndexedFile } from "./line-index.ts";
import { ALREADY, STEPS, type Step } from "./steps.ts";
import { isBlank, weigh } from "./text.ts";

export type Located =
  | {
      readonly kind: "placed";
      readonly step: Step;
      readonly blocks: readonly Block[];
      /** Distance of the next candidate from the stated line, where the line number decided. */
      readonly rivalDistance?: number;
    }
  | { readonly kind: "applied"; readonly step: Step; readonly at: number }
  | { readonly kind: "ambiguous"; readonly step: Step; readonly places: readonly number[] }
  /** The result is there, and so is a line that the hunk deletes. */
  | { readonly kind: "half applied"; readonly at: number }
  | { readonly kind: "not found" }
  | { readonly kind: "no anchor" };

export function locateHunk(hunk: Hunk, file: IndexedFile, steps: readonly Step[] = STEPS): Located {
  if (!hunk.lines.some((line) => line.op !== "+")) return locateBare(hunk, file);
  for (const step of steps) {
    for (const lines of step.read(hunk.lines, file)) {
      const located = tryStep(step, { ...hunk, lines }, file);
      if (located.kind !== "not found") return located;
    }
  }
  return { kind: "not found" };
}

/** Added lines alone have a place in an empty file only. */
function locateBare(hunk: Hunk, file: IndexedFile): Located {
  const [exact] = STEPS;
  if (file.lines.length > 0 || !exact) return { kind: "no anchor" };
  return { kind: "placed", step: exact, blocks: [{ lines: hunk.lines, at: 0 }] };
}

function tryStep(step: Step, hunk: Hunk, file: IndexedFile): Located {
  if (step.match === "result") return findResult(step, hunk, file);
  if (step.match === "pieces") return findPieces(step, hunk, file);
  const old = textOf(hunk.lines, "+");
  if (step.match === "loose" && weigh(old) < LEAST_LOOSE_WEIGHT) return { kind: "not found" };
  const places = file.index(step.match).find(old);
  if (places.length === 0) return { kind: "not found" };
  const choice = choosePlace(places, hunk, file);
  if (choice.kind === "ambiguous") return { kind: "ambiguous", step, places: choice.places };
  if (isAddedAlready(hunk.lines, choice.at, file)) return { kind: "applied", step: ALREADY, at: choice.at };
  const rival = choice.rivalDistance === undefined ? {} : { rivalDistance: choice.rivalDistance };
  return { kind: "placed", step, blocks: [{ lines: hunk.lines, at: choice.at }], ...rival };
}

/** Below so many telling characters a loose likeness says nothing. */
const LEAST_LOOSE_WEIGHT = 4;

const textOf = (lines: readonly HunkLine[], without: HunkLine["op"]): readonly string[] =>
  lines.filter((line) => line.op !== without).map((line) => line.text);

/**
 * Lines added after the hunk's last context line, or before its first, leave its old lines as they were:
 * the old block stands in the file before and after, and only the lines next to it tell.
 */
function isAddedAlready(lines: readonly HunkLine[], at: number, file: IndexedFile): boolean {
  const isOpen = lines[0]?.op === "+" || lines.at(-1)?.op === "+";
  if (!isOpen || lines.some((line) => line.op === "-")) return false;
  const from = at - lines.findIndex((line) => line.op !== "+");
  const { ids, idOf } = file.index("trailing");
  return from >= 0 && lines.every((line, index) => ids[from + index] === idOf(line.text));
}

function findPieces(step: Step, hunk: Hunk, file: IndexedFile): Located {
  const alignment = align(hunk.lines, file);
  if (alignment.kind === "found") return { kind: "placed", step, blocks: alignment.blocks };
  return alignment.kind === "none" ? { kind: "not found" } : { ...alignment, step };
}

/** New lines that would be too common to say that the change was made here. */
const LEAST_RESULT_WEIGHT = 12;
/** The lines that the hunk leaves behind, with context that says where they belong and nothing left to delete. */
function findResult(step: Step, hunk: Hunk, file: IndexedFile): Located {
  const left = textOf(hunk.lines, "-");
  const context = hunk.lines.filter((line) => line.op === " " && !isBlank(line.text)).length;
  if (context < 2 || weigh(left) < LEAST_RESULT_WEIGHT || deletesAtEdge(hunk.lines)) return { kind: "not found" };
  const [at] = file.index("trailing").find(left);
  if (at === undefined) return { kind: "not found" };
  return isLeftToDelete(hunk.lines, file) ? { kind: "half applied", at } : { kind: "applied", step, at };
}

/** Without context beyond a deletion its result is part of the old lines and stands in the file before and after. */
function deletesAtEdge(lines: readonly HunkLine[]): boolean {
  const isEdge = (edge: readonly HunkLine[]): boolean => edge.length > 0 && edge.every((line) => line.op === "-");
  const first = lines.findIndex((line) => line.op === " ");
  const last = lines.findLastIndex((line) => line.op === " ");
  return isEdge(lines.slice(0, first)) || isEdge(lines.slice(last + 1));
}

/** A telling line that the hunk deletes, and does not leave or add elsewhere, is still in the file. */
function isLeftToDelete(lines: readonly HunkLine[], file: IndexedFile): boolean {
  const { idOf } = file.index("loose");
  const left = new Set(textOf(lines, "-").map(idOf));
  const isStanding = (line: HunkLine): boolean => idOf(line.text) >= 0 && !left.has(idOf(line.text));
  return lines.some((line) => line.op === "-" && weigh([line.text]) >= LEAST_DELETED_WEIGHT && isStanding(line));
}

const LEAST_DELETED_WEIGHT = 8;
