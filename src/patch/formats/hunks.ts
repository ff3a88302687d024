/** The hunks of one file, and whether the end of the reply has cut the last one off. */
import type { Cut, Hunk } from "../../core/patch.ts";
import { isBlank } from "../text.ts";
import { isOver, type Problem, type Section, truncated } from "./format.ts";
import { FENCE, type HunkBody, readHunkBody } from "./hunk-body.ts";
import { type HunkHeader, isHunkHeader, readHunkHeader } from "./hunk-header.ts";

export interface FoundHunks {
  readonly hunks: readonly Hunk[];
  readonly next: number;
  readonly problem?: Problem;
}

/** Hunks from line `at` on; the first one may lack its `@@` line. */
export function readHunks(section: Section, at: number): FoundHunks {
  const hunks: Hunk[] = [];
  let next = at;
  for (;;) {
    const start = skipBlank(section.lines, next);
    const line = section.lines[start] ?? "";
    const isHeaderless = hunks.length === 0 && start === next && /^[-+ ]/.test(line);
    if (!isHunkHeader(line) && !isHeaderless) return { hunks, next };
    const { headings, header, body } = readHunk(section, start);
    next = body.next;
    if (endsAtFence(section, body)) return { hunks, next, problem: FENCED };
    const cut = findCut(section, body);
    if (cut && "reason" in cut) return { hunks, next, problem: cut };
    // A hunk of context alone asks for nothing, or its signs were lost.
    if (!body.lines.some((read) => read.op !== " ")) return { hunks, next, problem: EMPTY };
    hunks.push(toHunk(body, header, { headings, cut }));
  }
}

const EMPTY: Problem = { cause: "unreadable", reason: "A hunk has no line that begins with + or -." };

const FENCED: Problem = {
  cause: "unreadable",
  reason: "A code fence stands inside a hunk; begin every context line with a space, also those with ```.",
};

/** A fence in the middle of a raw hunk may be a line of the file that lost its prefix. */
function endsAtFence(section: Section, { next, left }: HunkBody): boolean {
  const isWhole = left?.old === 0 && left.new === 0;
  if (section.info !== undefined || isWhole || !FENCE.test(section.lines[next] ?? "")) return false;
  return !isBlank(section.lines[next - 1] ?? "");
}

function skipBlank(lines: readonly string[], at: number): number {
  let next = at;
  while (next < lines.length && isBlank(lines[next] ?? "")) next += 1;
  return next;
}

/** Several `@@` lines in a row are headings inside one another. */
function readHunk(section: Section, at: number): { headings: string[]; header: HunkHeader; body: HunkBody } {
  const headings: string[] = [];
  let header: HunkHeader = {};
  let next = at;
  while (isHunkHeader(section.lines[next] ?? "")) {
    header = readHunkHeader(section.lines[next] ?? "");
    if (header.heading !== undefined) headings.push(header.heading);
    next += 1;
  }
  return { headings, header, body: readHunkBody(section, next, header.counts) };
}

function toHunk(
  body: HunkBody,
  header: HunkHeader,
  more: { readonly headings: readonly string[]; readonly cut: Cut | undefined },
): Hunk {
  return {
    lines: body.lines,
    ...(header.oldStart === undefined ? {} : { oldStart: header.oldStart }),
    ...(body.left?.old === 0 && body.left.new === 0 ? { isCounted: true } : {}),
    ...(more.headings.length === 0 ? {} : { headings: more.headings }),
    ...(more.cut === undefined ? {} : { cut: more.cut }),
  };
}

/** What the end of the reply may have cut off: context at most, else it is a problem. */
function findCut(section: Section, { lines, next, left }: HunkBody): Cut | undefined | Problem {
  if (section.isClosed || !isOver(section, next)) return undefined;
  if (!lines.some((line) => line.op !== " ")) return truncated("the last hunk holds no change");
  const endsInChange = lines.at(-1)?.op !== " ";
  if (endsInChange && !section.endsLine) return truncated("its last line has no end");
  const isMidLine = !section.endsLine;
  if (left?.old === 0 && left.new === 0) return isMidLine ? { lines: 0, isMidLine } : undefined;
  if (left !== undefined && left.old > 0 && left.old === left.new) return { lines: left.old, isMidLine };
  if (left !== undefined && (left.old > 0 || left.new > 0)) return truncated("the last hunk is too short");
  return section.info === undefined ? { lines: 0, isMidLine } : truncated("the code fence is not closed");
}
