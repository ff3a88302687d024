/** What a reply without a patch says. These words are advice: checks decide. */
import type { Proposal } from "../core/patch.ts";

const COMPLETE =
  /^[\s*`#>-]*(?:<?TASK_COMPLETE\s*\/?>?|LOOP_COMPLETE|\[COMPLETE\]|<ralph>\s*COMPLETE\s*<\/ralph>|<promise>.*<\/promise>)[\s*`.!]*$/im;
const DECLINED = /^[\s*`]*NO_PATCH_AVAILABLE\b[\s*`:.-]*(.*)$/im;
const BLOCKED = /<BLOCKED(?:\s+reason="([^"]*)")?\s*\/?>/i;
const QUESTION_LABEL = /^[\s*`]*QUESTION\s*:\s*(\S.*)$/im;

export function readWords(answer: string): Proposal {
  const blocked = BLOCKED.exec(answer);
  if (blocked) return { kind: "declined", text: blocked[1] ?? "" };
  const declined = DECLINED.exec(answer);
  if (declined) return { kind: "declined", text: (declined[1] ?? "").replace(/[*`\s]+$/, "") || lastLine(answer) };
  if (COMPLETE.test(answer)) return { kind: "complete" };
  const question = readQuestion(answer);
  if (question !== undefined) return { kind: "question", text: question };
  const reason = answer.trim() === "" ? "The reply is empty." : "The reply holds no patch.";
  return { kind: "malformed", cause: "no patch", reason: `${reason} Answer with a diff of the files to change.` };
}

/** Only the last lines count: a question in the middle is rhetoric. */
function readQuestion(answer: string): string | undefined {
  const labelled = QUESTION_LABEL.exec(answer)?.[1];
  if (labelled !== undefined) return labelled;
  const last = lastLine(answer);
  return /[?\uff1f]["'*_)\s]*$/.test(last) ? last : undefined;
}

const lastLine = (answer: string): string =>
  answer
    .trim()
    .split("\n")
    .findLast((line) => !/^\s*(?:NO_PATCH_AVAILABLE|```.*)?\s*$/.test(line))
    ?.trim() ?? "";
