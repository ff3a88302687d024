/**
 * Watches a reply while it grows, so that the model can be stopped as soon as its patch is complete or cannot
 * become valid any more. The text is looked at whenever a line ends a part: then everything before that line is
 * final, is read as if the reply ended there, and is tried on the files.
 */
import type { ReplyWatch } from "../core/model.ts";
import type { ReadFile, RejectKind } from "../core/patch.ts";
import { extractProposal } from "./extract.ts";
import { indexFile } from "./line-index.ts";
import { type PlanOptions, planPatch } from "./plan.ts";
import { stripThinking } from "./think.ts";

type StreamState = ReturnType<ReplyWatch["feed"]>;

interface StreamOptions extends PlanOptions {
  /** The files as they are; each is read and indexed once. */
  readonly readFile: ReadFile;
  /** The model was asked for one code fence: what it says after it is not waited for. */
  readonly isOneFence?: boolean;
}

/** What later text cannot mend. */
const FINAL: ReadonlySet<RejectKind> = new Set<RejectKind>([
  "not found",
  "ambiguous",
  "conflicting hunks",
  "missing file",
  "file exists",
  "outside the root",
  "blocked path",
  "frozen",
  "symlink",
  "binary",
  "not utf-8",
  "too large",
]);

const PART = /^(?:@@|diff --git |\*\*\* \w|>{5,9} ?REPLACE|`{3,}|~{3,})/;
/** A further fence would have come before the model has talked so much after the one with the patch. */
const TALK_AFTER_PATCH = 200;
/** The lines of a file's header directly above a hunk, which belong to what follows. */
const NAMES = /(?:^(?:diff |index |Index: |={10,}|old mode |new mode ).*\n)*^--- \S.*\n\+\+\+ \S.*\n(?![^])/m;
const END = /^(?:\*\*\* End Patch|---PATCH_END---|TASK_COMPLETE|NO_PATCH_AVAILABLE)\s*$/;
/** An indented one may be a line of a diff; it is then not closed here, and nothing is decided. */
const FENCE = /^(`{3,}|~{3,})/;
/** Longer replies are looked at only when they have grown by a tenth, so that the work stays in proportion. */
const LOOKED_AT_ALWAYS = 100_000;
const GROWTH = 1.1;

/** After "complete" or "hopeless" neither state nor text changes. */
export function watchReply(given: StreamOptions): ReplyWatch {
  const options = { ...given, readFile: remember(given.readFile), indexFile: remember(given.indexFile ?? indexFile) };
  const lines: string[] = [];
  let line = "";
  let [length, looked] = [0, 0];
  let state: StreamState = "open";
  /** Of the open fence. */
  let mark: string | undefined;
  /** Characters since the last fence ended; undefined while one is open, before one, and once that was looked at. */
  let talk: number | undefined;

  /** What stands before a part that has just begun belongs to the reply; the part itself does not. */
  const endLine = (): StreamState => {
    const mayLook = length < LOOKED_AT_ALWAYS || length > GROWTH * looked;
    if (PART.test(line) && mayLook) {
      looked = length;
      if (isHopeless(toText(lines), options)) return "hopeless";
    }
    lines.push(line);
    length += line.length + 1;
    return isComplete() ? "complete" : "open";
  };

  const isComplete = (): boolean => {
    if (FENCE.test(line)) {
      mark = fenceAfter(mark, line);
      talk = mark === undefined ? 0 : undefined;
    } else if (talk !== undefined) talk += line.length + 1;
    return END.test(line) ? endsAtMark(lines, mark) : hasTalkedOn(talk);
  };

  /** Looks once after each fence. @param said characters after it */
  const hasTalkedOn = (said: number | undefined): boolean => {
    if (options.isOneFence !== true || said === undefined || said < TALK_AFTER_PATCH) return false;
    talk = undefined;
    return holdsPatch(lines);
  };

  return {
    feed: (chunk) => {
      const [first = "", ...others] = chunk.split("\n");
      line += first;
      for (const other of others) {
        if (state === "open") state = endLine();
        if (state !== "open") break;
        line = other;
      }
      // A paragraph may be one long line.
      if (state === "open" && talk !== undefined && hasTalkedOn(talk + line.length)) state = "complete";
      return state;
    },
    text: () => {
      if (state === "open") return toText(lines) + line;
      return state === "complete" ? toText(lines) : closeParts(withoutOpenNames(toText(lines)));
    },
  };
}

const toText = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");

function remember<T>(compute: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    const value = known.get(key) ?? compute(key);
    known.set(key, value);
    return value;
  };
}

/** The text before a part is read as if the reply ended there, with what is open closed. */
function isHopeless(prefix: string, options: StreamOptions): boolean {
  const answer = stripThinking(withoutOpenNames(prefix));
  if (answer === undefined) return false;
  const proposal = extractProposal(closeParts(answer));
  if (proposal.kind === "malformed") return proposal.cause === "unreadable";
  if (proposal.kind !== "patch") return false;
  const planned = planPatch(proposal.edits, options.readFile, options);
  return !planned.ok && planned.rejects.some((reject) => FINAL.has(reject.kind));
}

const withoutOpenNames = (prefix: string): string => prefix.replace(NAMES, "");

function closeParts(answer: string): string {
  const lines = answer.split("\n");
  const isOpenPatch = lines.findLastIndex((line) => /^\*\*\* (?:Begin Patch|\w+ File:)/.test(line));
  const isClosed = isOpenPatch < 0 || lines.slice(isOpenPatch).some((line) => line.startsWith("*** End Patch"));
  const mark = openFence(lines);
  const end = answer.includes("\r\n") ? "\r\n" : "\n";
  return `${answer}${isClosed ? "" : `*** End Patch${end}`}${mark === undefined ? "" : mark + end}`;
}

/** The marks of the fence that is open at the end. */
function openFence(lines: readonly string[]): string | undefined {
  let mark: string | undefined;
  for (const line of lines) mark = fenceAfter(mark, line);
  return mark;
}

function fenceAfter(mark: string | undefined, line: string): string | undefined {
  const found = FENCE.exec(line)?.[1];
  if (found === undefined) return mark;
  if (mark === undefined) return found;
  return line.trim() === found && found.startsWith(mark) ? undefined : mark;
}

/** An end mark ends a reply unless it is text of a SEARCH block or of a fence; `*** End Patch` may stand in its own. */
function endsAtMark(lines: readonly string[], mark: string | undefined): boolean {
  const isOwn = mark === undefined || lines.at(-1)?.startsWith("*** End Patch") === true;
  return isOwn && !isInBlock(lines) && stripThinking(toText(lines)) !== undefined;
}

/** A patch that came in a fence; an excerpt of present code is none, and a diff may still follow it. */
function holdsPatch(lines: readonly string[]): boolean {
  const proposal = extractProposal(toText(lines));
  return proposal.kind === "patch" && proposal.edits.every((edit) => edit.kind !== "replace");
}

const isInBlock = (lines: readonly string[]): boolean =>
  lines.findLastIndex((line) => /^<{5,9} ?SEARCH/.test(line)) >
  lines.findLastIndex((line) => /^>{5,9} ?REPLACE/.test(line));
