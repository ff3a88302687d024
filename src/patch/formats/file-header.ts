/** The lines above the hunks of one file: what git, svn, hg and diff write there, in any mixture. */
import { readName, splitGitNames } from "../names.ts";

export interface FileHeader {
  readonly oldName?: string;
  readonly newName?: string;
  /** There was a `---` or `+++` line, so that hunks must follow. */
  readonly hasNames?: true;
  /** That name was /dev/null; an `oldName` or `newName` is then from another line. */
  readonly isFromNothing?: true;
  readonly isToNothing?: true;
  readonly renameFrom?: string;
  readonly renameTo?: string;
  readonly mode?: string;
  readonly isNew?: true;
  readonly isDeleted?: true;
  readonly isBinary?: true;
  readonly isCopy?: true;
  /** The index line names git's blob of an empty file. */
  readonly isEmpty?: true;
}

/** What one kind of line says; the pattern's first group is the value. A kind that comes again begins the next file. */
type Rule = readonly [pattern: RegExp, read: (value: string) => FileHeader];

const EMPTY_BLOB = "e69de29";
const nothing = (): FileHeader => ({});

const RULES: readonly Rule[] = [
  [/^diff --git (.+)$/, readGitLine],
  [/^diff -/, nothing],
  [/^Index: (\S.*)$/, (value) => ({ newName: readName(value) ?? value })],
  [/^={10,}$/, nothing],
  [/^index (\S+)/, (blobs) => (blobs.includes(EMPTY_BLOB) ? { isEmpty: true } : {})],
  [/^(?:dis)?similarity index /, nothing],
  [/^old mode \d+$/, nothing],
  [/^new mode (\d+)$/, (mode) => ({ mode })],
  [/^new file(?: mode (\d+))?$/, (mode) => ({ isNew: true, ...(mode === "" ? {} : { mode }) })],
  [/^deleted file(?: mode \d+)?$/, () => ({ isDeleted: true })],
  [/^rename from (.+)$/, (value) => ({ renameFrom: readName(value) ?? value })],
  [/^rename to (.+)$/, (value) => ({ renameTo: readName(value) ?? value })],
  [/^copy from /, () => ({ isCopy: true })],
  [/^copy to /, () => ({ isCopy: true })],
  [/^GIT binary patch$/, () => ({ isBinary: true })],
  [/^Binary files .* differ$/, () => ({ isBinary: true })],
  [/^--- (\S.*)$/, readOldLine],
  [/^\+\+\+ (\S.*)$/, readNewLine],
];

function readGitLine(rest: string): FileHeader {
  const [oldName, newName] = (splitGitNames(rest) ?? []).map(readName);
  return { ...(oldName === undefined ? {} : { oldName }), ...(newName === undefined ? {} : { newName }) };
}

function readOldLine(value: string): FileHeader {
  const oldName = readName(value);
  return { hasNames: true, ...(oldName === undefined ? { isFromNothing: true } : { oldName }) };
}

function readNewLine(value: string): FileHeader {
  const newName = readName(value);
  return { hasNames: true, ...(newName === undefined ? { isToNothing: true } : { newName }) };
}

/** Reads from line `at` on while the lines are header lines of one file. */
export function readFileHeader(lines: readonly string[], at: number): { header: FileHeader; next: number } {
  let header: FileHeader = {};
  let next = at;
  const seen = new Set<Rule>();
  for (; next < lines.length; next += 1) {
    const line = lines[next] ?? "";
    const rule = RULES.find(([pattern]) => pattern.test(line));
    if (!rule || seen.has(rule) || (header.hasNames && !line.startsWith("+++ "))) break;
    seen.add(rule);
    header = { ...header, ...rule[1](rule[0].exec(line)?.[1] ?? "") };
  }
  return { header, next };
}
