/** The words after `STATUS:` that people and other loops write, and what they mean here. */
import type { TaskStatus } from "../core/task.ts";
import { fold, meanings, toPrintable } from "./words.ts";

export interface StatusValue {
  /** Undefined where nothing is said: an empty value, or a template such as `PENDING | COMPLETE`. */
  readonly status: TaskStatus | undefined;
  readonly reason: string | undefined;
  /** A word that is none of ours. */
  readonly unknownStatus: string | undefined;
}

const MEANING = meanings<TaskStatus>({
  PENDING: ["pending", "todo", "open", "queued", "not started", "a faire"],
  IN_PROGRESS: ["in progress", "progress", "no progress", "en cours"],
  COMPLETE: ["complete", "completed", "done", "termine", "terminee"],
  BLOCKED: ["blocked", "failed", "bloque", "bloquee"],
  AWAITING_APPROVAL: ["awaiting approval"],
});

/** What parts the word from the reason: ` - `, a dash, a colon or a bracket. */
const REASON = /[ \t]+[-–—][ \t]+|[ \t]*:[ \t]+|[ \t]+\(/;

export const isTemplate = (value: string): boolean => value.includes("|");

const NOTHING: StatusValue = { status: undefined, reason: undefined, unknownStatus: undefined };

export function readStatusValue(value: string): StatusValue {
  if (value === "" || isTemplate(value)) return NOTHING;
  const parting = REASON.exec(value);
  const word = parting === null ? value : value.slice(0, parting.index);
  const status = MEANING.get(
    fold(word)
      .replace(/[^a-z]+/g, " ")
      .trim(),
  );
  if (status === undefined) return { ...NOTHING, unknownStatus: value };
  const rest = parting === null ? "" : value.slice(parting.index + parting[0].length);
  const reason = parting?.[0].endsWith("(") ? rest.replace(/\)$/, "") : rest;
  return { status, reason: reason === "" ? undefined : toPrintable(reason), unknownStatus: undefined };
}

export const writeStatusValue = (status: TaskStatus, reason: string | undefined): string =>
  reason === undefined || reason === "" ? status : `${status} - ${reason}`;
