/**
 * A task's prompt, made for the room that a model has. What stays the same from attempt to attempt comes first, so
 * that a server's prompt cache holds: rules, task, files as they were at the start, how to answer; then what changed
 * since, and the evidence.
 *
 * What does not fit is left out in this order, and named: paths of the project, files (the least needed first),
 * files that earlier patches changed, the end of the evidence. Rules and task are never cut.
 */
import type { Prompt, PromptPurpose } from "../core/prompt.ts";
import type { Task } from "../core/task.ts";
import type { Evidence } from "../core/verdict.ts";
import { type Context, fitFiles, type ShownFile } from "./context.ts";
import { dataBlock, oneLine } from "./data-block.ts";
import { renderStack, type StackFile, type Variables } from "./stack.ts";

export interface PromptParts {
  readonly purpose: PromptPurpose;
  readonly stack: readonly StackFile[];
  readonly variables: Variables;
  /** How changes are to be written; empty for a role that writes none. */
  readonly editFormat: readonly StackFile[];
  readonly task: Task;
  /** Files as they were when the role began. */
  readonly context: Context;
  /** Every path of the project, so that the model knows what there is. */
  readonly paths: readonly string[];
  /** Files that earlier attempts changed, as they are now; text undefined = deleted. */
  readonly changed: readonly { readonly path: string; readonly text: string | undefined }[];
  /** Oldest first; empty before anything failed. */
  readonly evidence: readonly Evidence[];
}

const MAX_PATHS = 300;
/** Of the room, for the list of paths at most. */
const SHARE_OF_PATHS = 0.1;
/**
 * Of the room, kept free for what comes with later attempts: without it files would have to make way, and the
 * prompt's front would change.
 */
const SHARE_OF_LATER = 0.25;
const LEAST_EVIDENCE = 400;
const ANSWER = { patch: "Answer with the patch now.\n", words: "Answer now.\n" };

/** Undefined where not even rules, task and the beginning of the evidence fit into `maxCharacters`. */
export function buildPrompt(parts: PromptParts, maxCharacters: number): Prompt | undefined {
  const { task, context, purpose } = parts;
  const system = renderStack(parts.stack, parts.variables);
  const title = `# Task ${task.id}: ${task.title}\n\n${dataBlock("The task, as the person wrote it:", task.body)}`;
  const format = renderStack(parts.editFormat, parts.variables);
  const answer = format === "" ? ANSWER.words : ANSWER.patch;
  const rest = maxCharacters - [system, title, format, answer].reduce((sum, text) => sum + text.length + 1, 0);
  const evidence = fitEvidence(parts.evidence, rest);
  if (evidence === undefined) return undefined;

  const changed = fitChanged(parts.changed, rest - evidence.length);
  const later = evidence.length + changed.text.length;
  const room = rest - Math.max(later, Math.floor(maxCharacters * SHARE_OF_LATER));
  const files = fitFiles(context.files.map(withBlock), Math.max(0, room));
  const shown = files.files.map((file) => file.text);
  const roomOfPaths = Math.min(room - shown.join("").length, Math.floor(maxCharacters * SHARE_OF_PATHS));
  const paths = fitPaths(parts.paths, roomOfPaths);

  const leftOut = [...context.withheld, ...files.leftOut];
  const sections = [
    title,
    paths.text,
    ...shown,
    describeLeftOut(leftOut),
    format === "" ? "" : `${format}\n`,
    changed.text,
  ];
  const user = [...sections, evidence, answer].filter((section) => section !== "").join("\n");
  return { purpose, system, user, leftOut: [...leftOut, ...changed.leftOut, ...paths.leftOut] };
}

const withBlock = ({ path, text }: ShownFile): ShownFile => ({ path, text: dataBlock(`File ${path}:`, text) });

function describeLeftOut(leftOut: readonly string[]): string {
  return leftOut.length === 0 ? "" : `Not shown: ${oneLine(leftOut.join(", "))}\n`;
}

interface Part {
  readonly text: string;
  readonly leftOut: readonly string[];
}

function fitPaths(paths: readonly string[], maxCharacters: number): Part {
  let room = maxCharacters - 100;
  const shown = paths.slice(0, MAX_PATHS).filter((path) => {
    room -= path.length + 1;
    return room >= 0;
  });
  const more = paths.length - shown.length;
  const leftOut = more === 0 ? [] : [`${more} of the project's paths`];
  if (shown.length === 0) return { text: "", leftOut };
  const label = more > 0 ? `The project's files (${more} more are not listed):` : "The project's files:";
  return { text: dataBlock(label, shown.join("\n")), leftOut };
}

function fitChanged(changed: PromptParts["changed"], maxCharacters: number): Part {
  const blocks = changed.map(({ path, text }) => ({ path, text: changedFile(path, text) }));
  const { files, leftOut } = fitFiles(blocks, Math.max(0, maxCharacters));
  const note = leftOut.length === 0 ? "" : `Your earlier patches changed these too: ${oneLine(leftOut.join(", "))}\n`;
  return { text: [...files.map((file) => file.text), note].join(""), leftOut };
}

function changedFile(path: string, text: string | undefined): string {
  if (text === undefined) return `Your earlier patches deleted ${oneLine(path)}.\n`;
  return dataBlock(`File ${path}, as your earlier patches left it (this is what your next change must fit):`, text);
}

/** The evidence is bounded where it is made; only a very small context cuts it once more. */
function fitEvidence(evidence: readonly Evidence[], maxCharacters: number): string | undefined {
  const whole = evidence.map(({ kind, text }) => dataBlock(HEADLINES[kind], text)).join("\n");
  if (whole.length <= maxCharacters) return whole;
  if (maxCharacters < LEAST_EVIDENCE) return undefined;
  const each = Math.floor(maxCharacters / evidence.length) - 150;
  return evidence.map(({ kind, text }) => dataBlock(HEADLINES[kind], cutEnd(text, each))).join("\n");
}

const cutEnd = (text: string, limit: number): string =>
  text.length <= limit
    ? text
    : `${text.slice(0, Math.max(0, limit))}\n[… ${text.length - limit} characters do not fit]`;

const HEADLINES: Readonly<Record<Evidence["kind"], string>> = {
  red: "These tests fail now and must pass:",
  "tests failed": "Your last patch was applied. The checks then failed:",
  regressed: "Your last patch was taken back, because it broke what worked before:",
  "not red": "Your last tests were taken back, because they prove nothing yet:",
  "patch rejected": "Your last patch was not applied; nothing of it was written. Why:",
  "no patch": "Your last answer changed nothing:",
  "model failed": "Your last answer did not arrive whole:",
  "not verified": "The checks pass, but somebody who read the change says that it does not do what the task asks for:",
  change: "The change to judge, as a unified diff:",
  suspect: "Lines of it that may serve the tests instead of the task; look at them first:",
};
