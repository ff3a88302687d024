/** The id and title of a task, from its first heading and its file's name. */
import { isHeadingAt, type LinedText, lineAt } from "./lines.ts";

export interface TitleLine {
  /** 0-based. */
  readonly index: number;
  readonly title: string;
  readonly id?: string;
  /** `# Task …` or `# T001 - …`, as opposed to any other heading. */
  readonly isTask: boolean;
}

const WITH_ID = /^(task\s+|tâche\s+)?\[?([a-z]{1,10}[-_]?\d+[a-z]?)\]?(?:\s*([:—–-])|\s|$)\s*(.*)$/i;
const WITHOUT_ID = /^(?:task|tâche)\s*[:—–-]\s*(.+)$/i;
const ID_IN_NAME = /^([a-z]{1,10}[-_]?\d+[a-z]?)(?![a-z0-9])/i;

/** The first heading, if it is one of the first level or clearly a task's. */
export function findTitle(source: LinedText): TitleLine | undefined {
  for (let index = 0; index < source.lines.length; index++) {
    if (!isHeadingAt(source, index)) continue;
    const heading = lineAt(source, index);
    const title = { index, ...readTitle(heading) };
    return title.isTask || /^ {0,3}#[ \t]/.test(heading) ? title : undefined;
  }
  return undefined;
}

function readTitle(heading: string): Omit<TitleLine, "index"> {
  const text = heading
    .replace(/^ *#+|#+\s*$|\*\*|`/g, "")
    .normalize("NFC")
    .replace(/\s+/g, " ")
    .trim();
  const [, word, id, separator, rest = ""] = WITH_ID.exec(text) ?? [];
  if (id !== undefined && (word ?? separator) !== undefined) {
    return { id: id.toUpperCase(), title: rest.trim() || id.toUpperCase(), isTask: true };
  }
  const title = WITHOUT_ID.exec(text)?.[1];
  return title === undefined ? { title: text, isTask: false } : { title, isTask: true };
}

/** `T001-docker.md` is T001; `Add login.md` is Add-login. Ids go into branch and file names: only plain characters. */
export function idOfName(name: string): string {
  const stem = name.replace(/\.md$/i, "");
  const id = ID_IN_NAME.exec(stem)?.[1];
  return id?.toUpperCase() ?? (stem.replace(/[^A-Za-z0-9]+/g, "-").replace(/^-|-$/g, "") || "TASK");
}

/** `T001.md`, `D002-deploy.md`: a task by its name alone. */
export const isTaskName = (name: string): boolean => /^[TD]\d/i.test(name);
