/**
 * Indentation of added lines. Where the old lines matched only up to white space, the pairs (line of the reply,
 * line of the file) show how the reply's indentation differs from the file's; added lines follow only where the
 * pairs agree on one rule.
 */
import type { HunkLine } from "../core/patch.ts";
import { foldTypography, indentOf, isBlank, weigh } from "./text.ts";

/** An old line of the hunk and the line of the file that it stands for. */
export interface Pair {
  readonly line: HunkLine;
  readonly file: string;
}

/** Rewrites an added line, or says by undefined that the rule cannot. */
export type Indenter = (line: string) => string | undefined;

export const asIs: Indenter = (line) => line;

/** "none": the pairs hold no indentation to compare. */
export type IndentRule =
  | { readonly kind: "none" }
  | { readonly kind: "rule"; readonly apply: Indenter; readonly convertsTabs: boolean };

/** Undefined where the pairs follow no rule. */
export function findIndentRule(pairs: readonly Pair[]): IndentRule | undefined {
  const filled = pairs.filter(({ line, file }) => !isBlank(line.text) && !isBlank(file));
  const seen = filled.map(({ line, file }) => ({
    from: indentOf(line.text),
    to: indentOf(file),
    isContext: line.op === " ",
  }));
  if (seen.every(({ from, to }) => from === "" && to === "")) return { kind: "none" };
  const plain = seen.map((indents) => ({ ...indents, from: foldTypography(indents.from) }));
  const moved = keep(seen) ?? keepWithLostPrefixes(plain) ?? shift(plain);
  if (moved) return { kind: "rule", apply: moved, convertsTabs: false };
  const converted = tabsToSpaces(plain) ?? spacesToTabs(plain);
  return converted && { kind: "rule", apply: converted, convertsTabs: true };
}

/** Does the rule hold for a context line too? `candidates` are the file's lines that it can be; brackets prove nothing. */
export function isIndentedBy(rule: IndentRule, line: HunkLine, candidates: readonly string[]): boolean {
  if (candidates.length === 0 || weigh([line.text]) < LEAST_TELLING_WEIGHT) return true;
  const moved = rule.kind === "rule" ? rule.apply(line.text) : line.text;
  const indent = moved === undefined ? undefined : foldTypography(indentOf(moved));
  return candidates.some((candidate) => [indent, ` ${indent}`].includes(foldTypography(indentOf(candidate))));
}

const LEAST_TELLING_WEIGHT = 4;

/** White space before a line in the reply and in the file. */
interface Indents {
  readonly from: string;
  readonly to: string;
  readonly isContext: boolean;
}

/** Same indentation. Non-breaking spaces that a reply shows for plain ones become plain. */
function keep(seen: readonly Indents[]): Indenter | undefined {
  if (seen.every(({ from, to }) => from === to)) return asIs;
  const isSame = seen.every(({ from, to }) => foldTypography(from) === foldTypography(to));
  return isSame ? onIndent((indent) => indent) : undefined;
}

/** Context that seems to be indented by one space less lost its prefix; that says nothing about added lines. */
function keepWithLostPrefixes(seen: readonly Indents[]): Indenter | undefined {
  const isKept = seen.every(({ from, to, isContext }) => from === to || (isContext && ` ${from}` === to));
  return isKept ? asIs : undefined;
}

/** All lines are moved by the same white space, in or out. */
function shift(seen: readonly Indents[]): Indenter | undefined {
  const [first] = seen;
  if (!first) return undefined;
  const isLess = first.to.length < first.from.length;
  const by = isLess ? first.from.slice(0, first.from.length - first.to.length) : first.to.slice(first.from.length);
  const move = (indent: string): string | undefined => {
    if (!isLess) return by + indent;
    return indent.startsWith(by) ? indent.slice(by.length) : undefined;
  };
  return seen.every(({ from, to }) => move(from) === to) ? onIndent(move) : undefined;
}

function tabsToSpaces(seen: readonly Indents[]): Indenter | undefined {
  const unit = findUnit(seen.map(({ from, to }) => ({ tabs: from, spaces: to })));
  if (unit === undefined) return undefined;
  const expand = (indent: string): string => indent.replaceAll("\t", " ".repeat(unit));
  return seen.every(({ from, to }) => expand(from) === to) ? onIndent(expand) : undefined;
}

function spacesToTabs(seen: readonly Indents[]): Indenter | undefined {
  const unit = findUnit(seen.map(({ from, to }) => ({ tabs: to, spaces: from })));
  if (unit === undefined) return undefined;
  const fold = (indent: string): string => {
    const width = indent.replaceAll("\t", " ".repeat(unit)).length;
    return "\t".repeat(Math.floor(width / unit)) + " ".repeat(width % unit);
  };
  return seen.every(({ from, to }) => fold(from) === to) ? onIndent(fold) : undefined;
}

/** Spaces per tab, from the first pair that has tabs on one side only. */
function findUnit(pairs: readonly { readonly tabs: string; readonly spaces: string }[]): number | undefined {
  const pair = pairs.find(({ tabs, spaces }) => tabs.includes("\t") && !spaces.includes("\t"));
  const parts = /^(\t+)( *)$/.exec(pair?.tabs ?? "");
  if (!pair || !parts) return undefined;
  const unit = (pair.spaces.length - (parts[2] ?? "").length) / (parts[1] ?? "").length;
  return Number.isInteger(unit) && unit > 0 ? unit : undefined;
}

function onIndent(change: (indent: string) => string | undefined): Indenter {
  return (line) => {
    if (isBlank(line)) return line;
    const indent = indentOf(line);
    const changed = change(foldTypography(indent));
    return changed === undefined ? undefined : changed + line.slice(indent.length);
  };
}
