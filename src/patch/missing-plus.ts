/**
 * A reading for hunks in which the `+` of some lines was forgotten: context between two added lines that the file
 * holds nowhere can only be added too. What is left of the line's first space is a question of its own.
 */
import type { HunkLine } from "../core/patch.ts";
import type { IndexedFile, LineIndex } from "./line-index.ts";
import type { Lines, Read } from "./readings.ts";
import { indentOf, isBlank, weigh } from "./text.ts";

/** Below so many telling characters it says nothing that the file does not have a line. */
const LEAST_WEIGHT = 8;
/** More lines than this without a sign are no slip. */
const MOST_FORGOTTEN = 20;

export const withMissingPlus: Read = (lines, file) => {
  const index = file.index("loose");
  const isUnknown = (line: HunkLine | undefined): boolean =>
    line?.op === " " && weigh([line.text]) >= LEAST_WEIGHT && index.idOf(line.text) < 0;
  if (!lines.some(isUnknown) || lines.filter(isUnknown).length > MOST_FORGOTTEN) return [];
  const { first, last } = findBounds(lines, index, isUnknown);
  const read = [...lines];
  for (let at = first; at < last; at += 1) {
    const from = at;
    while (isUnknown(lines[at])) at += 1;
    if (at === from || lines[from - 1]?.op !== "+" || lines[at]?.op !== "+") continue;
    const added = lines.slice(from, at).map((_, offset) => readAsAdded(lines, from + offset, file));
    if (added.every((line) => line !== undefined)) read.splice(from, added.length, ...added);
  }
  return read.some((line, at) => line !== lines[at]) ? [read] : [];
};

/** Only between old lines, or between one and an end of the file, it is sure that the file has nothing there. */
function findBounds(
  lines: Lines,
  { ids, idOf }: LineIndex,
  isUnknown: (line: HunkLine) => boolean,
): { first: number; last: number } {
  const old = lines.flatMap((line, at) => (line.op === "+" || isUnknown(line) ? [] : [{ at, id: idOf(line.text) }]));
  const isAtTop = old.every(({ id }, at) => id === ids[at]);
  const isAtEnd = old.every(({ id }, at) => id === ids[ids.length - old.length + at]);
  return {
    first: Math.max(1, isAtTop ? 1 : (old[0]?.at ?? lines.length)),
    last: isAtEnd ? lines.length : (old.at(-1)?.at ?? 0),
  };
}

/** An indentation that is there more often than another by this factor is the one that is meant. */
const MUCH_MORE = 5;
/** So many lines above and below are asked first. */
const NEAR = 3;

/**
 * Is the first space of a line the prefix of context, or indentation after a lost `+`? The indentation of the lines
 * around it decides, then that of the file's lines, then whether it is a multiple of the hunk's unit. Undefined
 * where nothing tells, but in comments, where it does no harm.
 */
function readAsAdded(lines: Lines, at: number, file: IndexedFile): HunkLine | undefined {
  const line = lines[at];
  const text = line?.text ?? "";
  if (line?.bare || text.startsWith("\t")) return { op: "+", text };
  const others = lines.filter((other) => other !== line && !isBlank(other.text)).map((other) => other.text);
  const near = lines.filter((other, place) => Math.abs(place - at) <= NEAR && other !== line && !isBlank(other.text));
  const indent = indentOf(text);
  const isPrefix =
    isMoreOften(
      indent,
      similarIndents(
        text,
        near.map((other) => other.text),
      ),
    ) ??
    isMoreOften(indent, similarIndents(text, file.lines)) ??
    isMultiple(indent.length, others);
  const isComment = isStarred(text) && others.some((other) => other.includes("/*"));
  if (isPrefix === undefined && !isComment) return undefined;
  return { op: "+", text: isPrefix === false ? ` ${text}` : text };
}

const isStarred = (text: string): boolean => text.trimStart().startsWith("*");

/** Comment lines with a star are indented by one more than others: they are compared among themselves. */
const similarIndents = (text: string, others: readonly string[]): readonly string[] =>
  others.filter((other) => isStarred(other) === isStarred(text)).map(indentOf);

/** Is the indentation there more often than the one with another space? Undefined where that is not clear. */
function isMoreOften(indent: string, among: readonly string[]): boolean | undefined {
  const count = among.filter((other) => other === indent).length;
  const rivals = among.filter((other) => other === ` ${indent}`).length;
  if (count === rivals) return undefined;
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
