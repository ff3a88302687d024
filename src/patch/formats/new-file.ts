import type { HunkLine } from "../../core/patch.ts";
import { isBlank } from "../text.ts";

/**
 * The content of a file that a patch adds. Blank lines may have lost their `+`; where every line has,
 * the lines are taken as they are. Undefined where a line can be no part of a new file.
 */
export function textOfNewFile(lines: readonly HunkLine[]): string | undefined {
  const content = withoutEndBlanks(lines);
  if (content.length === 0) return "";
  const hasPlus = content.some((line) => line.op === "+");
  const isReadable = content.every((line) => line.op === "+" || (line.bare && (!hasPlus || isBlank(line.text))));
  if (!isReadable) return undefined;
  const text = content.map((line) => line.text).join("\n");
  return content.at(-1)?.noNewline ? text : `${text}\n`;
}

function withoutEndBlanks(lines: readonly HunkLine[]): readonly HunkLine[] {
  const last = lines.findLastIndex((line) => !(line.bare && isBlank(line.text)));
  return lines.slice(0, last + 1);
}
