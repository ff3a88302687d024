/** What a reply without a patch says. These words are advice: checks decide. */
import type { Proposal } from "../core/patch.ts";

const COMPLETE =
  /^[*`#> -]*(?:<?TASK_COMPLETE\s*\/?>?|LOOP_COMPLETE|\[COMPLETE\]|<ralph>\s*COMPLETE\s*<\/ralph>|<promise>.*<\/promise>)[*`.! ]*$/i;
const DECLINED = /^[*` ]*NO_PATCH_AVAILABLE\b[*`:. -]*(.*)$/i;
const BLOCKED = /<BLOCKED(?:\s+reason="([^"]*)")?\s*\/?>/i;
const LABELLED_QUESTION = /^[*` ]*QUESTION\s*:\s*(\S.*)$/i;
const ENDS_IN_QUESTION = /[?\uff1f]["'*_) ]*$/;

export function readWords(answer: string): Proposal {
  const lines = answer
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const declined = firstMatch(lines, BLOCKED) ?? firstMatch(lines, DECLINED);
  if (declined) return { kind: "declined", text: (declined[1] ?? "").replace(/[*`]+$/, "") || whyDeclined(lines) };
  if (lines.some((line) => COMPLETE.test(line))) return { kind: "complete" };
  const question =
    firstMatch(lines, LABELLED_QUESTION)?.[1] ?? lines.slice(-1).find((line) => ENDS_IN_QUESTION.test(line));
  if (question !== undefined) return { kind: "question", text: question };
  const reason = lines.length === 0 ? "The reply is empty." : "The reply holds no patch.";
  return { kind: "malformed", cause: "no patch", reason: `${reason} Answer with a diff of the files to change.` };
}

function firstMatch(lines: readonly string[], pattern: RegExp): RegExpExecArray | undefined {
  for (const line of lines) {
    const match = pattern.exec(line);
    if (match) return match;
  }
  return undefined;
}

/** The last line that is neither the marker nor a fence. */
const whyDeclined = (lines: readonly string[]): string =>
  lines.findLast((line) => !/^(?:[*` ]*NO_PATCH_AVAILABLE|```)/i.test(line)) ?? "";
