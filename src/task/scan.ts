/**
 * A task file at a glance: id, title, fields and status by a scan of its lines, without a markdown parse.
 * Fast enough for thousands of files (measured by `npm run bench -- queue`); what runs is parsed by parse.ts.
 */
import type { QueueName, TaskProblem, TaskSummary } from "../core/task.ts";
import { type Fields, type FieldsFound, readField, readFields } from "./fields.ts";
import { isBlankAt, type LinedText, lineAt, readLines } from "./lines.ts";
import { readStatusBlock, type StatusBlock } from "./status-block.ts";
import { findTitle, idOfName, isTaskName, type TitleLine } from "./title.ts";
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
  const source = readLines(text);
  const title = findTitle(source);
  const block = readStatusBlock(text, source);
  // A fence that shows a block is found in documents about task files, too.
  const isTask = isTaskName(name) || title?.isTask === true || block?.isFenced === false;
  if (!isTask) return { kind: "no task" };

  const id = title?.id ?? idOfName(name);
  const trouble = nulByte(source) ?? unknownStatus(block);
  if (title === undefined || trouble !== undefined) {
    return { kind: "problem", id, problem: { path, ...(trouble ?? noTitle(source)) } };
  }
  return summarise(readFields(source, title.index + 1), { id, title, path, block });
}

interface Read {
  readonly id: string;
  readonly title: TitleLine;
  readonly path: string;
  readonly block: StatusBlock | undefined;
}

function summarise(found: FieldsFound, { id, title, path, block }: Read): TaskScan {
  const fields = { ...fieldsOfBlock(block), ...found.fields };
  const { priority = "P2", complexity, tier } = fields;
  const task: TaskSummary = {
    id,
    title: title.title,
    queue: fields.queue ?? queueOf(id),
    priority,
    wsjf: wsjfOf(priority, fields),
    dependsOn: fields.dependsOn ?? [],
    ...(tier === undefined ? {} : { tier }),
    ...(complexity === undefined ? {} : { complexity }),
    status: block?.status ?? "PENDING",
    ...(block?.reason === undefined ? {} : { statusReason: block.reason }),
    path,
  };
  const troubles = [...otherIdInName(title, path), ...found.warnings, ...(block?.warnings ?? [])];
  const lines = { title: title.index + 1, dependsOn: (found.lines.dependsOn ?? title.index) + 1 };
  return { kind: "task", task, lines, warnings: troubles.map((trouble) => ({ path, ...trouble })) };
}

/** Some loops keep these in the status block. */
function fieldsOfBlock(block: StatusBlock | undefined): Fields {
  const { COMPLEXITY = "", MODEL_TIER = "", WSJF = "" } = block?.fields ?? {};
  const complexity = readField("complexity", COMPLEXITY);
  const tier = readField("tier", MODEL_TIER);
  const wsjf = readField("wsjf", WSJF);
  return {
    ...(complexity === undefined ? {} : { complexity }),
    ...(tier === undefined ? {} : { tier }),
    ...(wsjf === undefined ? {} : { wsjf }),
  };
}

const queueOf = (id: string): QueueName => (/^D[-_]?\d/.test(id) ? "deploy" : "tdd");

function nulByte({ text, lines }: LinedText): Trouble | undefined {
  const at = text.indexOf("\0");
  if (at === -1) return undefined;
  const line = lines.findIndex(({ next }) => next > at) + 1;
  return { line, expected: "UTF-8 text", found: "a NUL byte (a binary file, UTF-16, or one torn by a crash)" };
}

/** A task that a person put aside in words of their own must not run. */
function unknownStatus(block: StatusBlock | undefined): Trouble | undefined {
  if (block?.unknownStatus === undefined) return undefined;
  const expected = "STATUS: PENDING, IN_PROGRESS, COMPLETE, BLOCKED or AWAITING_APPROVAL";
  return { line: block.line, expected, found: block.unknownStatus };
}

function noTitle(source: LinedText): Trouble {
  const index = source.lines.findIndex((_, each) => !isBlankAt(source, each));
  const found = index === -1 ? "an empty file" : lineAt(source, index).trim().slice(0, 80);
  return { line: Math.max(index, 0) + 1, expected: "a title such as `# Task T001: What to do`", found };
}

function otherIdInName({ id, index }: TitleLine, path: string): readonly Trouble[] {
  const named = idOfName(nameOf(path));
  if (id === undefined || id === named || !isTaskName(named)) return [];
  return [{ line: index + 1, expected: `${named}, as in the file's name`, found: id }];
}

const nameOf = (path: string): string => path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
