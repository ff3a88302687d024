/** SEARCH/REPLACE blocks, as aider, Cline and others ask for them. The file's name stands above the block. */
import { diffArrays } from "diff";
import type { Edit, Hunk, HunkLine } from "../../core/patch.ts";
import { type NamedFile, nameFile, readPathLine } from "../names.ts";
import { isBlank } from "../text.ts";
import { type Format, type Found, type Section, truncated } from "./format.ts";

const SEARCH = /^(?:<{5,9}|-{5,9}) ?(?:SEARCH|ORIGINAL)\b[>:]*\s*$/;
const DIVIDER = /^={5,9}\s*$/;
const REPLACE = /^(?:>{5,9}|\+{5,9}) ?(?:REPLACE|UPDATED)\b\s*$/;
const HINT = /^:start_line:\s*(\d+)\s*$/;

function read(section: Section, at: number): Found {
  const block = findBlock(section.lines, at);
  if (!block) return { edits: [], next: section.lines.length, problem: truncated("a SEARCH block has no REPLACE end") };
  const { divider, end } = block;
  const next = end + 1;
  const fail = (reason: string): Found => ({ edits: [], next, problem: { cause: "unreadable", reason } });
  if (divider === undefined) return fail("A SEARCH block needs exactly one ======= line between old and new lines.");
  const file = fileAbove(section, at);
  if (!file) return fail("A SEARCH block has no file name above it.");
  const search = readSearch(section.lines.slice(at + 1, divider));
  return { edits: [toEdit(file, search, section.lines.slice(divider + 1, end))], next };
}

/** The marker lines after the first one; `divider` is undefined where it is missing or not the only one. */
function findBlock(lines: readonly string[], at: number): { divider?: number; end: number } | undefined {
  const dividers: number[] = [];
  for (let index = at + 1; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    if (SEARCH.test(line)) return undefined;
    if (DIVIDER.test(line)) dividers.push(index);
    if (!REPLACE.test(line)) continue;
    const [divider] = dividers;
    return divider === undefined || dividers.length > 1 ? { end: index } : { divider, end: index };
  }
  return undefined;
}

/** Index of the REPLACE line of the block that begins at `at`, where a whole one does. */
export const endOfBlock = (lines: readonly string[], at: number): number | undefined =>
  SEARCH.test(lines[at] ?? "") ? findBlock(lines, at)?.end : undefined;

/** Roo puts `:start_line:12` and a rule above the lines. */
function readSearch(lines: readonly string[]): { lines: readonly string[]; oldStart?: number } {
  const hint = HINT.exec(lines[0] ?? "")?.[1];
  if (hint === undefined) return { lines };
  const rule = lines.findIndex((line) => /^-{3,}\s*$/.test(line));
  return { lines: lines.slice(rule >= 0 && rule < 4 ? rule + 1 : 1), oldStart: Number(hint) };
}

function fileAbove(section: Section, at: number): NamedFile | undefined {
  for (let index = at - 1; index >= Math.max(0, at - 3); index -= 1) {
    const line = section.lines[index] ?? "";
    if (isBlank(line) || /^(?:`{3,}|~{3,})/.test(line)) continue;
    const path = readPathLine(line);
    return path === undefined ? section.file : nameGiven(path);
  }
  return section.file;
}

function nameGiven(path: string): NamedFile | undefined {
  const named = nameFile(undefined, path);
  const given = named?.otherPaths?.[0];
  return named && given !== undefined ? { path: given, otherPaths: [named.path] } : named;
}

function toEdit(
  file: NamedFile,
  search: { lines: readonly string[]; oldStart?: number },
  replacement: readonly string[],
): Edit {
  if (search.lines.every(isBlank)) return { kind: "create", path: file.path, text: linesToText(replacement) };
  const hint = search.oldStart === undefined ? {} : { oldStart: search.oldStart };
  const hunk: Hunk = { lines: compareBlocks(search.lines, replacement), ...hint };
  return { kind: "modify", ...file, hunks: [hunk] };
}

const linesToText = (lines: readonly string[]): string => (lines.length === 0 ? "" : `${lines.join("\n")}\n`);

/** Halves that differ in more lines are compared at no cost: one is deleted, the other added. */
const MOST_EDITS = 2000;

/** Lines that both halves hold are context, so that the file's own bytes stay there. */
function compareBlocks(search: readonly string[], replacement: readonly string[]): readonly HunkLine[] {
  const parts = diffArrays([...search], [...replacement], { maxEditLength: MOST_EDITS }) ?? [
    { value: [...search], removed: true, added: false },
    { value: [...replacement], removed: false, added: true },
  ];
  return parts.flatMap((part) => {
    const op = part.added ? "+" : part.removed ? "-" : " ";
    return part.value.map((text): HunkLine => ({ op, text }));
  });
}

export const searchReplace: Format = {
  name: "search/replace",
  starts: (section, at) => SEARCH.test(section.lines[at] ?? ""),
  read,
};
