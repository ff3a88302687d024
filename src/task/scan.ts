/**
 * A task file at a glance: id, title, fields and status by a scan of its lines, without a markdown parse.
 * Fast enough for thousands of files (measured by `npm run bench -- queue`); what runs is parsed by parse.ts.
 */
import type { TaskProblem, TaskSummary } from "../core/task.ts";
import { type FieldsFound, readFields } from "./fields.ts";
import { lineAround, lineNumber, sourceOf, written } from "./lines.ts";
import { readStatusBlock, type StatusBlock } from "./status-block.ts";
import { LISTED_KEYS } from "./status-line.ts";
import { findTitle, idOfName, isTaskName, type TitleLine } from "./title.ts";
import { toPrintable } from "./words.ts";
import { wsjfOf } from "./wsjf.ts";

export type TaskScan =
  | {
      readonly kind: "task";
      readonly task: TaskSummary;
      /** 1-based, of the title and of what the task depends on. */
      readonly lines: { readonly title: number; readonly dependsOn: number };
      readonly warnings: readonly TaskProblem[];
    }
  /** Meant as a task, as its name, title or status block shows, but not readable as one. */
  | { readonly kind: "problem"; readonly id: string; readonly problem: TaskProblem }
  | { readonly kind: "no task" };

type Trouble = Omit<TaskProblem, "path">;

/** @param path of the file; its name tells the id where the title does not */
export function scanTask(text: string, path: string): TaskScan {
  const name = nameOf(path);
  if (/^readme\b/i.test(name)) return { kind: "no task" };
  const source = sourceOf(text);
  const title = findTitle(source);
  const block = readStatusBlock(text, source, LISTED_KEYS);
  // A fence that shows a block is found in documents about task files, too.
  const isTask = isTaskName(name) || title?.isTask === true || block?.isFenced === false;
  if (!isTask) return { kind: "no task" };

  const id = title?.id ?? idOfName(name);
  const trouble = nulByte(text) ?? unknownStatus(text, block);
  if (title === undefined || trouble !== undefined) {
    return { kind: "problem", id, problem: problemOf(path, trouble ?? noTitle(text)) };
  }
  return summarise(readFields(source, title.line.next, block?.fields), { id, name, text, title, path, block });
}

interface Read {
  readonly id: string;
  readonly name: string;
  readonly text: string;
  readonly title: TitleLine;
  readonly path: string;
  readonly block: StatusBlock | undefined;
}

function summarise(
  { fields, dependsOnAt, warnings }: FieldsFound,
  { id, name, text, title, path, block }: Read,
): TaskScan {
  const { priority = "P2", tier, complexity } = fields;
  // Object spreads cost more here than all the scanning: 1 µs each, for thousands of files.
  const task: { -readonly [K in keyof TaskSummary]: TaskSummary[K] } = {
    id,
    title: title.title,
    queue: fields.queue ?? (/^D[-_]?\d/.test(id) ? "deploy" : "tdd"),
    priority,
    wsjf: wsjfOf(priority, fields),
    dependsOn: fields.dependsOn ?? [],
    status: block?.status ?? "PENDING",
    path,
  };
  if (tier !== undefined) task.tier = tier;
  if (complexity !== undefined) task.complexity = complexity;
  if (fields.tdd !== undefined) task.tdd = fields.tdd;
  if (fields.scope !== undefined) task.scope = fields.scope;
  if (block?.reason !== undefined) task.statusReason = block.reason;
  const lines = {
    title: lineNumber(text, title.line.start),
    dependsOn: lineNumber(text, dependsOnAt ?? title.line.start),
  };
  const troubles = otherIdInName(title, name, lines.title).concat(warnings, block?.warnings ?? []);
  return { kind: "task", task, lines, warnings: troubles.map((trouble) => problemOf(path, trouble)) };
}

const problemOf = (path: string, { line, expected, found }: Trouble): TaskProblem => ({
  path,
  line,
  expected,
  found: toPrintable(found).slice(0, 80),
});

function nulByte(text: string): Trouble | undefined {
  const at = text.indexOf("\0");
  if (at === -1) return undefined;
  const found = "a NUL byte (a binary file, UTF-16, or one torn by a crash)";
  return { line: lineNumber(text, at), expected: "UTF-8 text", found };
}

/** A task that a person put aside in words of their own must not run. */
function unknownStatus(text: string, block: StatusBlock | undefined): Trouble | undefined {
  if (block?.unknownStatus === undefined) return undefined;
  const expected = "STATUS: PENDING, IN_PROGRESS, COMPLETE, BLOCKED or AWAITING_APPROVAL";
  return { line: lineNumber(text, block.offset), expected, found: block.unknownStatus };
}

function noTitle(text: string): Trouble {
  const expected = "a title such as `# Task T001: What to do`";
  const ink = text.search(/[^\s\uFEFF]/);
  if (ink === -1) return { line: 1, expected, found: "an empty file" };
  return { line: lineNumber(text, ink), expected, found: written(text, lineAround(text, ink)).trim() };
}

function otherIdInName({ id }: TitleLine, name: string, line: number): Trouble[] {
  const named = isTaskName(name) ? idOfName(name) : undefined;
  if (id === undefined || named === undefined || id === named) return [];
  return [{ line, expected: `${named}, as in the file's name`, found: id }];
}

const nameOf = (path: string): string => path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
