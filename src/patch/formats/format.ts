import type { Edit, MalformedCause } from "../../core/patch.ts";
import type { NamedFile } from "../names.ts";
import { isBlank } from "../text.ts";

/** A stretch of the reply: the inside of a fence, or everything from here to the reply's end. */
export interface Section {
  readonly lines: readonly string[];
  /** The words after an opening fence; undefined outside fences. */
  readonly info?: string;
  /** Something follows the section, so that what it holds was not cut off. */
  readonly isClosed: boolean;
  /** The section's last line has a line end. */
  readonly endsLine: boolean;
  /** The file that the text above names, or the file of the last edit before. */
  readonly file?: NamedFile;
}

export interface Problem {
  readonly cause: MalformedCause;
  readonly reason: string;
}

export interface Found {
  readonly edits: readonly Edit[];
  /** Index of the first line after what was read. */
  readonly next: number;
  readonly problem?: Problem;
}

/** One way in which replies write changes. */
export interface Format {
  readonly name: string;
  starts(section: Section, at: number): boolean;
  /** Called where `starts` holds. */
  read(section: Section, at: number): Found;
}

export const truncated = (what: string): Problem => ({
  cause: "truncated",
  reason: `The reply stops in the middle of a patch: ${what}. Nothing was applied; send the whole patch again.`,
});

/** Nothing but blank lines from `at` on. */
export function isOver(section: Section, at: number): boolean {
  let next = at;
  while (next < section.lines.length && isBlank(section.lines[next] ?? "")) next += 1;
  return next === section.lines.length;
}
