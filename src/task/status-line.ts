/**
 * The `KEY: value` lines of a status block, in any dress: `**KEY**: value`, `- KEY: "value"`, `` `KEY: value` ``.
 * Only ASCII is looked at, so a text may also be bytes seen as latin1.
 */

import { lineFrom } from "./lines.ts";

export interface KeyLine {
  /** Upper case, and as it is written. */
  readonly key: string;
  readonly written: string;
  readonly value: string;
  /** Blanks before the line's first mark. */
  readonly indent: string;
  /** Offsets in the text: of the line, its key, its value. */
  readonly start: number;
  readonly keyStart: number;
  readonly valueStart: number;
}

/** With the line ending before it; groups: indent, dress, opening mark, key, its closing mark (twice), the rest. */
const keyLinePattern = (key: string): RegExp =>
  new RegExp(`\\n([ \\t]*)((?:[-*+][ \\t]+)?(\\*\\*|[\`"']|))(${key})(\\3)?[ \\t]*:(\\3)?[ \\t]*([^\\n]*)`, "gi");

const ANY_KEY = keyLinePattern("[a-z][a-z0-9_-]*");

/** The keys that a listing needs. */
export const LISTED_KEYS = keyLinePattern("STATUS|COMPLEXITY|MODEL_TIER|WSJF");

/** The key lines that start in `[from, stop)`; at `from` a line starts, not the first of the text. */
export function parseKeyLines(text: string, from: number, stop: number, pattern = ANY_KEY): readonly KeyLine[] {
  const lines: KeyLine[] = [];
  pattern.lastIndex = from - 1;
  for (let match = pattern.exec(text); match !== null && match.index + 1 < stop; match = pattern.exec(text)) {
    lines.push(keyLineOf(match));
  }
  return lines;
}

export const parseKeyLine = (line: string): KeyLine | undefined => parseKeyLines(`\n${line}`, 1, 2)[0];

function keyLineOf(match: RegExpExecArray): KeyLine {
  const dress = match[2] ?? "";
  const indent = match[1] ?? "";
  const written = match[4] ?? "";
  const rest = match[7] ?? "";
  const isDressOpen = match[5] === undefined && match[6] === undefined;
  const value = bareValue(rest, isDressOpen ? (match[3] ?? "") : "");
  const start = match.index + 1;
  const stop = match.index + match[0].length;
  return {
    key: written.toUpperCase(),
    written,
    value,
    indent,
    start,
    keyStart: start + indent.length + dress.length,
    valueStart: stop - rest.length + rest.indexOf(value),
  };
}

/** The line with another key and value, in the same dress where that still reads back, else plain. */
export function redressKeyLine(text: string, like: KeyLine, key: string, value: string): string {
  const { start, keyStart, written, valueStart } = like;
  const { end } = lineFrom(text, start);
  const head = text.slice(start, keyStart) + key + text.slice(keyStart + written.length, valueStart);
  const gap = /:[*`"']*$/.test(head) ? " " : "";
  const dressed = head + gap + value + text.slice(valueStart + like.value.length, end);
  const again = parseKeyLine(dressed);
  const readsBack = again?.key === key.toUpperCase() && again.value === value;
  return readsBack ? dressed : `${like.indent}${key}: ${value}`;
}

/**
 * Any text as a value that reads back as it was written: one line, without wrapping quotes, without what readers
 * take for a template (`|`), a block's marker or the end of a comment.
 */
export function toSafeValue(text: string): string {
  const line = text
    .replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+/gu, " ")
    .replaceAll("|", "¦")
    .replace(/-+(?=(?:END_)?RALPH_STATUS)|(?<=RALPH_STATUS(?:_END)?)-+/g, " ")
    .replace(/-{2,}>/g, "->");
  return bareValue(line, "");
}

/** The value between blanks and balanced wrappers; `closing` is the end of a dress that the key opened. */
function bareValue(text: string, closing: string): string {
  let value = trimBlanks(text);
  if (closing !== "" && value.endsWith(closing)) value = trimBlanks(value.slice(0, -closing.length));
  for (let wrapper = wrapperOf(value); wrapper !== undefined; wrapper = wrapperOf(value)) {
    value = trimBlanks(value.slice(wrapper.length, -wrapper.length));
  }
  return value;
}

/** String.trim takes U+00A0, too: in a latin1 view that is half of a letter. */
function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

const isBlank = (code: number): boolean => code === 32 || code === 9 || code === 13;

/** The marks around `value`; none where `"a" and "b"` only looks wrapped. */
function wrapperOf(value: string): string | undefined {
  const mark = value.charAt(0);
  const wrapper = mark === "*" ? "**" : mark;
  if (!WRAPPERS.has(wrapper) || value.length < 2 * wrapper.length) return undefined;
  const isAround = value.startsWith(wrapper) && value.endsWith(wrapper);
  return isAround && !value.slice(wrapper.length, -wrapper.length).includes(wrapper) ? wrapper : undefined;
}

const WRAPPERS = new Set(["**", "`", '"', "'"]);
