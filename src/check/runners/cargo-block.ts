/** What is known of one program's tests while its lines come, and what it amounts to when they end. Pure. */
import type { TestStatus } from "../../core/check.ts";

export interface BlockTest {
  /** `module::name`, or `src/lib.rs - item (line 5)` of a doctest. */
  readonly name: string;
  readonly status: TestStatus;
  /** What it printed, from its first panic on where there is one; "" where it is not known. */
  readonly detail: string;
}

export interface Block {
  /** "cut": it has no last line, so something ended the program; "contradictory": it does not add up. */
  readonly state: "whole" | "cut" | "contradictory";
  /** Of a block that contradicts itself only those that failed. */
  readonly tests: readonly BlockTest[];
  /** Tests that began, and that did not end as far as the output says. */
  readonly unfinished: readonly string[];
}

interface Detail {
  text: string;
  hasPanic: boolean;
}

export interface OpenBlock {
  /** N of `running N tests`. */
  readonly announced: number;
  /** Undefined: the line's end could not be read, as something else was printed into it. */
  readonly statuses: Map<string, TestStatus | undefined>;
  readonly details: Map<string, Detail>;
  readonly slow: Set<string>;
  /** Undefined while tests run; then the names since the last `failures:`. */
  closing: string[] | undefined;
  /** Whose output is being read. */
  section: string | undefined;
  isContradictory: boolean;
}

export const newBlock = (announced: number): OpenBlock => ({
  announced,
  statuses: new Map(),
  details: new Map(),
  slow: new Set(),
  closing: undefined,
  section: undefined,
  isContradictory: false,
});

/** @param counts passed, failed, ignored and measured, of the last line; undefined where there is none */
export function closeBlock(open: OpenBlock, counts?: readonly number[]): Block {
  const decided = counts === undefined ? open.statuses : decideOpen(open);
  const state = open.isContradictory || open.statuses.size > open.announced ? "contradictory" : endState(open, counts);
  const wanted = (status: TestStatus): boolean => state !== "contradictory" || status === "failed";
  return {
    state,
    tests: [...decided].flatMap(([name, status]) =>
      status !== undefined && wanted(status)
        ? [{ name, status, detail: open.details.get(name)?.text.trim() ?? "" }]
        : [],
    ),
    unfinished: state === "whole" ? [] : [...namesWithoutEnd(open)],
  };
}

function endState(open: OpenBlock, counts: readonly number[] | undefined): Block["state"] {
  if (counts === undefined) return "cut";
  return addsUp(open, counts) ? "whole" : "contradictory";
}

/** A line that was torn says nothing; the closing list and the counts do. */
function decideOpen({ statuses, closing = [] }: OpenBlock): ReadonlyMap<string, TestStatus> {
  const listed = new Set(closing);
  return new Map([...statuses].map(([name, status]) => [name, status ?? (listed.has(name) ? "failed" : "passed")]));
}

function addsUp(open: OpenBlock, [passed = 0, failed = 0, ignored = 0, measured = 0]: readonly number[]): boolean {
  const found = [...decideOpen(open).values()];
  const count = (wanted: TestStatus): number => found.filter((status) => status === wanted).length;
  return (
    open.announced === passed + failed + ignored + measured &&
    count("passed") === passed + measured &&
    count("failed") === failed &&
    count("skipped") === ignored
  );
}

/** Slow ones, and one that began a line and did not end it. */
const namesWithoutEnd = ({ slow, statuses }: OpenBlock): ReadonlySet<string> =>
  new Set([
    ...[...slow].filter((name) => statuses.get(name) === undefined),
    ...[...statuses].flatMap(([name, status]) => (status === undefined ? [name] : [])),
  ]);

/**
 * Whether `test result:` may stand here: right behind the list of exactly those that failed. A failed test may have
 * printed lists and results of its own.
 */
export function isAtEnd({ closing = [], statuses }: OpenBlock): boolean {
  const listed = new Set(closing);
  return (
    closing.length > 0 &&
    [...statuses].every(([name, status]) => status === undefined || listed.has(name) === (status === "failed")) &&
    closing.every((name) => statuses.has(name))
  );
}

const NAME_CHARACTERS = 500;
/** Failed tests whose output is kept. */
const MOST_DETAILS = 300;
const DETAIL_CHARACTERS = 4000;

/** A line after the first `failures:`. */
export function readDetail(open: OpenBlock, text: string): void {
  const header = /^---- (.+) std(?:out|err) ----$/.exec(text)?.[1];
  const isHeader = header !== undefined && open.statuses.has(header) && !open.details.has(header);
  if (isHeader || text === "failures:") {
    open.closing = [];
    open.section = isHeader && open.details.size < MOST_DETAILS ? header : undefined;
    if (open.section !== undefined) open.details.set(open.section, { text: "", hasPanic: false });
    return;
  }
  addToClosing(open, text);
  const detail = open.details.get(open.section ?? "");
  if (detail !== undefined) addLine(detail, text);
}

function addToClosing(open: OpenBlock, text: string): void {
  const { closing = [], statuses } = open;
  if (!/^ {4}\S/.test(text)) open.closing = text === "" ? closing : [];
  // One name too many is enough to see that it is not the list.
  else if (closing.length <= statuses.size) closing.push(text.slice(4, 4 + NAME_CHARACTERS));
}

/** What was printed before the first panic explains least. */
function addLine(detail: Detail, line: string): void {
  if (!detail.hasPanic && /^thread '.*?' (?:\(\d+\) )?panicked at /.test(line)) {
    detail.hasPanic = true;
    detail.text = "";
  }
  const room = DETAIL_CHARACTERS - detail.text.length;
  if (room > 0) detail.text += `${line.slice(0, room)}\n`;
}
