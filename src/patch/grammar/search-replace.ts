/** SEARCH/REPLACE blocks whose SEARCH is a run of a file's lines. */

import type { Cells, GrammarFormat } from "./format.ts";
import { type FreeText, freeLines, largestCell } from "./free.ts";
import { literal, type RuleBook } from "./rules.ts";
import { after, goOn, type HunkFormat, type Place, realLine, ruleAt, type Walk } from "./walk.ts";

const DIVIDER = "=======\n";
const END = ">>>>>>> REPLACE\n";
const headOf = (path: string): string => `${path}\n<<<<<<< SEARCH\n`;

/** Reasoning ends at such a line, and so does all that stands above it (think.ts). */
const THINKING = ["think", "thinking", "thought", "reasoning", "reflection", "scratchpad", "seed:think"];

/** Lines that the reader takes for marks of a patch, and those that only look like them. */
const NEW_LINES: Omit<FreeText, "name" | "cells"> = {
  prefix: "",
  avoid: [..."<=>-+"].map((mark) => mark.repeat(5)).concat("---PATCH_"),
  // Marks are nine characters long at most; headings are underlined with more.
  allow: [..."=-"].map((mark) => mark.repeat(10)),
  avoidIndented: THINKING.map((name) => `</${name}>`),
};

function hunkFormat(book: RuleBook, cells: Cells): HunkFormat {
  const fill = (name: string, count: number): string =>
    book.rule(`${name}fill`, () => {
      const { any } = freeLines(book, { ...NEW_LINES, name, cells: count });
      return `${literal(DIVIDER)} ${any} ${literal(END)}`;
    });
  const tail = (walk: Walk, at: Place): string =>
    ruleAt(walk, "e", at, () => {
      const ended = `${fill("add", cells.inHunk)} ${after(walk, at)}`;
      const on = goOn(walk, at);
      return on ? `${ended} | ${realLine(walk, on)} ${tail(walk, on)}` : ended;
    });
  const head = (path: string): string => literal(headOf(path));
  return {
    firstHead: head,
    nextHead: head,
    hunk: (walk, anchor, end) => [`${anchor.map((at) => realLine(walk, at)).join(" ")} ${tail(walk, end)}`],
    created: (path) => `${head(path)} ${fill("new", cells.inNewFile)}`,
  };
}

export const searchReplaceGrammar: GrammarFormat = {
  hunkFormat,
  cellSize: largestCell(NEW_LINES),
  showHunk: (path, line) => `${headOf(path)}${line}\nx\n${DIVIDER}y\n${END}`,
  showNewFile: (path) => `${headOf(path)}${DIVIDER}y\n${END}`,
  // The reader sees no harm in it, but an answer that was cut off would seem to be whole.
  isMark: (line) => line.startsWith("---PATCH_"),
};
