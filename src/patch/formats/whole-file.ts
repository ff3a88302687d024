/**
 * A file's whole new content in a fence, named above it or in its info string, or after a CODE_BLOCK line.
 * Such blocks also show present code or commands, so they count only in a reply without any diff.
 */
import type { Edit } from "../../core/patch.ts";
import type { Fence } from "../fences.ts";
import { readInfoPath, readPathLine } from "../names.ts";

const CODE_BLOCK = /^[\s#*`]*CODE_BLOCK\b[\s*`:]*(\S*?)[`*\s]*$/;
const PATH_COMMENT = /^\s*(?:\/\/|#|--|;|<!--|\/\*)\s*(?:(?:file|path)(?:name)?:\s*)?(\S+?)\s*(?:-->|\*\/)?\s*$/i;
const FENCE = /^\s*(?:`{3,}|~{3,})/;
const END = /^(?:END_CODE_BLOCK|---PATCH_END---|---END_CODE_BLOCK---)\s*$/;

/** `above` is the nearest line with text over the fence. */
export function readWholeFile(fence: Fence, above: string | undefined): Edit | undefined {
  const announced = CODE_BLOCK.exec(above ?? "");
  const path =
    readInfoPath(fence.info) ??
    (announced ? readPathLine(announced[1] ?? "") : above === undefined ? undefined : readPathLine(above));
  if (path !== undefined) return replace(path, fence.lines);
  const commented = announced ? pathInComment(fence.lines[0]) : undefined;
  return commented === undefined ? undefined : replace(commented, fence.lines.slice(1));
}

/** CODE_BLOCK without a fence: the code goes on to an end marker or the end of the reply. */
export function readCodeBlock(lines: readonly string[], at: number): { edit: Edit; next: number } | undefined {
  const announced = CODE_BLOCK.exec(lines[at] ?? "");
  const second = lines[at + 1] ?? "";
  if (!announced || FENCE.test(second)) return undefined;
  const named = readPathLine(announced[1] ?? "");
  const path = named ?? readPathLine(second) ?? pathInComment(second);
  const from = named === undefined ? at + 2 : at + 1;
  if (path === undefined || FENCE.test(lines[from] ?? "")) return undefined;
  let end = from;
  while (end < lines.length && !END.test(lines[end] ?? "")) end += 1;
  return { edit: replace(path, lines.slice(from, end)), next: end + 1 };
}

const pathInComment = (line: string | undefined): string | undefined => {
  const name = PATH_COMMENT.exec(line ?? "")?.[1];
  return name === undefined ? undefined : readPathLine(name);
};

function replace(path: string, lines: readonly string[]): Edit {
  const last = lines.findLastIndex((line) => line.trim() !== "");
  return { kind: "replace", path, text: last < 0 ? "" : `${lines.slice(0, last + 1).join("\n")}\n` };
}
