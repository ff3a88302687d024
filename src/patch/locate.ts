/** Finds the place of one hunk in a file, by the first step of the table that knows one. */
import type { Hunk } from "../core/patch.ts";
import { align, type Block } from "./align.ts";
import { choosePlace } from "./choose.ts";
import type { Confirmed } from "./gap.ts";
import { findIndentRule, type IndentRule, isIndentedBy, type Pair } from "./indent.ts";
import type { IndexedFile } from "./line-index.ts";
import { findResult, isAddedAt } from "./result.ts";
import { EXACT, STEPS, type Step } from "./steps.ts";
import { weigh } from "./text.ts";

export type Located =
  | Placed
  /** The hunk's result stands at line `at` (0-based) and nothing is left to delete. */
  | { readonly kind: "applied"; readonly at: number }
  | { readonly kind: "half applied"; readonly at: number }
  | { readonly kind: "ambiguous"; readonly places: readonly number[] }
  | { readonly kind: "irregular indent" }
  | { readonly kind: "no anchor" }
  | { readonly kind: "not found" };

export interface Placed {
  readonly kind: "placed";
  readonly step: Step;
  readonly blocks: readonly Block[];
  /** How the indentation of added lines follows from that of the old ones. */
  readonly indent: IndentRule;
  /** Distance of the next candidate from the stated line, where the line number decided. */
  readonly rivalDistance?: number;
}

const NOT_FOUND: Located = { kind: "not found" };
const IRREGULAR: Located = { kind: "irregular indent" };

export function locateHunk(hunk: Hunk, file: IndexedFile): Located {
  if (!hunk.lines.some((line) => line.op !== "+")) return locateAdded(hunk, file);
  let seen = NOT_FOUND;
  for (const step of STEPS) {
    for (const lines of step.read(hunk.lines, file)) {
      const located = tryStep(step, { ...hunk, lines }, file);
      if (located === IRREGULAR) seen = located;
      else if (located !== NOT_FOUND) return located;
    }
  }
  return seen;
}

/** Added lines alone have a place in an empty file only. */
function locateAdded(hunk: Hunk, file: IndexedFile): Located {
  if (file.lines.length > 0) return { kind: "no anchor" };
  return { kind: "placed", step: EXACT, blocks: [{ lines: hunk.lines, at: 0 }], indent: { kind: "none" } };
}

function tryStep(step: Step, hunk: Hunk, file: IndexedFile): Located {
  if (step.match === "result") return findResult(hunk.lines, file) ?? NOT_FOUND;
  if (step.match === "pieces") return findPieces(step, hunk, file);
  const old = hunk.lines.filter((line) => line.op !== "+").map((line) => line.text);
  if (step.match === "loose" && weigh(old) < LEAST_LOOSE_WEIGHT) return NOT_FOUND;
  const places = file.index(step.match).find(old);
  if (places.length === 0) return NOT_FOUND;
  const choice = choosePlace(places, hunk, file);
  if (choice.kind === "ambiguous") return choice;
  if (isAddedAt(hunk.lines, choice.at, file)) return { kind: "applied", at: choice.at };
  const rival = choice.rivalDistance === undefined ? {} : { rivalDistance: choice.rivalDistance };
  const placed = place(step, { blocks: [{ lines: hunk.lines, at: choice.at }], context: [] }, file);
  return placed.kind === "placed" ? { ...placed, ...rival } : placed;
}

/** Below so many telling characters a loose likeness says nothing. */
const LEAST_LOOSE_WEIGHT = 4;

function findPieces(step: Step, hunk: Hunk, file: IndexedFile): Located {
  const alignment = align(hunk.lines, file);
  if (alignment.kind === "none") return NOT_FOUND;
  if (alignment.kind === "ambiguous") return alignment;
  return place(step, alignment, file);
}

/** Lines that are alike only by chance, brackets mostly, show in an indentation that follows no rule. */
function place(step: Step, found: Found, file: IndexedFile): Located {
  const indent = findIndentRule(found.blocks.flatMap((block) => pairLines(block, file)));
  if (!indent || !found.context.every(({ line, candidates }) => isIndentedBy(indent, line, candidates)))
    return IRREGULAR;
  return { kind: "placed", step, blocks: found.blocks, indent };
}

interface Found {
  readonly blocks: readonly Block[];
  readonly context: readonly Confirmed[];
}

function pairLines({ lines, at }: Block, file: IndexedFile): readonly Pair[] {
  const old = lines.filter((line) => line.op !== "+");
  return old.map((line, index) => ({ line, file: file.lines[at + index] ?? "" }));
}
