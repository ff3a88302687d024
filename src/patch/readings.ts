/**
 * Ways to read the lines of a hunk. The first is what the reply says; the others undo one habit of models each.
 * A reading that changes nothing is left out, so that a step does not repeat an earlier one.
 */
import type { HunkLine } from "../core/patch.ts";
import type { IndexedFile } from "./line-index.ts";
import { indentOf, isBlank, weigh } from "./text.ts";

export type Lines = readonly HunkLine[];
export type Read = (lines: Lines, file: IndexedFile) => readonly Lines[];

export const asWritten: Read = (lines) => [lines];

/** The leading space of every context line was left out, so that the first character is the line's own. */
export const withoutContextPrefix: Read = (lines) => {
  if (!lines.some((line) => line.op === " " && !line.bare)) return [];
  return [lines.map((line) => (line.op === " " && !line.bare ? { ...line, text: ` ${line.text}` } : line))];
};

/** Blank lines and sentences around a hunk that nothing shows to be part of it; the longest reading first. */
export const withoutLooseEnds: Read = (lines) => {
  const first = lines.findIndex((line) => line.op !== " ");
  const last = lines.findLastIndex((line) => line.op !== " ");
  const lastSure = lines.findLastIndex((line, at) => at <= last || line.bare !== true);
  const firstSure = lines.findIndex((line, at) => at >= first || !isBlankGuess(line));
  const ends = [1, 2, 3].map((dropped) => lines.length - dropped).filter((end) => end > lastSure + 1);
  const readings = [...ends, lastSure + 1].filter((end) => end < lines.length).map((end) => lines.slice(0, end));
  if (firstSure > 0) readings.push(lines.slice(firstSure, lastSure + 1));
  const middle = lines.slice(firstSure, lastSure + 1);
  if (middle.some(isBlankGuess)) readings.push(middle.filter((line) => !isBlankGuess(line)));
  return readings;
};

const isBlankGuess = (line: HunkLine | undefined): boolean => line?.bare === true && isBlank(line.text);

/** `12 | code`, `12: code`, `   12<tab>code`: an editor's or a tool's line numbers before every line. */
const LINE_NUMBER = /^[ \t]*[Ll]?\d+(?: ?[|\u2502\u2192] ?|: ?|\t)/;

export const withoutLineNumbers: Read = (lines) => {
  const filled = lines.filter((line) => !isBlank(line.text));
  if (filled.length === 0 || !filled.every((line) => LINE_NUMBER.test(line.text))) return [];
  const bodies = filled.map((line) => line.text.replace(/^[ \t]*[Ll]?\d+ ?[|\u2502\u2192:\t]/, ""));
  const hasSpace = bodies.every((body) => body === "" || body.startsWith(" ")) && !filled.some(hasTab);
  const width = hasSpace ? 1 : 0;
  return [
    lines.map((line) => {
      const body = line.text.replace(/^[ \t]*[Ll]?\d+ ?[|\u2502\u2192:\t]/, "");
      return isBlank(line.text) ? line : { ...line, text: body.slice(Math.min(width, body.length)) };
    }),
  ];
};

const hasTab = (line: HunkLine): boolean => /^[ \t]*[Ll]?\d+\t/.test(line.text);

const ENTITIES: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
  "&#39;": "'",
  "&#x27;": "'",
  "&#34;": '"',
  "&nbsp;": " ",
  "&amp;": "&",
};

export const unescapeHtml = (text: string): string =>
  text.replace(/&(?:lt|gt|quot|apos|nbsp|amp|#39|#34|#x27);/gi, (entity) => ENTITIES[entity.toLowerCase()] ?? entity);

/** The whole hunk went through an HTML escaper. */
export const withoutEscapes: Read = (lines) => {
  const read = lines.map((line) => ({ ...line, text: unescapeHtml(line.text) }));
  const isChanged = read.some((line, at) => line.op !== "+" && line.text !== lines[at]?.text);
  return isChanged ? [read] : [];
};

/** Context between two added lines that the file holds nowhere: the `+` was forgotten. */
export const withMissingPlus: Read = (lines, file) => {
  const index = file.index("loose");
  const isUnknown = (line: HunkLine | undefined): boolean =>
    line?.op === " " && weigh([line.text]) >= 8 && index.idOf(line.text) < 0;
  const indents = new Set(lines.filter((line) => !isUnknown(line)).map((line) => indentOf(line.text)));
  const read = [...lines];
  for (let at = 1; at < lines.length; at += 1) {
    const from = at;
    while (isUnknown(lines[at])) at += 1;
    if (at === from || lines[from - 1]?.op !== "+" || lines[at]?.op !== "+") continue;
    for (let place = from; place < at; place += 1) read[place] = asAdded(lines[place] as HunkLine, indents);
  }
  return read.some((line, at) => line !== lines[at]) ? [read] : [];
};

/**
 * Is the line's first space the prefix of context, or indentation after a lost `+`? What the hunk's other lines use
 * decides, and then that indentation is rarely odd.
 */
function asAdded(line: HunkLine, indents: ReadonlySet<string>): HunkLine {
  const indent = indentOf(line.text);
  const isUsed = indents.has(indent) || !indents.has(` ${indent}`);
  const isPrefix = line.bare || indents.has(indent) || indent.startsWith("\t") || (isUsed && indent.length % 2 === 0);
  return { op: "+", text: isPrefix ? line.text : ` ${line.text}` };
}
