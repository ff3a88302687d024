/** Turns placed hunks into a file's new text. Every byte that no splice covers stays as it is. */
import type { HunkLine } from "../core/patch.ts";
import type { Block } from "./align.ts";
import type { Indenter } from "./indent.ts";
import type { TextLines } from "./text.ts";

/** Replace `removed` lines from line `at` (0-based) on by `added`. */
export interface Splice {
  readonly at: number;
  readonly removed: number;
  readonly added: readonly string[];
  /** What the hunk says about the end of the file, should the splice reach it. */
  readonly finalNewline: "keep" | "add" | "remove";
}

/** The splices of a hunk, or undefined where an added line does not fit the indentation rule. */
export function toSplices(blocks: readonly Block[], indent: Indenter): readonly Splice[] | undefined {
  const splices: Splice[] = [];
  const finalNewline = statedNewline(blocks.flatMap((block) => block.lines));
  for (const { lines, at } of blocks) {
    let place = at;
    let run: { removed: number; added: string[] } | undefined;
    const close = (): void => {
      if (run) splices.push({ at: place - run.removed, ...run, finalNewline });
      run = undefined;
    };
    for (const line of lines) {
      if (line.op === " ") close();
      else run ??= { removed: 0, added: [] };
      if (line.op === "-" && run) run.removed += 1;
      if (line.op !== "+") place += 1;
      if (line.op !== "+" || !run) continue;
      const text = indent(line.text);
      if (text === undefined) return undefined;
      run.added.push(text);
    }
    close();
  }
  return splices;
}

/** Only a marker on one side of the change says that the final newline changes. */
function statedNewline(lines: readonly HunkLine[]): Splice["finalNewline"] {
  const oldMarked = lines.findLast((line) => line.op !== "+")?.noNewline === true;
  const newMarked = lines.findLast((line) => line.op !== "-")?.noNewline === true;
  if (oldMarked === newMarked) return "keep";
  return newMarked ? "remove" : "add";
}

/** True where two splices change the same lines, or add different lines at one place. */
export function overlap(a: Splice, b: Splice): boolean {
  const [first, second] = a.at < b.at || (a.at === b.at && a.removed <= b.removed) ? [a, b] : [b, a];
  if (first.at === second.at && first.removed === 0) return second.removed === 0;
  return second.at < first.at + first.removed;
}

/** `splices` are in order and do not overlap. */
export function applySplices(file: TextLines, splices: readonly Splice[]): string {
  const lines: string[] = [];
  const ends: string[] = [];
  let from = 0;
  for (const splice of splices) {
    for (; from < splice.at; from += 1) push(lines, ends, file, from);
    const end = lineEnd(file, splice);
    for (const text of splice.added) {
      // In a file of mixed line ends a diff tells an added line's own one.
      const isCrlf = end === "\r\n" && text.endsWith("\r");
      lines.push(isCrlf ? text.slice(0, -1) : text);
      ends.push(end);
    }
    from = splice.at + splice.removed;
  }
  for (; from < file.lines.length; from += 1) push(lines, ends, file, from);
  closeEnd(file, splices, ends);
  const body = lines.map((line, at) => line + (ends[at] ?? "")).join("");
  return body === "" ? "" : file.bom + body;
}

function push(lines: string[], ends: string[], file: TextLines, at: number): void {
  lines.push(file.lines[at] ?? "");
  ends.push(file.ends[at] ?? "");
}

/** Added lines end as the line they replace, or as a neighbour. */
function lineEnd(file: TextLines, splice: Splice): string {
  const { ends } = file;
  const replaced = splice.removed > 0 ? ends[splice.at] : "";
  return replaced || ends[splice.at - 1] || ends[splice.at] || ends[0] || "\n";
}

/** Lines inside the file get an end where they had none; the last line keeps or changes the final newline. */
function closeEnd(file: TextLines, splices: readonly Splice[], ends: string[]): void {
  const last = splices.at(-1);
  if (!last || ends.length === 0) return;
  const eol = file.ends.find((end) => end !== "") ?? "\n";
  const lastAt = ends.length - 1;
  ends.forEach((end, at) => {
    if (end === "" && at < lastAt) ends[at] = eol;
  });
  if (last.at + last.removed < file.lines.length) return;
  const hadNewline = file.lines.length === 0 || file.ends.at(-1) !== "";
  const hasNewline = last.finalNewline === "keep" ? hadNewline : last.finalNewline === "add";
  if (!hasNewline) ends[lastAt] = "";
  else if (ends[lastAt] === "") ends[lastAt] = eol;
}
