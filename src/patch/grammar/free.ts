/**
 * Free text: the lines that an answer adds. They are bounded by characters rather than by lines and width, so that
 * a line may be long where others are short: text comes in cells of up to CELL characters, a new line begins a new
 * cell, and there are so many cells.
 */
import { anyBut, anyCase, literal, oneOf, type RuleBook } from "./rules.ts";

export interface FreeText {
  /** Begins the names of its rules. */
  readonly name: string;
  /** Stands before every line. */
  readonly prefix: string;
  /** No line begins with one of these, in upper or lower case. */
  readonly avoid: readonly string[];
  /** Nor with one of these, be it indented. */
  readonly avoidIndented: readonly string[];
  /** Beginnings that are fine though `avoid` has a part of them. */
  readonly allow: readonly string[];
  /** At least 1. */
  readonly cells: number;
}

export interface FreeLines {
  /** One line or more. */
  readonly some: string;
  /** No line or more. */
  readonly any: string;
}

/** Most lines of code fit into one with their indentation counted apart. */
const CELL = 40;
const DEEPEST_INDENT = 32;
const BLANKS = [" ", "\t"];

/** Characters of a line's first cell at most. */
export function largestCell({ prefix, avoid, avoidIndented, allow }: Omit<FreeText, "cells" | "name">): number {
  const longestStart = Math.max(0, ...[...avoid, ...avoidIndented, ...allow].map((word) => word.length));
  const indent = avoidIndented.length === 0 ? 0 : DEEPEST_INDENT;
  return prefix.length + indent + longestStart + CELL + 1;
}

export function freeLines(book: RuleBook, text: FreeText): FreeLines {
  const end = literal("\n");
  const short = book.rule("short", () => `${anyBut([])}{0,${CELL - 1}}`);
  const full = book.rule("full", () => `${anyBut([])}{${CELL}}`);
  const { whole, open } = lineStarts(book, text);
  const prefix = text.prefix === "" ? "" : `${literal(text.prefix)} `;

  const rest = (cells: number): string =>
    cells === 0
      ? end
      : book.rule(`${text.name}r${cells}`, () => `${short} ${end} ${more(cells - 1)} | ${full} ${rest(cells - 1)}`);
  const line = (cells: number): string => `${prefix}(${whole} ${end} ${more(cells - 1)} | ${open} ${rest(cells)})`;
  const more = (cells: number): string =>
    cells === 0 ? "" : book.rule(`${text.name}l${cells}`, () => `(${line(cells)})?`);

  return { some: book.rule(text.name, () => line(text.cells)), any: more(text.cells) };
}

/** `whole`: lines that are nothing but the beginning of a word to avoid. `open`: beginnings after which all is free. */
function lineStarts(book: RuleBook, { name, avoid, avoidIndented, allow }: FreeText): { whole: string; open: string } {
  const allowed = allow.map(literal);
  if (avoidIndented.length === 0) {
    return {
      whole: book.rule(`${name}w`, () => stump(avoid)),
      open: book.rule(`${name}o`, () => oneOf([opening(avoid), ...allowed])),
    };
  }
  const blanks = book.rule("blanks", () => `[ \\t]{1,${DEEPEST_INDENT}}`);
  const atMargin = [...avoid, ...avoidIndented, ...BLANKS];
  const indented = [...avoidIndented, ...BLANKS];
  return {
    whole: book.rule(`${name}w`, () => `${stump(atMargin)} | ${blanks} ${stump(indented)}`),
    open: book.rule(`${name}o`, () => oneOf([opening(atMargin), `${blanks} ${opening(indented)}`, ...allowed])),
  };
}

/** As many characters as it takes to see that a text begins with none of the words. */
function opening(words: readonly string[]): string {
  const branches = branchesOf(words);
  const other = anyBut([...branches.keys()]);
  return oneOf([other, ...alive(branches).map(([first, ends]) => `${anyCase(first)} ${opening(ends)}`)]);
}

/** Nothing, or a beginning of one of the words that is none of them. */
function stump(words: readonly string[]): string {
  const branches = alive(branchesOf(words)).map(([first, ends]) => `${anyCase(first)} ${stump(ends)}`.trimEnd());
  return branches.length === 0 ? "" : `(${branches.join(" | ")})?`;
}

type Branches = ReadonlyMap<string, readonly string[]>;

/** First character -> what may follow it. */
function branchesOf(words: readonly string[]): Branches {
  const branches = new Map<string, string[]>();
  for (const word of words) {
    const first = word.slice(0, 1).toLowerCase();
    branches.set(first, [...(branches.get(first) ?? []), word.slice(1)]);
  }
  return branches;
}

/** Branches that do not complete a word. */
const alive = (branches: Branches): readonly (readonly [string, readonly string[]])[] =>
  [...branches].filter(([, ends]) => !ends.includes(""));
