/** The status block of a task file, read tolerantly and written without touching a byte outside it. */
import type { StatusUpdate, TaskProblem } from "../core/task.ts";
import { isBlank, isHeading, lineAround, lineFrom, lineNumber, type Source, sourceOf, written } from "./lines.ts";
import { type KeyLine, redressKeyLine, toSafeValue } from "./status-line.ts";
import { type BlockForm, type BlockPlace, currentBlock, extentOf, findBlocks, keyLines } from "./status-place.ts";
import { isTemplate, readStatusValue, type StatusValue, writeStatusValue } from "./status-word.ts";

export interface StatusBlock extends StatusValue {
  /** All keys but STATUS, in upper case; templates such as `true|false` are left out. */
  readonly fields: ReadonlyMap<string, string>;
  /** Of the STATUS line, or of the start marker. */
  readonly offset: number;
  readonly isFenced: boolean;
  /** What a person should mend, though the block could be read. */
  readonly warnings: readonly Omit<TaskProblem, "path">[];
}

/**
 * Undefined where the text has no block.
 *
 * @param pattern of the keys that are wanted, where not all are: one of status-line.ts
 */
export function readStatusBlock(text: string, source = sourceOf(text), pattern?: RegExp): StatusBlock | undefined {
  const places = findBlocks(source);
  const place = currentBlock(places);
  if (place === undefined) return undefined;

  const fields = new Map<string, string>();
  let line: KeyLine | undefined;
  for (const each of keyLines(source, place, pattern)) {
    if (isTemplate(each.value)) continue;
    if (each.key === "STATUS") line = each;
    else fields.set(each.key, each.value);
  }
  const { status, reason, unknownStatus } = readStatusValue(line?.value ?? "");
  return {
    status,
    reason,
    unknownStatus,
    fields,
    offset: line?.start ?? place.first.start,
    isFenced: place.fence !== undefined,
    warnings: places.length === 1 && place.isComplete ? [] : warningsOf(text, places, place),
  };
}

function warningsOf(text: string, places: readonly BlockPlace[], current: BlockPlace): StatusBlock["warnings"] {
  const warnings: StatusBlock["warnings"][number][] = [];
  const other = places.find((place) => place !== current);
  if (other !== undefined) {
    const line = lineNumber(text, other.first.start);
    const found = `${places.length}; the one in line ${lineNumber(text, current.first.start)} counts`;
    warnings.push({ line, expected: "one status block in the file", found });
  }
  if (!current.isComplete) {
    const line = lineNumber(text, current.last.start);
    const expected = `the end marker ${END_MARKER[current.form]}`;
    warnings.push({ line, expected, found: "the end of the status block without it" });
  }
  return warnings;
}

/**
 * The text without any block, and without a heading that was there for the block only.
 *
 * @param standIn what comes in a block's place
 */
export function withoutStatusBlocks(text: string, standIn: (block: string) => string = () => ""): string {
  const cuts = findBlocks(sourceOf(text)).map((place) => {
    const [blockStart, stop] = extentOf(place);
    const start = startOfHeading(text, blockStart) ?? blockStart;
    return { start, stop, text: standIn(text.slice(start, stop)) };
  });
  return applyEdits(text, cuts);
}

/** Of `## Ralph Status Block`, where only blank lines are between it and the block at `start`. */
function startOfHeading(text: string, start: number): number | undefined {
  const before = text.slice(0, start).trimEnd();
  const line = lineAround(text, Math.max(before.length - 1, 0));
  return isHeading(text, line) && /ralph[ _]status/i.test(written(text, line)) ? line.start : undefined;
}

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

function splice(original: string, entries: readonly Entry[]): string {
  const text = withOneBlock(original);
  const source = sourceOf(text);
  const place = currentBlock(findBlocks(source));
  return place === undefined ? text + newBlock(text, entries) : applyEdits(text, editsOf(source, place, entries));
}

/** Cuts all blocks but the one that counts; again, because a cut may join lines into yet another block. */
function withOneBlock(text: string): string {
  const places = findBlocks(sourceOf(text));
  const current = currentBlock(places);
  const others = places.filter((place) => place !== current).map(extentOf);
  if (others.length === 0) return text;
  const cuts = others.map(([start, stop]) => ({ start, stop, text: "" }));
  return withOneBlock(applyEdits(text, cuts));
}

interface Edit {
  readonly start: number;
  readonly stop: number;
  readonly text: string;
}

/** @param edits that do not overlap, in any order */
function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = "";
  let from = 0;
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    result += text.slice(from, edit.start) + edit.text;
    from = edit.stop;
  }
  return result + text.slice(from);
}

function editsOf(source: Source, place: BlockPlace, entries: readonly Entry[]): readonly Edit[] {
  const present = keyLines(source, place);
  const edits: Edit[] = [];
  const added: string[] = [];
  for (const [key, value] of entries) {
    const old = present.findLast((line) => line.key === key);
    if (old === undefined) added.push(newLine(source.text, present[0], key, value));
    else if (!isSame(key, old.value, value)) {
      const { start, end } = lineFrom(source.text, old.start);
      edits.push({ start, stop: end, text: redressKeyLine(source.text, old, old.written, value) });
    }
  }
  if (!place.isComplete) added.push(END_MARKER[place.form]);
  const at = place.end?.start ?? place.last.next;
  return [...edits, { start: at, stop: at, text: joinLines(added, source.text, at) }];
}

/** `COMPLETED` and `complete` say COMPLETE already. */
function isSame(key: string, old: string, value: string): boolean {
  if (key !== "STATUS") return old === value;
  const [before, after] = [readStatusValue(old), readStatusValue(value)];
  return before.status === after.status && before.reason === after.reason;
}

/** In the dress and indentation of the block's first key line. */
function newLine(text: string, example: KeyLine | undefined, key: string, value: string): string {
  if (example === undefined) return `${key}: ${value}`;
  const isLowerCase = example.written === example.written.toLowerCase();
  return redressKeyLine(text, example, isLowerCase ? key.toLowerCase() : key, value);
}

/** Whole lines to be put in at `at`; where the text ends there without a line ending, it does so afterwards. */
function joinLines(lines: readonly string[], text: string, at: number): string {
  const ending = endingIn(text);
  const isOpen = at > 0 && text.charAt(at - 1) !== "\n";
  return lines.map((line) => (isOpen ? ending + line : line + ending)).join("");
}

/** A blank line, then the block. */
function newBlock(text: string, entries: readonly Entry[]): string {
  const isSpaced = isBlank(text, lineAround(text, Math.max(text.length - 1, 0)));
  const lines = [START_MARKER, ...entries.map(([key, value]) => `${key}: ${value}`), END_MARKER.dashed];
  return joinLines(isSpaced ? lines : ["", ...lines], text, text.length);
}

/** The ending of the text's last ended line. */
const endingIn = (text: string): string => (text.charAt(text.lastIndexOf("\n") - 1) === "\r" ? "\r\n" : "\n");
