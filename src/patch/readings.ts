/**
 * Ways to read the lines of a hunk. The first is what the reply says; the others undo one habit of models each.
 * A reading that changes nothing is left out, so that a step does not repeat an earlier one.
 */
import type { HunkLine } from "../core/patch.ts";
import type { IndexedFile } from "./line-index.ts";
import { isBlank } from "./text.ts";

export type Lines = readonly HunkLine[];
export type Read = (lines: Lines, file: IndexedFile) => readonly Lines[];

export const asWritten: Read = (lines) => [lines];

/** The leading space of every context line was left out, so that the first character is the line's own. */
export const withoutContextPrefix: Read = (lines) => {
  if (!lines.some((line) => line.op === " " && !line.bare)) return [];
  return [lines.map((line) => (line.op === " " && !line.bare ? { ...line, text: ` ${line.text}` } : line))];
};

/**
 * Blank lines and closing tags around a hunk that are no part of it; the longest reading first. Blank lines inside
 * stay: one that the file does not have may be an added line that lost its `+`.
 */
export const withoutLooseEnds: Read = (lines) => {
  const first = lines.findIndex((line) => line.op !== " ");
  const last = lines.findLastIndex((line) => line.op !== " ");
  const firstSure = lines.findIndex((line, at) => at >= first || !isLoose(line));
  const lastSure = lines.findLastIndex((line, at) => at <= last || !isLoose(line));
  const ends = [1, 2, 3].map((dropped) => lines.length - dropped).filter((end) => end > lastSure + 1);
  const readings = [...ends, lastSure + 1].filter((end) => end < lines.length).map((end) => lines.slice(0, end));
  const middle = lines.slice(firstSure, lastSure + 1);
  return firstSure > 0 ? [...readings, middle] : readings;
};

const isLoose = (line: HunkLine): boolean => line.bare === true && /^\s*(?:<\/\w+>|EOF)?\s*$/.test(line.text);

/** `12 | code`, `12: code`, `[12] code`, `   12<tab>code`: what editors and tools put before every line. */
const LINE_NUMBER = /^[ \t]*\[?L?\d+(?:\]| ?[|\u2502\u2192]|[:).]|\t)/i;

/** The space after the number belongs to it or to the line; only the file can tell. */
export const withoutLineNumbers: Read = (lines) => {
  const filled = lines.filter((line) => !isBlank(line.text));
  if (filled.length === 0 || !filled.every((line) => LINE_NUMBER.test(line.text))) return [];
  const bare = lines.map((line) => ({ ...line, text: line.text.replace(LINE_NUMBER, "") }));
  const isSpaced = bare.every((line) => line.text === "" || line.text.startsWith(" "));
  return isSpaced ? [bare.map((line) => ({ ...line, text: line.text.slice(1) })), bare] : [bare];
};

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

const unescapeHtml = (text: string): string =>
  text.replace(/&(?:lt|gt|quot|apos|nbsp|amp|#39|#34|#x27);/gi, (entity) => ENTITIES[entity.toLowerCase()] ?? entity);

export const unescapeLines = (lines: Lines): Lines => lines.map((line) => ({ ...line, text: unescapeHtml(line.text) }));

/** The whole hunk went through an HTML escaper. */
export const withoutEscapes: Read = (lines) => {
  const read = unescapeLines(lines);
  const isChanged = read.some((line, at) => line.op !== "+" && line.text !== lines[at]?.text);
  return isChanged ? [read] : [];
};
