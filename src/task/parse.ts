/**
 * A task file read whole, with a markdown parser: what the model is told and the judge works by.
 * Id, title, fields and status are those of the line scan, so a task runs as it was listed.
 */
import { RalphError } from "../core/error.ts";
import type { CheckSpec, Task } from "../core/task.ts";
import { readCriterion } from "./criterion.ts";
import { readFileIntent } from "./file-intent.ts";
import { scanTask } from "./scan.ts";
import { allItemsOf, commandsOf, headOf, itemsOf, readSections, type Sections, textOf, wholeOf } from "./sections.ts";
import { withoutStatusBlocks } from "./status-block.ts";
import { isNone } from "./words.ts";

/** @throws RalphError TASK_UNREADABLE with the line, what was expected there and what was found */
export function parseTask(text: string, path: string): Task {
  const scan = scanTask(text, path);
  if (scan.kind === "problem") throw new RalphError("TASK_UNREADABLE", scan.problem);
  if (scan.kind === "no task") throw new RalphError("TASK_UNREADABLE", { path, line: 1, ...NO_TASK });

  // Blank lines in the place of the block, so that line numbers stay.
  const markdown = withoutStatusBlocks(text, (block) => block.replace(/[^\n]+/g, ""));
  const sections = readSections(markdown);
  return {
    ...scan.task,
    body: withoutStatusBlocks(text).replace(/^\uFEFF/, ""),
    criteria: allItemsOf(sections.criteria).map((item) => readCriterion(headOf(markdown, item), item.checked === true)),
    actions: itemsOf(sections.actions).map((item) => wholeOf(markdown, item)),
    files: allItemsOf(sections.files).flatMap((item) => readFileIntent(headOf(markdown, item)) ?? []),
    checks: readChecks(markdown, sections, path),
    notes: textOf(markdown, sections.notes),
  };
}

const NO_TASK = {
  expected: "a title such as `# Task T001: What to do`",
  found: "a document without that and without a status block",
};

/** A section that names checks in words only is refused: they would be left out, and the task judged by less. */
function readChecks(markdown: string, { checks }: Sections, path: string): readonly CheckSpec[] {
  const commands = commandsOf(checks);
  const found = textOf(markdown, checks).trim();
  if (commands.length === 0 && !isNone(found)) {
    const line = checks[0]?.position?.start.line ?? 1;
    const expected = "commands in backticks, or in a code block, one a line";
    throw new RalphError("TASK_UNREADABLE", { path, line, expected, found: found.replace(/\r?\n[^]*/, "") });
  }
  return commands.map((command) => ({ name: command, command }));
}
