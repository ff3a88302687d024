/**
 * A file's text taken apart, so that every byte outside a change can be put back as it was:
 * byte order mark, the lines, and each line's own end.
 */
export interface TextLines {
  readonly bom: string;
  readonly lines: readonly string[];
  /** "\n", "\r\n", or "" for a last line that has no end. */
  readonly ends: readonly string[];
}

export const BOM = "\uFEFF";

export function splitText(text: string): TextLines {
  const bom = text.startsWith(BOM) ? BOM : "";
  const lines: string[] = [];
  const ends: string[] = [];
  let from = bom.length;
  while (from < text.length) {
    const newline = text.indexOf("\n", from);
    if (newline < 0) {
      lines.push(text.slice(from));
      ends.push("");
      break;
    }
    const isCrlf = newline > from && text[newline - 1] === "\r";
    lines.push(text.slice(from, isCrlf ? newline - 1 : newline));
    ends.push(isCrlf ? "\r\n" : "\n");
    from = newline + 1;
  }
  return { bom, lines, ends };
}

/** How far a line of the reply may differ from the file's line and still count as the same. */
export type Likeness = "exact" | "trailing" | "loose";

const ASCII = /^[\0-\x7f]*$/;
const FOLDS: readonly (readonly [RegExp, string])[] = [
  [/[\u2018\u2019\u201a\u201b]/g, "'"],
  [/[\u201c\u201d\u201e\u201f]/g, '"'],
  [/[\u2010-\u2015\u2212]/g, "-"],
  [/\u2026/g, "..."],
  [/[\u00a0\u2002-\u200a\u202f\u205f\u3000]/g, " "],
];

/** Typographic quotes, dashes, dots and spaces as their plain forms. */
export function foldTypography(line: string): string {
  if (ASCII.test(line)) return line;
  return FOLDS.reduce((text, [pattern, plain]) => text.replace(pattern, plain), line);
}

/** Two lines are alike when their keys are equal. */
export const LINE_KEY: Readonly<Record<Likeness, (line: string) => string>> = {
  exact: (line) => line,
  trailing: (line) => line.trimEnd(),
  loose: (line) => foldTypography(line).trim().replace(/\s+/g, " "),
};

/** Leading white space. */
export const indentOf = (line: string): string => /^\s*/.exec(line)?.[0] ?? "";

export const isBlank = (line: string): boolean => line.trim() === "";

/** Characters that say something: brackets, commas and white space are in every file many times. */
export function weigh(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.replace(/[\s{}()[\];,*/]/g, "").length, 0);
}
