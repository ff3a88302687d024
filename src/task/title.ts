/** The id and title of a task, from its first heading and its file's name. */
import { type Line, lineFrom, regionAround, type Source, written } from "./lines.ts";
import { toPrintable } from "./words.ts";

export interface TitleLine {
  readonly line: Line;
  readonly title: string;
  readonly id: string | undefined;
  /** `# Task …` or `# T001 - …`, as opposed to any other heading. */
  readonly isTask: boolean;
}

const HEADING = /^ {0,3}(#{1,6})(?:[ \t]+([^]*))?$/;
const WITH_ID = /^(task\s+|tâche\s+)?\[?([a-z]{1,10}[-_]?\d{1,9}[a-z]?)\]?(?:\s*([:—–-])|\s|$)\s*(.*)$/i;
const WITHOUT_ID = /^(?:task|tâche)\s*[:—–-]\s*(.+)$/i;
const ID_IN_NAME = /^([a-z]{1,10}[-_]?\d{1,9}[a-z]?)(?![a-z0-9])/i;

/** The first heading, if it is one of the first level or clearly a task's. */
export function findTitle(source: Source): TitleLine | undefined {
  const { text } = source;
  for (let line = lineFrom(text, 0); line.start < text.length; line = lineFrom(text, line.next)) {
    const heading = HEADING.exec(written(text, line));
    if (heading === null || regionAround(source, line.start) !== undefined) continue;
    const title = readTitle(line, heading[2] ?? "");
    return title.isTask || heading[1] === "#" ? title : undefined;
  }
  return undefined;
}

function readTitle(line: Line, heading: string): TitleLine {
  const text = heading.replace(/[ \t#]+$|\*\*|`/g, "").normalize("NFC");
  const match = WITH_ID.exec(text);
  const id = (match?.[1] ?? match?.[3]) === undefined ? undefined : match?.[2]?.toUpperCase();
  if (id !== undefined) return { line, id, title: copy(toPrintable(match?.[4] || id)), isTask: true };
  const title = WITHOUT_ID.exec(text)?.[1];
  return { line, id, title: copy(toPrintable(title ?? text)), isTask: title !== undefined };
}

/** A part of a string keeps the whole of it, here the file, in memory. */
const copy = (part: string): string => ` ${part}`.slice(1);

/** `T001-docker.md` is T001; `Add login.md` is Add-login. Ids go into branch and file names: only plain characters. */
export function idOfName(name: string): string {
  const id = ID_IN_NAME.exec(name)?.[1];
  if (id !== undefined) return id.toUpperCase();
  const words = name.replace(/\.md$/i, "").replace(/[^A-Za-z0-9]+/g, "-");
  return words.replace(/^-|-$/g, "") || "TASK";
}

/** `T001.md`, `D002-deploy.md`: a task by its name alone. */
export const isTaskName = (name: string): boolean => /^[TD]\d/i.test(name);
