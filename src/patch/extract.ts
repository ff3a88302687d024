/**
 * Reply -> proposal. The reply is read once from top to bottom: fences are opened, prose is skipped,
 * and wherever a format begins, that format reads on and says where it ended.
 */
import type { Edit, Proposal } from "../core/patch.ts";
import { type Fence, readFence } from "./fences.ts";
import { beginPatch } from "./formats/begin-patch.ts";
import type { Format, Problem, Section } from "./formats/format.ts";
import { truncated } from "./formats/format.ts";
import { isChangeLine } from "./formats/hunk-body.ts";
import { isHunkHeader } from "./formats/hunk-header.ts";
import { searchReplace } from "./formats/search-replace.ts";
import { unified } from "./formats/unified.ts";
import { readCodeBlock, readWholeFile } from "./formats/whole-file.ts";
import { type NamedFile, readInfoPath, readPathLine } from "./names.ts";
import { BOM } from "./text.ts";
import { stripThinking } from "./think.ts";
import { readWords } from "./words.ts";

/** Order matters: a `*** Begin Patch` may hold what looks like a unified diff. */
const FORMATS: readonly Format[] = [beginPatch, searchReplace, unified];

/** What has been read so far; the one mutable thing in here. */
interface Reading {
  readonly edits: Edit[];
  /** Whole files and CODE_BLOCKs: taken only where the reply has no diff. */
  readonly wholeFiles: Edit[];
  problem?: Problem;
}

/** Never throws; whatever the model wrote becomes a proposal or a reason. */
export function extractProposal(reply: string): Proposal {
  const answer = stripThinking(withPlainLineEnds(reply));
  if (answer === undefined) return malformed(truncated("its reasoning never ends"));
  const reading = readAnswer(answer);
  if (reading.problem) return malformed(reading.problem);
  if (reading.edits.length > 0) return { kind: "patch", edits: reading.edits };
  if (reading.wholeFiles.length > 0) return { kind: "patch", edits: reading.wholeFiles };
  return readWords(answer);
}

const malformed = (problem: Problem): Proposal => ({ kind: "malformed", ...problem });

/** A reply that was sent with CRLF throughout says nothing about the files. */
function withPlainLineEnds(reply: string): string {
  const text = reply.startsWith(BOM) ? reply.slice(1) : reply;
  return /(?<!\r)\n/.test(text) ? text : text.replaceAll("\r\n", "\n");
}

function readAnswer(answer: string): Reading {
  const endsLine = answer.endsWith("\n");
  const lines = (endsLine ? answer.slice(0, -1) : answer).split("\n");
  const reading: Reading = { edits: [], wholeFiles: [] };
  if (has(lines, "---PATCH_START---") && !has(lines, "---PATCH_END---")) {
    reading.problem = truncated("---PATCH_END--- is missing");
  }
  let at = 0;
  let hasStray = false;
  while (at < lines.length && !reading.problem) {
    const fence = readFence(lines, at);
    if (fence && hasStray) reading.problem = STRAY;
    else if (fence) {
      readFenced(reading, fence, { above: lineAbove(lines, at), endsLine });
      at = fence.next;
      continue;
    }
    const block = readCodeBlock(lines, at);
    if (block) {
      reading.wholeFiles.push(block.edit);
      at = block.next;
      continue;
    }
    const file = lastFile(reading);
    const section: Section = { lines, isClosed: false, endsLine, ...(file ? { file } : {}) };
    const next = readHere(reading, section, at);
    if (next === undefined && reading.edits.length > 0 && isChangeLine(lines[at] ?? "")) hasStray = true;
    if (next === undefined && reading.edits.length > 0 && isHunkHeader(lines[at] ?? "")) reading.problem = STRAY;
    at = next ?? at + 1;
  }
  const last = lines.at(-1) ?? "";
  if (
    !endsLine &&
    reading.edits.length > 0 &&
    BEGINNINGS.some((beginning) => last !== "" && beginning.startsWith(last))
  ) {
    reading.problem ??= truncated("its last line begins another part");
  }
  return reading;
}

/** What the next file or hunk begins with; a last line that is the beginning of one was cut off. */
const BEGINNINGS = ["diff --git ", "Index: ", "--- ", "+++ ", "@@ ", "*** ", "<<<<<<< SEARCH"];

const has = (lines: readonly string[], marker: string): boolean => lines.some((line) => line.startsWith(marker));

/** Added or deleted lines that no hunk holds: a fence ended too early, or a header is missing. */
const STRAY: Problem = {
  cause: "unreadable",
  reason: "Lines with + or - stand outside all hunks; begin every hunk with @@ and every context line with a space.",
};

/** Lets the format that begins at `at` read; returns where to go on, or undefined where none begins. */
function readHere(reading: Reading, section: Section, at: number): number | undefined {
  const format = FORMATS.find((candidate) => candidate.starts(section, at));
  if (!format) return undefined;
  const found = format.read(section, at);
  reading.edits.push(...found.edits);
  if (found.problem) reading.problem = found.problem;
  return Math.max(found.next, at + 1);
}

function readFenced(reading: Reading, fence: Fence, around: { above: string | undefined; endsLine: boolean }): void {
  const before = reading.edits.length;
  const named = (around.above === undefined ? undefined : readPathLine(around.above)) ?? readInfoPath(fence.info);
  let at = 0;
  let hasStray = false;
  while (at < fence.lines.length && !reading.problem) {
    const file = reading.edits.length === before && named !== undefined ? { path: named } : lastFile(reading);
    const section: Section = {
      lines: fence.lines,
      info: fence.info,
      isClosed: fence.isClosed,
      endsLine: fence.isClosed || around.endsLine,
      ...(file ? { file } : {}),
    };
    const next = readHere(reading, section, at);
    if (next === undefined && isChangeLine(fence.lines[at] ?? "")) hasStray = true;
    at = next ?? at + 1;
  }
  if (reading.edits.length > before && hasStray) reading.problem ??= STRAY;
  if (reading.edits.length > before || reading.problem) return;
  const whole = readWholeFile(fence, around.above);
  if (!fence.isClosed && (whole || before > 0)) reading.problem = truncated("the code fence is not closed");
  else if (whole) reading.wholeFiles.push(whole);
}

function lastFile(reading: Reading): NamedFile | undefined {
  const edit = reading.edits.at(-1);
  if (!edit) return undefined;
  const otherPaths = "otherPaths" in edit ? edit.otherPaths : undefined;
  return { path: edit.path, ...(otherPaths ? { otherPaths } : {}) };
}

/** The nearest line with text above, at most one blank line away. */
function lineAbove(lines: readonly string[], at: number): string | undefined {
  return [lines[at - 1], lines[at - 2]].find((line) => line !== undefined && line.trim() !== "");
}
