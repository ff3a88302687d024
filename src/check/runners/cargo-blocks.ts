/**
 * Reads the text that Rust's test harness prints, line by line: for each program `running N tests`, a line for each test,
 * what failed tests printed, `test result: …`. It is the only stable form (rustc 1.55 to 1.97), and the tests share the
 * stream: their children print into it, in the middle of a line, too, and may print what looks like a result. So a block
 * counts only when it adds up: N different names, as many of each status as its last line says, and exactly those
 * failed that its closing list names. Pure.
 */
import type { TestStatus } from "../../core/check.ts";
import { type Block, closeBlock, isAtEnd, newBlock, type OpenBlock, readDetail } from "./cargo-block.ts";

export interface BlockReader {
  readonly line: (text: string) => void;
  readonly end: () => Blocks;
}

export interface Blocks {
  readonly blocks: readonly Block[];
  /** False: there are lines that belong to no block, or far too many. */
  readonly isSound: boolean;
}

const MOST_BLOCKS = 5000;
const MOST_TESTS = 100_000;
const NAME_CHARACTERS = 500;
/** Names are for the person; more of them say nothing new. */
const MOST_SLOW = 100;

const RUNNING = /^running (\d+) tests?$/;
const RESULT =
  /test result: (?:ok|FAILED)\. (\d+) passed; (\d+) failed; (\d+) ignored; (\d+) measured; \d+ filtered out(?:; finished in [\d.]+s)?$/;
/** Not tied to the start: a child may have left half a line before it. */
const TEST = /test (\S+(?: - .*\(line \d+\))?)(?: - [a-z ]+)? \.\.\. (.*)$/;
const STATUS = /^(?:(ok)|(FAILED)|(ignored)(?:, .*)?)(?: <[\d.]+s>)?$/;
const SLOW = /^test (\S+).* has been running for over \d+ seconds$/;

export function blockReader(): BlockReader {
  const blocks: Block[] = [];
  let open: OpenBlock | undefined;
  let isSound = true;
  let names = 0;

  const close = (counts?: RegExpExecArray): void => {
    if (open === undefined) return;
    if (blocks.length < MOST_BLOCKS) blocks.push(closeBlock(open, counts?.slice(1).map(Number)));
    else isSound = false;
    open = undefined;
  };
  const readListing = (block: OpenBlock, text: string): void => {
    const counts = RESULT.exec(text);
    if (counts !== null) return close(counts);
    const slow = SLOW.exec(text)?.[1];
    if (slow !== undefined && block.slow.size < MOST_SLOW) block.slow.add(slow.slice(0, NAME_CHARACTERS));
    if (text === "failures:" && block.statuses.size === block.announced) block.closing = [];
    const [, name, status] = TEST.exec(text) ?? [];
    if (name === undefined || name.length > NAME_CHARACTERS) return;
    names += 1;
    if (names > MOST_TESTS || block.statuses.has(name)) block.isContradictory = true;
    else block.statuses.set(name, statusOf(status ?? ""));
  };
  const readDetails = (block: OpenBlock, text: string): void => {
    const counts = RESULT.exec(text);
    if (counts?.index === 0 && isAtEnd(block)) close(counts);
    else readDetail(block, text);
  };
  return {
    line: (text) => {
      // In the details of a failed test, whatever it printed.
      const running = open?.closing === undefined ? RUNNING.exec(text) : null;
      if (running !== null) {
        close();
        open = newBlock(Number(running[1]));
      } else if (open === undefined) isSound &&= RESULT.exec(text)?.index !== 0;
      else if (open.closing === undefined) readListing(open, text);
      else readDetails(open, text);
    },
    end: () => {
      close();
      return { blocks, isSound };
    },
  };
}

function statusOf(text: string): TestStatus | undefined {
  const [, ok, failed, ignored] = STATUS.exec(text) ?? [];
  if (ok !== undefined) return "passed";
  if (failed !== undefined) return "failed";
  return ignored === undefined ? undefined : "skipped";
}
