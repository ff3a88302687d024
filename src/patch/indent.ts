/**
 * Indentation of added lines. Where the old lines matched only up to white space, the pairs (line of the reply,
 * line of the file) show how the reply's indentation differs from the file's; added lines follow only where the
 * pairs agree on one rule.
 */
import { foldTypography, indentOf, isBlank } from "./text.ts";

export interface Pair {
  readonly reply: string;
  readonly file: string;
  readonly isContext: boolean;
  /** Deleted, or next to a change. */
  readonly isNear: boolean;
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
  if (filled.every(({ reply, file }) => indentOf(reply) === "" && indentOf(file) === "")) return { kind: "none" };
  // Farther off a bracket may have been paired with its neighbour, where a line between them was left out.
  const near = filled.filter((pair) => pair.isNear);
  if (near.length === 0) return ruleFor(filled) ?? { kind: "none" };
  return ruleFor(filled) ?? ruleFor(near) ?? { kind: "irregular" };
}

/** White space before a line in the reply and in the file. */
interface Indents {
  readonly from: string;
  readonly to: string;
  readonly isContext: boolean;
}

function ruleFor(pairs: readonly Pair[]): IndentRule | undefined {
  const seen = pairs.map(({ reply, file, isContext }) => ({ from: indentOf(reply), to: indentOf(file), isContext }));
  const plain = seen.map((indents) => ({ ...indents, from: foldTypography(indents.from) }));
  const moved = keep(seen) ?? keepWithLostPrefixes(plain) ?? shift(plain);
  if (moved) return { kind: "rule", apply: moved, convertsTabs: false };
  const converted = tabsToSpaces(plain) ?? spacesToTabs(plain);
  return converted && { kind: "rule", apply: converted, convertsTabs: true };
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
