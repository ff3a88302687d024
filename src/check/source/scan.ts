/**
 * A tolerant scanner: tells code from comments and strings in some two dozen languages, well enough that rules about
 * words in the code do not meet the words of a title. Pure, linear.
 */
import { type Family, type Span, tokensOf } from "./tokens.ts";

/** One file in three views of the same length and lines. */
export interface Source {
  readonly family: Family;
  readonly raw: string;
  /** Comments are blank. */
  readonly text: string;
  /** Comments and the insides of strings and patterns are blank; their quotes stay. */
  readonly code: string;
  /** Place of an opening bracket in the code -> place of its partner; the end of the file where it has none. */
  readonly partners: ReadonlyMap<number, number>;
  /** 1-based. */
  readonly lineAt: (place: number) => number;
}

const FAMILIES: readonly (readonly [RegExp, Family])[] = [
  [/\.(?:[cm]?[jt]sx?|json[5c]?|vue|svelte|astro)$/i, "js"],
  [/\.pyi?$/i, "python"],
  [/\.rs$/i, "rust"],
  [/\.go$/i, "go"],
  [/\.(?:java|kts?|cs|swift|php|scala|groovy|gradle|dart|[ch]|cc|cpp|hpp|mm?)$|(?:^|\/)Jenkinsfile$/i, "c"],
];

export const familyOf = (path: string): Family => FAMILIES.find(([names]) => names.test(path))?.[1] ?? "hash";

export function scan(raw: string, family: Family): Source {
  const { comments, strings } = tokensOf(raw, family);
  const text = blanked(raw, comments);
  const code = blanked(text, strings);
  return { family, raw, text, code, partners: partnersIn(code), lineAt: lineFinder(raw) };
}

/** Spans are in order and apart. Line breaks stay. */
function blanked(text: string, spans: readonly Span[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end } of spans) {
    parts.push(text.slice(at, start), blank(text.slice(start, end)));
    at = end;
  }
  parts.push(text.slice(at));
  return parts.join("");
}

const blank = (text: string): string =>
  text
    .split("\n")
    .map((line) => " ".repeat(line.length))
    .join("\n");

const CLOSING: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

function partnersIn(code: string): ReadonlyMap<number, number> {
  const partners = new Map<number, number>();
  const open: number[] = [];
  for (const { 0: bracket, index } of code.matchAll(/[()[\]{}]/g)) {
    if (bracket in CLOSING) {
      partners.set(index, code.length);
      open.push(index);
      continue;
    }
    // A bracket too many or of another kind is passed over.
    const last = open.at(-1);
    if (last === undefined || CLOSING[code[last] ?? ""] !== bracket) continue;
    partners.set(last, index);
    open.pop();
  }
  return partners;
}

function lineFinder(raw: string): (place: number) => number {
  const starts = [0, ...[...raw.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return (place) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= place) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}

/** What stands between the commas of a bracket pair; nothing for one that is empty. */
export function partsOf({ code, partners }: Source, open: number): readonly Span[] {
  const close = partners.get(open) ?? open;
  const parts: Span[] = [];
  let start = open + 1;
  const marks = /[,([{]/g;
  marks.lastIndex = start;
  for (let found = marks.exec(code); found !== null && found.index < close; found = marks.exec(code)) {
    if (found[0] !== ",") {
      marks.lastIndex = Math.min(partners.get(found.index) ?? close, close) + 1;
      continue;
    }
    parts.push({ start, end: found.index });
    start = found.index + 1;
  }
  parts.push({ start, end: close });
  return parts.filter((part) => code.slice(part.start, part.end).trim() !== "");
}

/** The end of the statement that goes on at `start`: a line's end or a semicolon outside of brackets. */
export function statementEnd({ code, partners }: Source, start: number): number {
  // A line that begins with a dot goes on with the one before; so does one after a backslash or an operator.
  const marks = /[([{]|[)\]};]|\n(?<![\\=>&|+?:,(]\s*\n)(?!\s*(?:[.?:&|+]|(?:and|or)\b))/g;
  marks.lastIndex = start;
  for (let found = marks.exec(code); found !== null; found = marks.exec(code)) {
    const [mark] = found;
    if (!(mark in CLOSING)) return found.index;
    marks.lastIndex = (partners.get(found.index) ?? code.length) + 1;
  }
  return code.length;
}

/** The part of a text without layout, to compare what it says. */
export const wording = (text: string, { start, end }: Span = { start: 0, end: text.length }): string =>
  text.slice(start, end).replaceAll(/\s+/g, "");
