/**
 * A task's prompt. What stays the same from attempt to attempt comes first, so that a server's prompt cache holds:
 * system, task, files as they were at the start; then what changed since, and the evidence.
 */
import type { Prompt, PromptPurpose } from "../core/prompt.ts";
import type { Task } from "../core/task.ts";
import type { Evidence } from "../core/verdict.ts";
import type { Context, ShownFile } from "./context.ts";
import { dataBlock } from "./data-block.ts";
import { renderStack, type StackFile, type Variables } from "./stack.ts";

export interface PromptParts {
  readonly purpose: PromptPurpose;
  readonly stack: readonly StackFile[];
  readonly variables: Variables;
  readonly task: Task;
  /** Files as they were when the task began. */
  readonly context: Context;
  /** Every path of the project, so that the model knows what there is. */
  readonly paths: readonly string[];
  /** Files that earlier attempts changed, as they are now; text undefined = deleted. */
  readonly changed: readonly { readonly path: string; readonly text: string | undefined }[];
  /** Oldest first; empty before anything failed. */
  readonly evidence: readonly Evidence[];
}

const MAX_PATHS = 300;

export function buildPrompt(parts: PromptParts): Prompt {
  const { task, context, evidence, changed } = parts;
  const sections = [
    `# Task ${task.id}: ${task.title}\n\n${dataBlock("The task, as the person wrote it:", task.body)}`,
    describePaths(parts.paths),
    ...context.files.map((file) => shownFile(file)),
    describeLeftOut(context.leftOut),
    ...changed.map(changedFile),
    ...evidence.map(describeEvidence),
    "Answer with the patch now.\n",
  ];
  return {
    purpose: parts.purpose,
    system: renderStack(parts.stack, parts.variables),
    user: sections.filter((section) => section !== "").join("\n"),
    leftOut: context.leftOut,
  };
}

function describePaths(paths: readonly string[]): string {
  const shown = paths.slice(0, MAX_PATHS);
  const more = paths.length - shown.length;
  const label = more > 0 ? `The project's files (${more} more are not listed):` : "The project's files:";
  return dataBlock(label, shown.join("\n"));
}

const shownFile = ({ path, text }: ShownFile): string => dataBlock(`File ${path}:`, text);

function describeLeftOut(leftOut: readonly string[]): string {
  return leftOut.length === 0 ? "" : `Not shown for lack of room: ${leftOut.join(", ")}\n`;
}

function changedFile({ path, text }: { readonly path: string; readonly text: string | undefined }): string {
  if (text === undefined) return `Your earlier patches deleted ${path}.\n`;
  return dataBlock(`File ${path}, as your earlier patches left it (this is what your next diff must fit):`, text);
}

const HEADLINES: Readonly<Record<Evidence["kind"], string>> = {
  red: "These tests fail now and must pass:",
  "tests failed": "Your last patch was applied. The checks then failed:",
  regressed: "Your last patch was taken back, because it broke what worked before:",
  "not red": "Your last tests were taken back, because they prove nothing yet:",
  "patch rejected": "Your last patch was not applied; nothing of it was written. Why:",
  "no patch": "Your last answer changed nothing:",
  "model failed": "Your last answer did not arrive whole:",
};

const describeEvidence = ({ kind, text }: Evidence): string => dataBlock(HEADLINES[kind], text);
