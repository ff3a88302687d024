/**
 * GBNF, llama.cpp's grammar notation (grammars/README.md of ggml-org/llama.cpp): literals, character classes and
 * a book of rules. Rule names here are letters and digits only; older parsers know no others but `-`.
 */

/** Rules that refer to each other in chains of any length: a body is made when its turn comes, never inside another. */
export interface RuleBook {
  /** Returns the name. The first call for a name decides its body. */
  readonly rule: (name: string, makeBody: () => string) => string;
  /** The whole grammar; rules that nothing refers to were never made. */
  readonly print: (root: string) => string;
}

export function openRuleBook(): RuleBook {
  const pending = new Map<string, () => string>();
  const print = (root: string): string => {
    const lines = [`root ::= ${root}`];
    // A map's iterator also yields what is added on the way.
    for (const [name, makeBody] of pending) lines.push(`${name} ::= ${makeBody()}`);
    return `${lines.join("\n")}\n`;
  };
  const rule = (name: string, makeBody: () => string): string => {
    if (!pending.has(name)) pending.set(name, makeBody);
    return name;
  };
  return { rule, print };
}

/** Text without control characters but TAB and newline. */
export function literal(text: string): string {
  const escaped = text.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\t", "\\t");
  return `"${escaped}"`;
}

/** White space inside a line. */
export const SPACES: readonly string[] = [
  ..." \t\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u202F\u205F\u3000",
];

/** Inside a class `]`, `^`, `-` and the backslash have meanings: every character is written by its number. */
const numbered = (characters: readonly string[]): string =>
  characters.map((character) => `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`).join("");

/** A letter in either case. */
const bothCases = (character: string): readonly string[] => [
  ...new Set([character.toLowerCase(), character.toUpperCase()]),
];

export const anyCase = (character: string): string => `[${numbered(bothCases(character))}]`;

/** What no line of an answer may hold: control characters but TAB, line separators of Unicode, byte order marks. */
const UNWRITABLE_CLASS = "\\x00-\\x08\\x0A-\\x1F\\x7F-\\x9F\\u2028\\u2029\\uFEFF";
/** The same, and halves of surrogate pairs, which no encoding of the answer can hold. */
const UNWRITABLE = /[\u2028\u2029\uFEFF]|(?!\t)\p{Cc}|\p{Cs}/u;

export const isWritable = (line: string): boolean => !UNWRITABLE.test(line);

/** Any character of a line but these, in either case. */
export const anyBut = (characters: readonly string[]): string =>
  `[^${UNWRITABLE_CLASS}${numbered(characters.flatMap(bothCases))}]`;

/** `(a | b)`; a lone alternative needs no brackets. */
export const oneOf = (alternatives: readonly string[]): string =>
  alternatives.length === 1 ? (alternatives[0] ?? "") : `(${alternatives.join(" | ")})`;
