/**
 * Reads GBNF, the notation of llama.cpp's grammars, as far as ralph writes it: one rule a line; literals, classes,
 * groups, alternatives, `?` and `{m,n}`. Throws where the text is anything else.
 */

export type Gbnf =
  | { readonly kind: "set"; readonly isNegated: boolean; readonly ranges: readonly (readonly [number, number])[] }
  | { readonly kind: "all"; readonly parts: readonly Gbnf[] }
  | { readonly kind: "one"; readonly ways: readonly Gbnf[] }
  | { readonly kind: "rule"; readonly name: string }
  | { readonly kind: "times"; readonly of: Gbnf; readonly min: number; readonly max: number };

export type Grammar = ReadonlyMap<string, Gbnf>;

export function parseGbnf(text: string): Grammar {
  const rules = text.trimEnd().split("\n").map(parseRule);
  const grammar = new Map(rules);
  if (grammar.size < rules.length) throw new Error("A rule is there twice.");
  return grammar;
}

function parseRule(line: string): readonly [string, Gbnf] {
  const [, name = "", body = ""] = /^([a-zA-Z][a-zA-Z0-9-]*) ::=(.*)$/.exec(line) ?? [];
  if (name === "") throw new Error(`No rule: ${line.slice(0, 80)}`);
  const reader = { text: body, at: 0 };
  const parsed = parseWays(reader);
  if (reader.at < body.length) throw new Error(`Rule ${name}: unexpected ${body.slice(reader.at, reader.at + 20)}`);
  return [name, parsed];
}

interface Reader {
  readonly text: string;
  at: number;
}

/** The match of a sticky pattern at the reader's place, which it moves on. */
function take(reader: Reader, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text);
  if (found) reader.at += found[0].length;
  return found ?? undefined;
}

function parseWays(reader: Reader): Gbnf {
  const ways = [parseAll(reader)];
  while (take(reader, / *\|/y)) ways.push(parseAll(reader));
  return ways.length === 1 && ways[0] ? ways[0] : { kind: "one", ways };
}

function parseAll(reader: Reader): Gbnf {
  const parts: Gbnf[] = [];
  for (let part = parsePart(reader); part; part = parsePart(reader)) parts.push(parseTimes(reader, part));
  return { kind: "all", parts };
}

function parseTimes(reader: Reader, of: Gbnf): Gbnf {
  if (take(reader, /\?/y)) return { kind: "times", of, min: 0, max: 1 };
  const found = take(reader, /\{(\d+)(?:,(\d+))?\}/y);
  if (!found) return of;
  return { kind: "times", of, min: Number(found[1]), max: Number(found[2] ?? found[1]) };
}

function parsePart(reader: Reader): Gbnf | undefined {
  take(reader, / */y);
  const name = take(reader, /[a-zA-Z][a-zA-Z0-9-]*/y)?.[0];
  if (name !== undefined) return { kind: "rule", name };
  if (take(reader, /\(/y)) {
    const inside = parseWays(reader);
    if (!take(reader, / *\)/y)) throw new Error("A group is not closed.");
    return inside;
  }
  const quoted = take(reader, /"((?:[^"\\]|\\.)*)"/y)?.[1];
  if (quoted !== undefined) return { kind: "all", parts: codesOf(quoted).map((code) => setOf([[code, code]])) };
  const set = take(reader, /\[(\^?)((?:[^\]\\]|\\.)*)\]/y);
  return set ? setOf(rangesOf(set[2] ?? ""), set[1] === "^") : undefined;
}

const setOf = (ranges: readonly (readonly [number, number])[], isNegated = false): Gbnf => ({
  kind: "set",
  isNegated,
  ranges,
});

const ESCAPE = /\\x([0-9A-F]{2})|\\u([0-9A-F]{4})|\\([ntr"\\])|([^\\])/guy;
const PLAIN: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };

/** Code points of a literal. */
function codesOf(text: string): readonly number[] {
  const codes: number[] = [];
  let length = 0;
  for (const [whole, two, four, short, other] of text.matchAll(ESCAPE)) {
    const hex = two ?? four;
    length += whole.length;
    if (hex !== undefined) codes.push(Number.parseInt(hex, 16));
    else codes.push((other ?? PLAIN[short ?? ""] ?? short ?? "").codePointAt(0) ?? 0);
  }
  if (length < text.length) throw new Error(`Unknown escape: ${text.slice(length, length + 10)}`);
  return codes;
}

function rangesOf(text: string): readonly (readonly [number, number])[] {
  const items = text.match(/\\x[0-9A-F]{2}|\\u[0-9A-F]{4}|\\.|[^\\]/gu) ?? [];
  const ranges: (readonly [number, number])[] = [];
  for (let at = 0; at < items.length; at += 1) {
    const [from = 0] = codesOf(items[at] ?? "");
    const isRange = items[at + 1] === "-" && at + 2 < items.length;
    const [to = from] = isRange ? codesOf(items[at + 2] ?? "") : [from];
    ranges.push([from, to]);
    if (isRange) at += 2;
  }
  return ranges;
}

export const isIn = (code: number, set: Extract<Gbnf, { kind: "set" }>): boolean =>
  set.ranges.some(([from, to]) => code >= from && code <= to) !== set.isNegated;
