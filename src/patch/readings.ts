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
  // Old lines, or an end of the file, on both sides of a run prove that the file has nothing between them.
  const old = lines.flatMap((line, at) =>
    line.op === "+" || isUnknown(line) ? [] : [{ at, id: index.idOf(line.text) }],
  );
  const isAtTop = old.every(({ id }, at) => id === index.ids[at]);
  const isAtEnd = old.every(({ id }, at) => id === index.ids[index.ids.length - old.length + at]);
  const first = isAtTop ? 1 : (old[0]?.at ?? lines.length);
  const last = isAtEnd ? lines.length : (old.at(-1)?.at ?? 0);
  const read = [...lines];
  for (let at = Math.max(1, first); at < last; at += 1) {
    const from = at;
    while (isUnknown(lines[at])) at += 1;
    if (at === from || lines[from - 1]?.op !== "+" || lines[at]?.op !== "+") continue;
    const added = lines.slice(from, at).map((_, offset) => readAsAdded(lines, from + offset, file));
    if (added.every((line) => line !== undefined)) read.splice(from, added.length, ...added);
  }
  return read.some((line, at) => line !== lines[at]) ? [read] : [];
};

/** An indentation that is there more often than another by this factor is the one that is meant. */
const MUCH_MORE = 5;

const isStarred = (text: string): boolean => text.trimStart().startsWith("*");

/**
 * Is the first space of a line the prefix of context, or indentation after a lost `+`? The indentation of the lines
 * around it decides, then that of the file's lines, then whether it is a multiple of the hunk's unit. Undefined
 * where nothing tells, but in comments, where it does no harm.
 */
function readAsAdded(lines: Lines, at: number, file: IndexedFile): HunkLine | undefined {
  const line = lines[at];
  const text = line?.text ?? "";
  if (line?.bare || text.startsWith("\t")) return { op: "+", text };
  const near = lines.filter((other, place) => Math.abs(place - at) <= 3 && place !== at && !isBlank(other.text));
  const indent = indentOf(text);
  const isPrefix =
    isMoreOften(
      indent,
      ` ${indent}`,
      similarIndents(
        text,
        near.map((other) => other.text),
      ),
    ) ??
    isMoreOften(indent, ` ${indent}`, similarIndents(text, file.lines)) ??
    isMultiple(
      indent.length,
      lines.filter((other) => other !== line).map((other) => other.text),
    );
  const isComment = isStarred(text) && lines.some((other) => other.text.includes("/*"));
  if (isPrefix === undefined && !isComment) return undefined;
  return { op: "+", text: isPrefix === false ? ` ${text}` : text };
}

/** Comment lines with a star are indented by one more than others: they are compared among themselves. */
const similarIndents = (text: string, others: readonly string[]): readonly string[] =>
  others.filter((other) => isStarred(other) === isStarred(text)).map(indentOf);

function isMoreOften(indent: string, rival: string, among: readonly string[]): boolean | undefined {
  const [count, rivals] = [indent, rival].map((wanted) => among.filter((other) => other === wanted).length);
  if (count === undefined || rivals === undefined || count === rivals) return undefined;
  if (count >= MUCH_MORE * rivals) return true;
  return rivals >= MUCH_MORE * count ? false : undefined;
}

/** Is the width, and not the next one, a multiple of the greatest common divisor of the others' widths? */
function isMultiple(width: number, others: readonly string[]): boolean | undefined {
  const widths = others.filter((other) => !isStarred(other)).map((other) => indentOf(other).length);
  const unit = widths.reduce(greatestCommonDivisor, 0);
  if (unit < 2) return undefined;
  if (width % unit === 0) return true;
  return (width + 1) % unit === 0 ? false : undefined;
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));
