/** Random files, random edits of them, and what a model that cannot count does to the diff between the two. */
import { formatPatch, structuredPatch } from "diff";
import * as fc from "fast-check";
import type { FileChange, FileState, PlanResult } from "../../src/core/patch.ts";
import { extractProposal } from "../../src/patch/extract.ts";
import { planPatch } from "../../src/patch/plan.ts";

export interface Tree {
  readonly [path: string]: string;
}

export const readTree =
  (tree: Tree) =>
  (path: string): FileState =>
    Object.hasOwn(tree, path) ? { kind: "text", text: tree[path] ?? "", mode: "100644" } : { kind: "missing" };

export function planReply(reply: string, tree: Tree): PlanResult {
  const proposal = extractProposal(reply);
  if (proposal.kind !== "patch") return { ok: false, rejects: [{ kind: "malformed", text: "" }], placements: [] };
  return planPatch(proposal.edits, readTree(tree), { root: "/project", listFiles: () => Object.keys(tree) });
}

export const contentsAfter = (changes: readonly FileChange[]): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(changes.map(({ path, after }) => [path, after?.text]));

export interface Pair {
  readonly before: string;
  readonly after: string;
  readonly eol: string;
}

interface Style {
  readonly eol: string;
  readonly bom: string;
  readonly endsBefore: boolean;
  readonly endsAfter: boolean;
}

const style: fc.Arbitrary<Style> = fc.record({
  eol: fc.constantFrom("\n", "\r\n"),
  bom: fc.constantFrom("", "\uFEFF"),
  endsBefore: fc.boolean(),
  endsAfter: fc.boolean(),
});

function join(lines: readonly string[], { eol, bom }: Style, endsLine: boolean): string {
  const body = lines.join(eol) + (endsLine && lines.length > 0 ? eol : "");
  return body === "" ? "" : bom + body;
}

/** For every line of the old file: keep it, delete it, and how many lines go above it. */
const steps = fc.array(
  fc.record({
    word: fc.nat(),
    isKept: fc.oneof({ weight: 6, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    added: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }) }),
  }),
  { minLength: 1, maxLength: 60 },
);

/** A file and its edited form, made of the lines that `name` gives for a number and a word. */
function pairOf(name: (at: number, word: number, isNew: boolean) => string): fc.Arbitrary<Pair> {
  return fc
    .tuple(steps, style)
    .map(([plan, look]) => {
      const old = plan.map(({ word }, at) => name(at, word, false));
      const next = plan.flatMap(({ word, isKept, added }, at) => [
        ...Array.from({ length: added }, (_, more) => name(at * 4 + more, word + more, true)),
        ...(isKept ? [old[at] ?? ""] : []),
      ]);
      return { before: join(old, look, look.endsBefore), after: join(next, look, look.endsAfter), eol: look.eol };
    })
    .filter(({ before, after, eol }) => before !== "" && before !== after && (eol === "\n" || before.includes(eol)));
}

const WORDS = ["alpha", "bravo", "carbon", "delta", "ember", "fjord"];
const spell = (at: number): string => [...String(at)].map((digit) => "abcdefghij"[Number(digit)]).join("");
const wordOf = (word: number): string => WORDS[word % WORDS.length] ?? "";
const indentOf = (word: number): string => "  ".repeat(word % 4);

/** No two lines are alike, so that every place can be told from every other. */
export const plainPair = pairOf(
  (at, word, isNew) => `${indentOf(word)}${isNew ? "fresh" : "value"} ${spell(at)} = ${wordOf(word)}();`,
);

const HOSTILE = [
  "-- ",
  "++ ",
  "@@ -1,2 +1,2 @@ ",
  "diff --git a/x b/x ",
  "```",
  "\\ No ",
  "<<<<<<< SEARCH ",
  " \t",
  "=======",
  "*** Begin Patch ",
];

/** Unique lines that begin like the marks of patch formats. */
export const hostilePair = pairOf(
  (at, word, isNew) => `${HOSTILE[word % HOSTILE.length] ?? ""}${isNew ? "fresh" : "value"} ${spell(at)}`,
);

const COMMON = ["", "}", "  return x;", "\tend", "  });", "value"];

/** Lines that come again and again; the same hunk may fit at several places. */
export const repeatedPair = pairOf((_, word) => COMMON[word % COMMON.length] ?? "");

/** Any text at all, so that nothing depends on what lines usually look like. */
export const randomPair = pairOf((_, word) => LINES[word % LINES.length] ?? "");

const LINES = fc
  .sample(fc.string({ unit: "binary", maxLength: 12 }), { numRuns: 500, seed: 7 })
  .map((line) => line.replaceAll(/[\r\n\0\uFEFF]/gu, ""))
  .filter((line) => Buffer.from(line).toString() === line);

/** As a model writes it, which sees neither byte order marks nor how lines end. */
export function diffOf({ before, after }: Pair, path = "src/a.ts"): string {
  const [old, next] = [before, after].map((text) => text.replace("\uFEFF", "").replaceAll("\r\n", "\n"));
  return formatPatch(structuredPatch(`a/${path}`, `b/${path}`, old ?? "", next ?? "", "", "", { context: 3 }));
}

export const hasPlainBytes = ({ before, eol }: Pair): boolean => eol === "\n" && !before.startsWith("\uFEFF");

/** `spot` picks the line or hunk that the mistake is made at. */
export type Mutation = (diff: string, spot: number) => string;

const mapLines = (
  diff: string,
  change: (line: string, at: number, all: readonly string[]) => readonly string[],
): string => diff.split("\n").flatMap(change).join("\n");

const HEADER = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

const onHeaders = (diff: string, write: (numbers: readonly number[]) => string): string =>
  mapLines(diff, (line) => {
    const found = HEADER.exec(line);
    return found ? [write(found.slice(1).map((number) => Number(number ?? 1)))] : [line];
  });

/** A line that is one side's anchor of an insertion says where the insertion goes: without it nothing does. */
function isAnchor(at: number, all: readonly string[]): boolean {
  const isAddition = (step: 1 | -1): boolean => {
    let seen = at + step;
    let added = 0;
    for (; all[seen]?.startsWith("+") || all[seen]?.startsWith("\\"); seen += step) added += 1;
    return added > 0 && !all[seen]?.startsWith("-");
  };
  return isAddition(1) || isAddition(-1);
}

/** The `spot`th of the context lines that anchor no insertion is rewritten. */
function onContext(diff: string, spot: number, rewrite: (line: string) => readonly string[]): string {
  const all = diff.split("\n");
  const lines = all.flatMap((line, at) => (line.startsWith(" ") && !isAnchor(at, all) ? [at] : []));
  const chosen = lines[spot % Math.max(1, lines.length)];
  return all.flatMap((line, at) => (at === chosen ? rewrite(line) : [line])).join("\n");
}

/** What each leaves is still a diff of the same intention. */
export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  "wrong line numbers": (diff, spot) =>
    onHeaders(diff, ([a = 0, b, c = 0, d]) => `@@ -${a + (spot % 50)},${b} +${c + (spot % 50)},${d} @@`),
  "wrong counts": (diff, spot) =>
    onHeaders(diff, ([a, b = 0, c, d = 0]) => `@@ -${a},${b + (spot % 4)} +${c},${Math.max(0, d - (spot % 3))} @@`),
  "bare headers": (diff) => onHeaders(diff, () => "@@"),
  "a context line left out": (diff, spot) => onContext(diff, spot, () => []),
  "a context line altered": (diff, spot) => onContext(diff, spot, (line) => [line.replace(/(\w)(\W*)$/, "$1qx$2")]),
  "a context line without its space": (diff, spot) => onContext(diff, spot, (line) => [line.slice(1)]),
  "white space at line ends": (diff, spot) =>
    mapLines(diff, (line, at) => [/^[ -](?!-- )/.test(line) && (at + spot) % 3 === 0 ? `${line}  ` : line]),
  "prose and a fence": (diff) => `Here is the change.\n\n\`\`\`diff\n${diff}\n\`\`\`\n\nIt does what you asked for.\n`,
  "prose without a fence": (diff) => `Here is the change:\n\n${diff}\n\nIt does what you asked for.\n`,
  "no prefixes": (diff) => diff.replace("--- a/", "--- ").replace("+++ b/", "+++ "),
};
