/**
 * Grammars for llama.cpp (GBNF) made of the very files of a task: whatever a model answers within one is a patch
 * whose old lines stand in the files, at one place only. What remains to be refused is what the words mean: a patch
 * that changes nothing, or a placeholder in the place of code.
 *
 * An answer names no other files than the given ones, its hunks go from top to bottom, and it ends before
 * `maxTokens` does: an answer that a server cut off all the same lacks its last line, and the reader says so.
 */
import { shareOut } from "./budget.ts";
import { type GrammarFormat, isNameable, isQuotable, PATCH_END, PATCH_START } from "./format.ts";
import { anyBut, literal, openRuleBook, SPACES } from "./rules.ts";
import { searchReplaceGrammar } from "./search-replace.ts";
import { unifiedDiffGrammar } from "./unified-diff.ts";
import { partsOf } from "./walk.ts";
import { type GrammarFile, openWindow, UNNAMEABLE } from "./window.ts";

export interface GrammarRequest {
  readonly format: "search-replace" | "unified-diff";
  /** The present content of files that may be changed, the most important ones first. */
  readonly files: readonly GrammarFile[];
  /** Paths of files that may be created. */
  readonly creatable: readonly string[];
  /** Tokens of an answer at most. */
  readonly maxTokens: number;
  /** The whole answer may be a line `QUESTION: …` instead. */
  readonly mayAsk?: boolean;
}

export type GrammarResult =
  /** `leftOut`: the files that the grammar does not name, each as `path: why`. */
  | { readonly ok: true; readonly grammar: string; readonly leftOut: readonly string[] }
  | { readonly ok: false; readonly reason: string };

const FORMATS: Readonly<Record<GrammarRequest["format"], GrammarFormat>> = {
  "search-replace": searchReplaceGrammar,
  "unified-diff": unifiedDiffGrammar,
};

/** Pure. 500 lines took 0.4 s to 1 s on a busy machine and came to 350 kB (search-replace) or 815 kB (unified-diff). */
export function compileGrammar(request: GrammarRequest): GrammarResult {
  const format = FORMATS[request.format];
  const { present, creatable, leftOut } = sortFiles(request, format);
  const budget = shareOut(request.maxTokens, { present, creatable, cellSize: format.cellSize });
  if (!budget) return { ok: false, reason: `${request.maxTokens} tokens are too few for an answer that ends.` };
  const window = openWindow(present, {
    segmentBytes: budget.segmentBytes,
    isQuotable: (line) => isQuotable(format, line),
    isNameable: (path) => isNameable(format, path),
  });
  const missing = [...window.leftOut, ...leftOut];
  if (window.files.length + creatable.length === 0) return { ok: false, reason: whyNothing(missing) };
  const book = openRuleBook();
  const parts = partsOf({
    book,
    files: window.files,
    creatable,
    format: format.hunkFormat(book, budget.cells),
    mostHunks: budget.mostHunks,
    mostCreated: budget.mostCreated,
  });
  const patch = `${literal(PATCH_START)} ${parts} ${literal(PATCH_END)}`;
  return { ok: true, grammar: book.print(request.mayAsk ? `${patch} | ${QUESTION}` : patch), leftOut: missing };
}

const whyNothing = (leftOut: readonly string[]): string =>
  leftOut.length === 0 ? "There is no file to change or create." : `No file is left. ${leftOut.join("; ")}`;

interface Sorted {
  readonly present: readonly GrammarFile[];
  readonly creatable: readonly string[];
  readonly leftOut: readonly string[];
}

/** An empty file has no lines to quote: it is written like a new one. */
function sortFiles({ files, creatable }: GrammarRequest, format: GrammarFormat): Sorted {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const present = [...byPath.values()].filter((file) => file.text !== "");
  const isWithoutLines = (path: string): boolean => (byPath.get(path)?.text ?? "") === "";
  const wanted = [...new Set([...byPath.keys(), ...creatable])].filter(isWithoutLines);
  return {
    present,
    creatable: wanted.filter((path) => isNameable(format, path)),
    leftOut: wanted.filter((path) => !isNameable(format, path)).map((path) => `${path}: ${UNNAMEABLE}`),
  };
}

/** Longer questions than this say more than they ask. White space would be no question, and `<` begins other marks. */
const QUESTION = `"QUESTION: " ${anyBut([...SPACES, "<"])} ${anyBut(["<"])}{0,300} "\\n"`;
