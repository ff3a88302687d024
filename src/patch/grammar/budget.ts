/** How much of an answer goes to old lines, to new lines and to new files, so that the longest one ends in time. */
import type { Cells } from "./format.ts";
import { PATCH_END, PATCH_START } from "./format.ts";
import type { GrammarFile } from "./window.ts";

/**
 * Hunks of an answer, and as many new files; fewer where their text would be too short. Rules come once for each hunk,
 * and more hunks than this in one answer are rare.
 */
const MOST_PARTS = [3, 2, 1];

/**
 * What a token holds on average over an answer. Tokenizers of code models make three to four bytes of a token of
 * code; a text in other scripts, or a model without training, needs more tokens and may be cut off.
 */
const BYTES_PER_TOKEN = 3;
/** Of an answer, for old lines; the rest is for new ones. */
const QUOTED_SHARE = 1 / 4;
/** Of the new lines, for new files, where there may be any beside changed ones. */
const CREATED_SHARE = 1 / 2;
const FEWEST_CELLS = 4;
/** Every cell has rules of its own. */
const MOST_CELLS = 400;
/** Marks and numbers above and below a hunk; its paths, which may stand there twice, come on top. */
const MARKS = 64;

interface Budget {
  /** Hunks of an answer at most; and new files. */
  readonly mostHunks: number;
  readonly mostCreated: number;
  readonly segmentBytes: number;
  readonly cells: Cells;
}

interface Contents {
  readonly present: readonly GrammarFile[];
  readonly creatable: readonly string[];
  /** Characters of a cell at most. */
  readonly cellSize: number;
}

/** Undefined where an answer with one hunk and one new file of the fewest cells could be longer than `maxTokens`. */
export function shareOut(maxTokens: number, contents: Contents): Budget | undefined {
  for (const parts of MOST_PARTS) {
    const budget = shareAmong(parts, maxTokens * BYTES_PER_TOKEN, contents);
    if (Math.min(budget.cells.inHunk, budget.cells.inNewFile) >= FEWEST_CELLS) return budget;
  }
  return undefined;
}

function shareAmong(parts: number, bytes: number, what: Contents): Budget {
  const hunks = what.present.length === 0 ? 0 : parts;
  const created = Math.min(parts, what.creatable.length);
  const paths = [...what.present.map((file) => file.path), ...what.creatable];
  const heads = (hunks + created) * (MARKS + 2 * Math.max(0, ...paths.map(bytesOf)));
  const room = bytes - PATCH_START.length - PATCH_END.length - heads;
  const quoted = hunks === 0 ? 0 : room * QUOTED_SHARE;
  const forCreated = created === 0 ? 0 : (room - quoted) * (hunks === 0 ? 1 : CREATED_SHARE);
  const cellsOf = (share: number, among: number): number =>
    among === 0 ? FEWEST_CELLS : Math.min(MOST_CELLS, Math.floor(share / among / what.cellSize));
  return {
    mostHunks: hunks,
    mostCreated: created,
    segmentBytes: Math.floor(quoted / 2 / Math.max(1, hunks)),
    cells: { inHunk: cellsOf(room - quoted - forCreated, hunks), inNewFile: cellsOf(forCreated, created) },
  };
}

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;
