/**
 * The `*** Begin Patch` dialect of apply_patch, with the liberties that models take:
 * no first marker, numbered `@@` lines, `---`/`+++` lines inside, a shell here-document around it.
 */
import type { Edit, Hunk } from "../../core/patch.ts";
import { type NamedFile, nameFile, nameNewFile, readName } from "../names.ts";
import { type Format, type Found, type Problem, type Section, truncated } from "./format.ts";
import { isNamePair, readHunkLine } from "./hunk-body.ts";
import { readHunks } from "./hunks.ts";
import { textOfNewFile } from "./new-file.ts";

const FILE = /^\*\*\* (Add|Create|Update|Modify|Delete|Remove) File:\s*(\S.*)$/;
const MOVE = /^\*\*\* (?:Move|Rename)(?: File)? to:\s*(\S.*)$/;
const BEGIN = /^\*\*\* Begin Patch\s*$/;
const END = /^\*\*\* End Patch\s*$/;
const END_OF_FILE = /^\*\*\* End of File\s*$/;

type Part = { readonly edit?: Edit; readonly next: number; readonly problem?: Problem };

function read(section: Section, at: number): Found {
  const edits: Edit[] = [];
  let next = BEGIN.test(section.lines[at] ?? "") ? at + 1 : at;
  for (;;) {
    while (isSkipped(section.lines[next])) next += 1;
    const line = section.lines[next];
    if (line !== undefined && END.test(line)) return { edits, next: next + 1 };
    const file = FILE.exec(line ?? "");
    if (!file) return finish(section, edits, next);
    const part = readFile(section, next, file);
    if (part.problem) return { edits: [], next: part.next, problem: part.problem };
    if (part.edit) edits.push(part.edit);
    next = part.next;
  }
}

const isSkipped = (line: string | undefined): boolean =>
  line !== undefined && (line.trim() === "" || END_OF_FILE.test(line));

/** Without `*** End Patch` only a closed fence tells that nothing is missing. */
function finish(section: Section, edits: readonly Edit[], next: number): Found {
  const isWhole = section.info !== undefined && section.isClosed && next === section.lines.length;
  if (isWhole) return { edits, next };
  return { edits: [], next: Math.max(next, 1), problem: truncated("*** End Patch is missing") };
}

function readFile(section: Section, at: number, file: RegExpExecArray): Part {
  const name = readName(file[2] ?? "");
  if (name === undefined) return { next: at + 1, problem: { cause: "unreadable", reason: "A file has no name." } };
  const verb = file[1] ?? "";
  if (verb === "Add" || verb === "Create") return readAdded(section, at + 1, nameNewFile(name));
  const named = nameFile(undefined, name) ?? { path: name };
  const target = preferGiven(named);
  if (verb === "Delete" || verb === "Remove") {
    const { hunks, next, problem } = readHunks(section, at + 1);
    return problem ? { next, problem } : { edit: { kind: "delete", ...target, hunks }, next };
  }
  return readUpdated(section, at + 1, target);
}

/** The dialect has no prefixes: the name as given is likelier than the name without `a/`. */
function preferGiven(named: NamedFile): NamedFile {
  const given = named.otherPaths?.[0];
  return given === undefined ? named : { path: given, otherPaths: [named.path] };
}

function readAdded(section: Section, at: number, path: string): Part {
  let next = at;
  while (next < section.lines.length && !section.lines[next]?.startsWith("*** ")) next += 1;
  const text = textOfNewFile(section.lines.slice(at, next).map(readHunkLine));
  if (text !== undefined) return { edit: { kind: "create", path, text }, next };
  return { next, problem: { cause: "unreadable", reason: `${path}: every line of a new file begins with +.` } };
}

function readUpdated(section: Section, at: number, file: NamedFile): Part {
  const move = MOVE.exec(section.lines[at] ?? "");
  const renameTo = move ? readName(move[1] ?? "") : undefined;
  let next = move ? at + 1 : at;
  if (isNamePair(section.lines, next)) next += 2;
  const { hunks, next: end, problem } = readHunks(section, next);
  if (problem) return { next: end, problem };
  if (hunks.length === 0 && renameTo === undefined) {
    return { next: end, problem: truncated(`${file.path} has a header and no hunk`) };
  }
  const marked = END_OF_FILE.test(section.lines[end] ?? "") ? markEnd(hunks) : hunks;
  const edit: Edit = { kind: "modify", ...file, hunks: marked, ...(renameTo === undefined ? {} : { renameTo }) };
  return { edit, next: end };
}

const markEnd = (hunks: readonly Hunk[]): readonly Hunk[] =>
  hunks.map((hunk, index) => (index === hunks.length - 1 ? { ...hunk, endsFile: true } : hunk));

export const beginPatch: Format = {
  name: "apply_patch",
  starts: (section, at) => BEGIN.test(section.lines[at] ?? "") || FILE.test(section.lines[at] ?? ""),
  read,
};
