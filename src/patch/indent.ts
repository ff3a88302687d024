/**
 * Indentation of added lines. Where the old lines matched only up to white space, the pairs (line of the reply,
 * line of the file) show how the reply's indentation differs from the file's; added lines follow only where all
 * pairs agree on one rule.
 */
import { foldTypography, indentOf, isBlank } from "./text.ts";

export interface Pair {
  readonly reply: string;
  readonly file: string;
}

/** Rewrites an added line, or says by undefined that the rule cannot. */
export type Indenter = (line: string) => string | undefined;

export const asIs: Indenter = (line) => line;

/** What the pairs of one hunk say; "none" where they hold no indentation to compare. */
export type IndentRule =
  | { readonly kind: "none" }
  | { readonly kind: "rule"; readonly apply: Indenter; readonly convertsTabs: boolean }
  | { readonly kind: "irregular" };

export function findIndentRule(pairs: readonly Pair[]): IndentRule {
  const filled = pairs.filter((pair) => !isBlank(pair.reply) && !isBlank(pair.file));
  const seen = filled.map(({ reply, file }) => ({ from: foldTypography(indentOf(reply)), to: indentOf(file) }));
  if (seen.every(({ from, to }) => from === "" && to === "")) return { kind: "none" };
  const moved = keep(filled) ?? shift(seen);
  if (moved) return { kind: "rule", apply: moved, convertsTabs: false };
  const converted = tabsToSpaces(seen) ?? spacesToTabs(seen);
  if (converted) return { kind: "rule", apply: converted, convertsTabs: true };
  // Some lines lost or gained white space by themselves; the hunk as a whole has the file's indentation.
  const equal = seen.filter(({ from, to }) => from === to).length;
  return equal * 2 >= seen.length ? { kind: "rule", apply: asIs, convertsTabs: false } : { kind: "irregular" };
}

interface Indents {
  readonly from: string;
  readonly to: string;
}

/** Same indentation. Non-breaking spaces that a reply shows for plain ones become plain. */
function keep(pairs: readonly Pair[]): Indenter | undefined {
  const isSame = pairs.every(({ reply, file }) => foldTypography(indentOf(reply)) === foldTypography(indentOf(file)));
  if (!isSame) return undefined;
  const hasOddSpaces = pairs.some(({ reply, file }) => indentOf(reply) !== indentOf(file));
  if (!hasOddSpaces) return asIs;
  return (line) => foldTypography(indentOf(line)) + line.slice(indentOf(line).length);
}

/** All lines are moved by the same white space, in or out. */
function shift(seen: readonly Indents[]): Indenter | undefined {
  const [first] = seen;
  if (!first) return undefined;
  const isOut = first.to.length < first.from.length;
  const by = isOut ? first.from.slice(0, first.from.length - first.to.length) : first.to.slice(first.from.length);
  const move = (indent: string): string | undefined => {
    if (!isOut) return by + indent;
    return indent.startsWith(by) ? indent.slice(by.length) : undefined;
  };
  const agrees = seen.every(({ from, to }) => move(from) === to);
  return agrees ? onIndent(move) : undefined;
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

/** Spaces per tab, from the first pair that has a tab. */
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
