/** What a refused hunk tells the model: short, and with the file's true lines at the likeliest place. */
import type { Hunk, Reject } from "../core/patch.ts";
import type { IndexedFile } from "./line-index.ts";
import type { Located } from "./locate.ts";
import { isBlank } from "./text.ts";

/** True lines shown on each side of the line that differs. */
const AROUND = 4;
const LONGEST_LINE = 160;

interface Where {
  readonly path: string;
  /** 1-based. */
  readonly number: number;
}

type Refused = Exclude<Located, { kind: "placed" | "applied" }>;

export function explain(refused: Refused, hunk: Hunk, file: IndexedFile, where: Where): Reject {
  const at = { path: where.path, hunk: where.number };
  if (refused.kind === "ambiguous") return { kind: "ambiguous", ...at, text: explainAmbiguous(refused.places) };
  if (refused.kind === "no anchor") {
    return { kind: "not found", ...at, text: `It only adds lines; show the lines above and below them.` };
  }
  if (refused.kind === "half applied") {
    const text = `Its result stands at line ${refused.at + 1} already, but lines that it deletes are still there.`;
    return { kind: "not found", ...at, text };
  }
  if (refused.kind === "irregular indent") return explainIrregular(where);
  return { kind: "not found", ...at, text: explainNotFound(hunk, file) };
}

export function explainIrregular({ path, number }: Where): Reject {
  const text = `Its indentation differs from the file's in no regular way; copy the lines exactly.`;
  return { kind: "not found", path, hunk: number, text };
}

function explainAmbiguous(places: readonly number[]): string {
  const lines = places.slice(0, 5).map((place) => place + 1);
  const more = places.length > lines.length ? ", …" : "";
  return `Its old lines fit at lines ${lines.join(", ")}${more}; add context lines that stand at one place only.`;
}

function explainNotFound(hunk: Hunk, file: IndexedFile): string {
  const old = hunk.lines.filter((line) => line.op !== "+").map((line) => line.text);
  const guess = likeliestPlace(old, file);
  if (guess === undefined) return `None of its old lines is in the file${stated(hunk, file)}`;
  const { ids, idOf } = file.index("loose");
  const diverging = old.findIndex((line, at) => !isBlank(line) && ids[guess + at] !== idOf(line));
  const wrong = old[Math.max(0, diverging)] ?? "";
  const line = guess + Math.max(0, diverging);
  return `The file does not have this line there: ${clip(wrong.trim())}\n${showLines(file, line)}`;
}

const stated = (hunk: Hunk, file: IndexedFile): string =>
  hunk.oldStart === undefined || hunk.oldStart > file.lines.length
    ? "."
    : ` at or around line ${hunk.oldStart}.\n${showLines(file, hunk.oldStart - 1)}`;

/** The shift between hunk and file on which most of the hunk's lines agree; common lines do not vote. */
function likeliestPlace(old: readonly string[], file: IndexedFile): number | undefined {
  const { find } = file.index("loose");
  const votes = new Map<number, number>();
  old.slice(0, MOST_VOTERS).forEach((line, at) => {
    if (isBlank(line)) return;
    const places = find([line]);
    if (places.length > MOST_CANDIDATES) return;
    for (const place of places) votes.set(place - at, (votes.get(place - at) ?? 0) + 1 / places.length);
  });
  const best = [...votes].toSorted((a, b) => b[1] - a[1] || a[0] - b[0])[0];
  return best === undefined ? undefined : Math.max(0, best[0]);
}

const MOST_VOTERS = 400;
const MOST_CANDIDATES = 20;

function showLines(file: IndexedFile, line: number): string {
  const from = Math.max(0, Math.min(line, file.lines.length - 1) - AROUND);
  const shown = file.lines.slice(from, line + AROUND + 1);
  const width = String(from + shown.length).length;
  const numbered = shown.map((text, at) => `${String(from + at + 1).padStart(width)} | ${clip(text)}`);
  return `The file has:\n${numbered.join("\n")}`;
}

const clip = (text: string): string => (text.length <= LONGEST_LINE ? text : `${text.slice(0, LONGEST_LINE)}…`);
