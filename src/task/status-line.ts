/**
 * One `KEY: value` line of a status block, in any dress: `**KEY**: value`, `- KEY: "value"`, `` `KEY: value` ``.
 * Only ASCII is looked at, so a line may also be bytes seen as latin1.
 */

export interface KeyLine {
  /** The whole line, without its ending. */
  readonly line: string;
  /** Upper case, and as it is written. */
  readonly key: string;
  readonly written: string;
  readonly keyStart: number;
  readonly value: string;
  readonly valueStart: number;
  /** Blanks before the line's first mark. */
  readonly indent: string;
}

const KEY_LINE = /^([ \t]*)((?:[-*+][ \t]+)?(\*\*|[`"']|))([A-Za-z][A-Za-z0-9_-]*)(\3)?[ \t]*:(\3)?/;
const WRAPPERS = ["**", "`", '"', "'"];

export function parseKeyLine(line: string): KeyLine | undefined {
  const match = KEY_LINE.exec(line);
  if (match === null) return undefined;
  const [all, indent = "", dress = "", opening = "", written = ""] = match;
  const isDressClosed = opening === "" || match[5] !== undefined || match[6] !== undefined;
  const [valueStart, valueEnd] = bareRange(line, all.length, isDressClosed ? "" : opening);
  const value = line.slice(valueStart, valueEnd);
  const keyStart = indent.length + dress.length;
  return { line, key: written.toUpperCase(), written, keyStart, value, valueStart, indent };
}

/** The line with another key and value, in the same dress where that still reads back, else plain. */
export function redressKeyLine(like: KeyLine, key: string, value: string): string {
  const { line, keyStart, written, valueStart } = like;
  const head = line.slice(0, keyStart) + key + line.slice(keyStart + written.length, valueStart);
  const gap = /:[*`"']*$/.test(head) ? " " : "";
  const dressed = head + gap + value + line.slice(valueStart + like.value.length);
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
  return line.slice(...bareRange(line, 0, ""));
}

/** The value between blanks and balanced wrappers; `closing` is the end of a dress that the key opened. */
function bareRange(line: string, from: number, closing: string): readonly [start: number, end: number] {
  let [start, end] = trimRange(line, from, line.length);
  if (closing !== "" && line.slice(start, end).endsWith(closing)) {
    [start, end] = trimRange(line, start, end - closing.length);
  }
  for (let wrapper = wrapperOf(line.slice(start, end)); wrapper > 0; wrapper = wrapperOf(line.slice(start, end))) {
    [start, end] = trimRange(line, start + wrapper, end - wrapper);
  }
  return [start, end];
}

function trimRange(line: string, from: number, to: number): readonly [start: number, end: number] {
  let start = from;
  let end = to;
  while (start < end && " \t\r".includes(line.charAt(start))) start++;
  while (end > start && " \t\r".includes(line.charAt(end - 1))) end--;
  return [start, end];
}

/** Length of the marks around `value`; 0 where `"a" and "b"` only looks wrapped. */
function wrapperOf(value: string): number {
  const wrapper = WRAPPERS.find(
    (each) => value.length >= 2 * each.length && value.startsWith(each) && value.endsWith(each),
  );
  if (wrapper === undefined) return 0;
  return value.slice(wrapper.length, -wrapper.length).includes(wrapper) ? 0 : wrapper.length;
}
