/** The status block of a task file, read tolerantly and written without touching a byte outside it. */
import type { StatusUpdate, TaskProblem } from "../core/task.ts";
import { isBlankAt, type LinedText, readLines } from "./lines.ts";
import { type KeyLine, redressKeyLine, toSafeValue } from "./status-line.ts";
import { type BlockForm, type BlockPlace, currentBlock, extentOf, findBlocks, keyLines } from "./status-place.ts";
import { isTemplate, readStatusValue, type StatusValue, writeStatusValue } from "./status-word.ts";

export interface StatusBlock extends StatusValue {
  /** All keys but STATUS, in upper case; templates such as `true|false` are left out. */
  readonly fields: Readonly<Record<string, string>>;
  /** 1-based: the STATUS line, or the start marker. */
  readonly line: number;
  readonly isFenced: boolean;
  /** What a person should mend, though the block could be read. */
  readonly warnings: readonly Omit<TaskProblem, "path">[];
}

/** Undefined where the text has no block. */
export function readStatusBlock(text: string, source: LinedText = readLines(text)): StatusBlock | undefined {
  const places = findBlocks(source);
  const place = currentBlock(places);
  if (place === undefined) return undefined;

  const said = keyLines(source, place).filter(([, { value }]) => !isTemplate(value));
  const [statusIndex, status] = said.findLast(([, { key }]) => key === "STATUS") ?? [place.first, undefined];
  const others = said.filter(([, { key }]) => key !== "STATUS").map(([, { key, value }]) => [key, value]);
  return {
    ...readStatusValue(status?.value ?? ""),
    fields: Object.fromEntries(others),
    line: statusIndex + 1,
    isFenced: place.fence !== undefined,
    warnings: warningsOf(places, place),
  };
}

function warningsOf(places: readonly BlockPlace[], current: BlockPlace): StatusBlock["warnings"] {
  const others = places.filter((place) => place !== current);
  const superfluous = others.map((place) => ({
    line: place.first + 1,
    expected: "one status block in the file",
    found: `another one; the one in line ${current.first + 1} counts`,
  }));
  if (current.isComplete) return superfluous;
  const expected = `the end marker ${END_MARKER[current.form]}`;
  return [...superfluous, { line: current.last + 1, expected, found: "the end of the status block without it" }];
}

/**
 * The text without any block, and without a heading that was there for the block only.
 *
 * @param standIn what comes in a block's place
 */
export function withoutStatusBlocks(text: string, standIn: (block: string) => string = () => ""): string {
  const source = readLines(text);
  let rest = "";
  let from = 0;
  for (const place of findBlocks(source)) {
    const [start, stop] = extentOf(source, place);
    const before = text.slice(from, start);
    const heading = BLOCK_HEADING.exec(before)?.[0] ?? "";
    rest += before.slice(0, before.length - heading.length) + standIn(heading + text.slice(start, stop));
    from = stop;
  }
  return rest + text.slice(from);
}

const BLOCK_HEADING = /(?<=^|\n) {0,3}#{1,6}[ \t][^\n]*ralph[ _]status[^\n]*\s*$/i;
const START_MARKER = "---RALPH_STATUS---";
const END_MARKER: Readonly<Record<BlockForm, string>> = {
  dashed: "---END_RALPH_STATUS---",
  bare: "RALPH_STATUS_END",
  mapping: "RALPH_STATUS_END",
};

/**
 * The text with exactly one block, which says what `update` says. Lines that say it already stay as they are, unknown
 * keys stay, new keys come last; a text without a block gets one at its end. Values become one line (`toSafeValue`).
 */
export const spliceStatusBlock = (text: string, update: StatusUpdate): string => splice(text, entriesOf(update));

/** The same on a file's bytes, whatever their encoding; the block's values are written as UTF-8. */
export function spliceStatusBytes(bytes: Uint8Array, update: StatusUpdate): Uint8Array {
  const entries = entriesOf(update).map(([key, value]): Entry => [key, Buffer.from(value).toString("latin1")]);
  return Buffer.from(splice(Buffer.from(bytes).toString("latin1"), entries), "latin1");
}

type Entry = readonly [key: string, value: string];

/** Keys in the order in which they are written; of two that become one key, the last counts. */
function entriesOf({ status, reason, fields = {} }: StatusUpdate): readonly Entry[] {
  const entries = new Map(Object.entries(fields).map(([key, value]) => [toSafeKey(key), toSafeValue(value)]));
  entries.delete("STATUS");
  return [["STATUS", writeStatusValue(status, reason === undefined ? "" : toSafeValue(reason))], ...entries];
}

const toSafeKey = (key: string): string =>
  key
    .toUpperCase()
    .replace(/^[^A-Z]+/, "")
    .replace(/[^A-Z0-9_-]+/g, "_") || "FIELD";

function splice(text: string, entries: readonly Entry[]): string {
  const source = withOneBlock(text);
  const place = currentBlock(findBlocks(source));
  if (place === undefined) return text + newBlock(text, entries);
  const before = source.lines[place.first]?.start ?? 0;
  const after = source.lines[place.last]?.next ?? 0;
  return source.text.slice(0, before) + rewriteBlock(source, place, entries) + source.text.slice(after);
}

/** Cuts all blocks but the one that counts; again, because a cut may join lines into yet another block. */
function withOneBlock(text: string): LinedText {
  let source = readLines(text);
  for (let places = findBlocks(source); places.length > 1; places = findBlocks(source)) {
    const current = currentBlock(places);
    const others = places.filter((place) => place !== current);
    const cuts = [...others.map((place) => extentOf(source, place)), [source.text.length, source.text.length] as const];
    let [rest, from] = ["", 0];
    for (const [start, stop] of cuts) {
      rest += source.text.slice(from, start);
      from = stop;
    }
    source = readLines(rest);
  }
  return source;
}

function rewriteBlock(source: LinedText, place: BlockPlace, entries: readonly Entry[]): string {
  const { text, lines } = source;
  const rows = lines.slice(place.first, place.last + 1).map((line) => text.slice(line.start, line.next));
  const present = keyLines(source, place);
  const example = present[0]?.[1];
  const added: string[] = [];
  for (const [key, value] of entries) {
    const [index, old] = present.findLast(([, line]) => line.key === key) ?? [];
    if (index === undefined || old === undefined) added.push(newLine(example, key, value));
    else if (!isSame(key, old.value, value)) {
      const ending = text.slice(lines[index]?.end, lines[index]?.next);
      rows[index - place.first] = redressKeyLine(old, old.written, value) + ending;
    }
  }
  if (!place.isComplete) added.push(END_MARKER[place.form]);
  return insertRows(rows, (place.end ?? place.last + 1) - place.first, added, endingIn(text));
}

/** `COMPLETED` and `complete` say COMPLETE already. */
function isSame(key: string, old: string, value: string): boolean {
  if (key !== "STATUS") return old === value;
  const [before, after] = [readStatusValue(old), readStatusValue(value)];
  return before.status === after.status && before.reason === after.reason;
}

/** In the dress and indentation of the block's first key line. */
function newLine(example: KeyLine | undefined, key: string, value: string): string {
  if (example === undefined) return `${key}: ${value}`;
  const isLowerCase = example.written === example.written.toLowerCase();
  return redressKeyLine(example, isLowerCase ? key.toLowerCase() : key, value);
}

function insertRows(rows: readonly string[], at: number, added: readonly string[], ending: string): string {
  const head = rows.slice(0, at).join("");
  const isLineOpen = !head.endsWith("\n");
  const inserted = added.map((line) => (isLineOpen ? ending + line : line + ending));
  return head + inserted.join("") + rows.slice(at).join("");
}

/** A blank line, then the block; without a final line ending where the text has none. */
function newBlock(text: string, entries: readonly Entry[]): string {
  const ending = endingIn(text);
  const lines = [START_MARKER, ...entries.map(([key, value]) => `${key}: ${value}`), END_MARKER.dashed];
  const source = readLines(text);
  if (source.lines.length === 0) return lines.join(ending) + ending;
  if (!text.endsWith("\n")) return ending + ending + lines.join(ending);
  const gap = isBlankAt(source, source.lines.length - 1) ? "" : ending;
  return gap + lines.join(ending) + ending;
}

/** The ending of the text's last ended line. */
const endingIn = (text: string): string => (text.charAt(text.lastIndexOf("\n") - 1) === "\r" ? "\r\n" : "\n");
