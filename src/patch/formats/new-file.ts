import type { HunkLine } from "../../core/patch.ts";
import { isBlank } from "../text.ts";

/**
 * The content of a file that a patch adds. Blank lines may have lost their `+`; where every line has,
 * the lines are taken as they are. Undefined where a line can be no part of a new file.
 */
export function textOfNewFile(lines: readonly HunkLine[]): string | undefined {
  const content = withoutEndBlanks(lines);
  if (content.length === 0) return "";
  const text = content.some((line) => line.op === "+") ? joinAdded(content) : joinUnsigned(content);
  if (text === undefined) return undefined;
  return content.at(-1)?.noNewline ? text : `${text}\n`;
}

function withoutEndBlanks(lines: readonly HunkLine[]): readonly HunkLine[] {
  const last = lines.findLastIndex((line) => !(line.bare && isBlank(line.text)));
  return lines.slice(0, last + 1);
}

function joinAdded(lines: readonly HunkLine[]): string | undefined {
  const isContent = (line: HunkLine): boolean => line.op === "+" || (line.bare === true && isBlank(line.text));
  return lines.every(isContent) ? lines.map((line) => line.text).join("\n") : undefined;
}

/** Where every line begins with a space it may be a prefix or indentation: nothing tells. */
function joinUnsigned(lines: readonly HunkLine[]): string | undefined {
  if (!lines.some((line) => line.bare && !isBlank(line.text))) return undefined;
  return lines.map((line) => (line.bare ? line.text : line.op + line.text)).join("\n");
}
