/** Where functions begin and end, by braces or by indents. Pure. */
import { type Source, statementEnd } from "../source/scan.ts";
import type { Span } from "../source/tokens.ts";

/** A definition with what stands above it: `@decorator`, `#[attribute]`. */
export interface Decorated extends Span {
  readonly name: string;
  readonly at: number;
  readonly body: number;
  /** Where each of them begins. */
  readonly decorators: readonly number[];
}

/** @param pattern finds decorators (first group) and definitions (second group: their names), line by line or not */
export function decorated(source: Source, pattern: RegExp): readonly Decorated[] {
  const found: Decorated[] = [];
  let decorators: number[] = [];
  for (const match of source.code.matchAll(pattern)) {
    const at = match.index + (match[0].length - match[0].trimStart().length);
    if (match[1] !== undefined) {
      decorators.push(at);
      continue;
    }
    const body = bodyOf(source, match.index + match[0].length);
    found.push({ name: match[2] ?? "", at, start: decorators[0] ?? at, decorators, body, end: blockEnd(source, body) });
    decorators = [];
  }
  return found;
}

/** Where the body begins of a definition whose name ends at `after`: at its brace, or at the colon before an indent. */
function bodyOf({ code, partners, family }: Source, after: number): number {
  const marks = family === "python" ? /[([{]|:/g : /[([]|[{;]/g;
  marks.lastIndex = after;
  for (let found = marks.exec(code); found !== null; found = marks.exec(code)) {
    if (/[{:;]/.test(found[0]) && !(family === "python" && found[0] === "{")) return found.index;
    marks.lastIndex = (partners.get(found.index) ?? code.length) + 1;
  }
  return code.length;
}

/** The end of what begins with the bracket, or the colon, at `body`. */
export function blockEnd(source: Source, body: number): number {
  const { code, partners, family } = source;
  if (family !== "python" || code[body] !== ":") return partners.get(body) ?? statementEnd(source, body);
  const lineEnd = code.indexOf("\n", body);
  if (lineEnd < 0 || code.slice(body + 1, lineEnd).trim() !== "") return lineEnd < 0 ? code.length : lineEnd;
  const indent = indentAt(code, body);
  // The first line that is no deeper ends it, but for blank ones, those in brackets and the end of a long string.
  const lines = new RegExp(`\\n[ \\t]{0,${indent}}(?=[^\\s)\\]}"'])|[([{]`, "g");
  lines.lastIndex = lineEnd;
  for (let found = lines.exec(code); found !== null; found = lines.exec(code)) {
    if (found[0].startsWith("\n")) return found.index;
    lines.lastIndex = partners.get(found.index) ?? code.length;
  }
  return code.length;
}

/** Blanks at the start of the statement's first line: a head of several lines ends with the indent it began with. */
function indentAt(code: string, place: number): number {
  const line = code.slice(code.lastIndexOf("\n", place) + 1, place);
  return line.length - line.trimStart().length;
}

/** Functions that are no tests, by the names under which others use them. */
export interface Helper extends Span {
  readonly name: string;
  readonly nameAt: number;
  readonly isExported: boolean;
}

const HELPERS: Readonly<Partial<Record<Source["family"], RegExp>>> = {
  js: /(\bexport\s+(?:default\s+)?)?(?:async\s+)?(?:\bfunction\s*\*?\s*(?<name>[\w$]+)\s*(?:<[^()\n]{0,200}>)?\s*\(|\b(?:const|let|var)\s+(?<name2>[\w$]+)\s*(?::[^=\n]{1,200})?=\s*(?:async\s*)?(?:function\b|(?:<[^()\n]{0,200}>\s*)?\((?=[^()]*(?:\([^()]*\)[^()]*)*\)[^;{}=\n]{0,200}=>)|[\w$]+\s*=>))/g,
  python: /^[ \t]*(?:async[ \t]+)?def[ \t]+(?<name>\w+)/gm,
  rust: /(\bpub(?:\([^)\n]*\))?\s+)?\b(?:fn|macro_rules!)\s+(?<name>\w+)/g,
  go: /^func\s+(?:\([^)\n]*\)\s*)?(?<name>\w+)|\b(?<name2>\w+)\s*:=\s*func\b/gm,
};

export function helpersOf(source: Source): readonly Helper[] {
  const pattern = HELPERS[source.family];
  if (pattern === undefined) return [];
  return [...source.code.matchAll(pattern)].map((match) => {
    const name = match.groups?.["name"] ?? match.groups?.["name2"] ?? "";
    const after = match.index + match[0].length;
    const body = source.family === "js" ? bodyOfJs(source, after) : bodyOf(source, after);
    const end =
      source.code[body] === "{" || source.family === "python" ? blockEnd(source, body) : statementEnd(source, body);
    const nameAt = match.index + match[0].indexOf(name);
    return { name, nameAt, start: match.index, end, isExported: match[1] !== undefined };
  });
}

function bodyOfJs({ code, partners }: Source, after: number): number {
  const head = /[({]|=>/g;
  head.lastIndex =
    code[after - 1] === "(" || code.startsWith("=>", after - 2) ? after - (code[after - 1] === "(" ? 1 : 2) : after;
  for (let found = head.exec(code); found !== null; found = head.exec(code)) {
    if (found[0] === "{") return found.index;
    if (found[0] === "=>") return found.index + (/^\s*/.exec(code.slice(found.index + 2))?.[0].length ?? 0) + 2;
    head.lastIndex = (partners.get(found.index) ?? code.length) + 1;
  }
  return code.length;
}
