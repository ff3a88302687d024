/** The numbers, strings and truth values of the tests, and which of them stand together. Pure. */

/** What the tests say: literal -> the places that hold it. A place is a line with its neighbours. */
export interface TestWords {
  readonly places: ReadonlyMap<string, ReadonlySet<number>>;
}

const LITERAL =
  /"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\$]|\\.)*)`|(?<![\w$.])(-?\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?)n?(?![\w$])|\b(true|false)\b/gi;

/** Values as one text each, whatever language writes them: `n3`, `sabc`, `btrue`. Numbers within a list in a string too. */
export function literalsIn(text: string): readonly string[] {
  return [...text.matchAll(LITERAL)].flatMap(([, double, single, template, number, truth]) => {
    if (number !== undefined) return [`n${Number(number.replaceAll("_", ""))}`];
    if (truth !== undefined) return [`b${truth.toLowerCase()}`];
    const string = double ?? single ?? template ?? "";
    return /^[[{].*[\]}]$/.test(string) ? literalsIn(string.slice(1, -1)) : [`s${string}`];
  });
}

/** A text that is nothing but literals: a value, a list or a pair of them. */
export const isLiteral = (text: string): boolean => {
  const rest = text
    .replaceAll(LITERAL, "")
    .replaceAll(/\b(?:None|null|nil|undefined|String::from|to_string|to_owned|vec!|Some|Ok|int|string)\b/g, "");
  return rest !== text && /^[\s[\]{}(),:.&!-]*$/.test(rest);
};

/** Values that say little: base cases are made of them. */
const COMMON: ReadonlySet<string> = new Set(["n0", "n1", "n2", "n-1", "s", "btrue", "bfalse"]);
export const isTelling = (literal: string): boolean => !COMMON.has(literal.replace(/^n-0$/, "n0"));

export function wordsOf(testTexts: readonly string[]): TestWords {
  const places = new Map<string, Set<number>>();
  // Far enough apart that the neighbours of one text's last line are not in the next one.
  let line = 0;
  for (const text of testTexts) {
    for (const each of text.split("\n")) {
      line += 1;
      for (const literal of literalsIn(each)) note(places, literal, line);
    }
    line += 3;
  }
  return { places };
}

function note(places: Map<string, Set<number>>, literal: string, line: number): void {
  const known = places.get(literal) ?? new Set();
  for (const near of [line - 1, line, line + 1]) known.add(near);
  places.set(literal, known);
}

/** Whether one place of the tests holds all of them. */
export function standTogether({ places }: TestWords, literals: readonly string[]): boolean {
  const [first, ...others] = literals
    .map((literal) => places.get(literal))
    .sort((a, b) => (a?.size ?? 0) - (b?.size ?? 0));
  return first !== undefined && [...first].some((place) => others.every((other) => other?.has(place) === true));
}
