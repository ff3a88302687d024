/** Markdown code fences of a reply. */
import { endOfBlock } from "./formats/search-replace.ts";

export interface Fence {
  readonly info: string;
  /** Lines inside, without the indentation of a fence in a list. */
  readonly lines: readonly string[];
  readonly isClosed: boolean;
  /** Index of the first line after the closing fence. */
  readonly next: number;
}

const OPENING = /^(\s*)(`{3,}|~{3,})\s*([^`]*)$/;
const NESTING = /^(?:md|mdx|markdown)\b/i;

/** The fence that opens at line `at`, if one does. It is closed by a bare one at its own indentation. */
export function readFence(lines: readonly string[], at: number): Fence | undefined {
  const opening = OPENING.exec(lines[at] ?? "");
  if (!opening) return undefined;
  const [, indent = "", marks = "", info = ""] = opening;
  const isClosing = (line: string): boolean => closes(line, marks, indent.length);
  const end = NESTING.test(info) ? findOuterEnd(lines, at, isClosing) : findEnd(lines, at, isClosing);
  const inside = lines.slice(at + 1, end ?? lines.length);
  return {
    info: info.trim(),
    lines: dedent(inside, indent.length),
    isClosed: end !== undefined,
    next: end === undefined ? lines.length : end + 1,
  };
}

function closes(line: string, marks: string, indent: number): boolean {
  const found = /^(\s*)(`{3,}|~{3,})\s*$/.exec(line);
  return found !== null && (found[1] ?? "").length <= indent && (found[2] ?? "").startsWith(marks);
}

type IsClosing = (line: string) => boolean;

/** Fences between the marks of a SEARCH/REPLACE block are lines of the file. */
function findEnd(lines: readonly string[], at: number, isClosing: IsClosing): number | undefined {
  for (let index = at + 1; index < lines.length; index += 1) {
    index = endOfBlock(lines, index) ?? index;
    if (isClosing(lines[index] ?? "")) return index;
  }
  return undefined;
}

/** A markdown file holds fences of its own: those with a language open one, bare ones close the innermost. */
function findOuterEnd(lines: readonly string[], at: number, isClosing: IsClosing): number | undefined {
  let depth = 1;
  for (let index = at + 1; index < lines.length; index += 1) {
    index = endOfBlock(lines, index) ?? index;
    const line = lines[index] ?? "";
    if (isClosing(line)) depth -= 1;
    else if (/^(?:`{3,}|~{3,})\s*\w/.test(line)) depth += 1;
    if (depth === 0) return index;
  }
  return undefined;
}

/** Takes the fence's indentation off, unless a line shows that the inside does not share it. */
function dedent(lines: readonly string[], indent: number): readonly string[] {
  if (indent === 0) return lines;
  const isShared = lines.every((line) => line.trim() === "" || line.slice(0, indent).trim() === "");
  return isShared ? lines.map((line) => line.slice(Math.min(indent, line.length))) : lines;
}
