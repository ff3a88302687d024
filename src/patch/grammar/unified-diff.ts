/**
 * Unified diffs whose old lines are a run of a file's lines. Numbers are free, for the reader counts itself: it is
 * the text that finds the place. A hunk holds one change: lines above, deleted lines, added lines, lines below.
 */

import type { Cells, GrammarFormat } from "./format.ts";
import { type FreeLines, type FreeText, freeLines, largestCell } from "./free.ts";
import { literal, type RuleBook } from "./rules.ts";
import { after, goOn, type HunkFormat, type Place, realLine, ruleAt, textAt, type Walk } from "./walk.ts";

/** `--- x` and `+++ y` in a row are the names of a file. */
const ADDED_LINES: Omit<FreeText, "name" | "cells"> = { prefix: "+", avoid: ["++ "], allow: [], avoidIndented: [] };

const namesOf = (path: string): string => `--- a/${path}\n+++ b/${path}\n`;
const newNamesOf = (path: string): string => `--- /dev/null\n+++ b/${path}\n`;

/**
 * Deleted lines that the reader takes for something else: `-- x` prints as `--- x`, a name; `-` and `- ` print as
 * the signature that ends a mail; `--PATCH_` prints as a mark of a patch. As context they do no harm.
 */
const mayDelete = (line: string): boolean => !/^-(?: ?$|- |-PATCH_)/.test(line);

function hunkFormat(book: RuleBook, cells: Cells): HunkFormat {
  const added = (name: string, count: number): FreeLines => freeLines(book, { ...ADDED_LINES, name, cells: count });
  const numbers = (): string => book.rule("numbers", () => `[1-9] [0-9]{0,4} ("," [0-9]{1,4})?`);
  const head = (): string => book.rule("head", () => `"@@ -" ${numbers()} " +" ${numbers()} " @@\\n"`);
  return {
    firstHead: (path) => `${literal(namesOf(path))} ${head()}`,
    nextHead: head,
    hunk: (walk, anchor, end) => waysToWrite(walk, { anchor, end, added: added("add", cells.inHunk).some }),
    created: (path) =>
      `${literal(newNamesOf(path))} "@@ -0,0 +1" ("," [0-9]{1,4})? " @@\\n" ${added("new", cells.inNewFile).some}`,
  };
}

interface Anchored {
  readonly anchor: readonly Place[];
  readonly end: Place;
  /** The rule of one added line or more. */
  readonly added: string;
}

/** The anchor stays above the change, is deleted, or stays below it. */
function waysToWrite(walk: Walk, { anchor, end, added }: Anchored): readonly string[] {
  const signed = (sign: string): string => anchor.map((at) => `"${sign}" ${realLine(walk, at)}`).join(" ");
  const above = `${signed(" ")} ${beforeChange(walk, end, added)}`;
  const deleted = `${signed("-")} ${inDeleted(walk, end, added)}`;
  const below = `${added} ${signed(" ")} ${afterChange(walk, end)}`;
  return anchor.every((at) => mayDelete(textAt(walk, at))) ? [above, deleted, below] : [above, below];
}

function beforeChange(walk: Walk, at: Place, added: string): string {
  return ruleAt(walk, "b", at, () => {
    const on = goOn(walk, at);
    const ways = [`${added} ${afterChange(walk, at)}`];
    if (on) ways.push(`" " ${realLine(walk, on)} ${beforeChange(walk, on, added)}`);
    return [...ways, ...deleteNext(walk, at, added)].join(" | ");
  });
}

function inDeleted(walk: Walk, at: Place, added: string): string {
  return ruleAt(walk, "d", at, () => {
    const rest = afterChange(walk, at);
    return [`${added} ${rest}`, rest, ...deleteNext(walk, at, added)].join(" | ");
  });
}

function deleteNext(walk: Walk, at: Place, added: string): readonly string[] {
  const on = goOn(walk, at);
  return on && mayDelete(textAt(walk, on)) ? [`"-" ${realLine(walk, on)} ${inDeleted(walk, on, added)}`] : [];
}

function afterChange(walk: Walk, at: Place): string {
  return ruleAt(walk, "a", at, () => {
    const on = goOn(walk, at);
    const ended = after(walk, at);
    if (!on) return ended;
    const more = `" " ${realLine(walk, on)} ${afterChange(walk, on)}`;
    return ended === "" ? `(${more})?` : `${ended} | ${more}`;
  });
}

export const unifiedDiffGrammar: GrammarFormat = {
  hunkFormat,
  cellSize: largestCell(ADDED_LINES),
  showHunk: (path, line) => `${namesOf(path)}@@ -1,2 +1,2 @@\n ${line}\n-x\n+y\n`,
  showNewFile: (path) => `${newNamesOf(path)}@@ -0,0 +1 @@\n+y\n`,
  isMark: () => false,
};
