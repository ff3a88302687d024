/** The assertions of a file, with what each is about and how much it proves. Pure, by the looks of the code. */
import { partsOf, type Source, statementEnd, wording } from "../source/scan.ts";
import type { Family, Span } from "../source/tokens.ts";
import { isConditional, type Strength, strengthOf, strengthOfCondition, toleranceOf } from "./strength.ts";
import { ASSERTIONS } from "./words.ts";

export interface Assertion {
  readonly at: number;
  /** What is judged, without layout: two assertions with one subject are about the same thing. */
  readonly subject: string;
  readonly strength: Strength;
  /** It holds whatever the product does. */
  readonly isConstant: boolean;
  readonly tolerance?: number;
}

export const assertionsOf = (source: Source): readonly Assertion[] =>
  [...source.code.matchAll(ASSERTIONS[source.family])].flatMap((found) => {
    const end = found.index + found[0].length;
    const read = found[0].endsWith("(") ? readCall : READERS_OF_WORDS[source.family];
    return read(source, { start: found.index, end }) ?? [];
  });

function readCall(source: Source, { start, end }: Span): Assertion | undefined {
  const { code, partners, family } = source;
  const open = end - 1;
  const name = code.slice(start, open).replace(/<[^]*/, "").trim();
  if (/(?:^|\.)(?:expect|assert)\.(?:assertions|hasAssertions|extend|fail|addSnapshotSerializer)$/.test(name))
    return undefined;
  const words = name.split(/[.!]/).filter((word) => word !== "" && !/^(?:self|t|tt|chai|sinon|pytest|s)$/.test(word));
  const parts = partsOf(source, open).filter(
    (part) => !/^\s*(?:t|s\.T\(\))\s*$/.test(code.slice(part.start, part.end)),
  );
  if (family === "go" && /^(?:t|b|f|tb|s\.T\(\))\.(?:Error|Fatal|Fail)/.test(name)) return readGoFailure(source, start);
  const chain = /^(?:chai\.)?expect(?:\.soft|\.poll)?$/.test(name)
    ? chainAfter(source, partners.get(open) ?? open)
    : [];
  if (family === "js" && /^(?:chai\.)?expect/.test(name) && chain.length > 0)
    return readExpectation(source, start, { parts, chain });
  return readComparison(source, start, { words, parts });
}

interface Link {
  readonly word: string;
  readonly values: readonly Span[];
}

/** `.not.toBe(3)` after `expect(x)`. */
function chainAfter(source: Source, close: number): readonly Link[] {
  const links: Link[] = [];
  const next = /\s*\.\s*([\w$]+)\s*(?:<[^()\n]{0,200}>\s*)?(\()?/y;
  next.lastIndex = close + 1;
  for (let found = next.exec(source.code); found !== null; found = next.exec(source.code)) {
    const open = next.lastIndex - 1;
    const isCall = found[2] !== undefined;
    links.push({ word: found[1] ?? "", values: isCall ? partsOf(source, open) : [] });
    if (isCall) next.lastIndex = (source.partners.get(open) ?? source.code.length) + 1;
  }
  return links;
}

const CHAIN_FILL = /^(?:to|be|been|is|that|which|and|has|have|with|at|of|same|deep|resolves|rejects|eventually)$/;

function readExpectation(
  source: Source,
  at: number,
  { parts, chain }: { readonly parts: readonly Span[]; readonly chain: readonly Link[] },
): Assertion {
  const subject = textOf(source, parts[0]);
  const names = chain.map((link) => link.word).filter((word) => !CHAIN_FILL.test(word));
  const values = chain.findLast((link) => link.values.length > 0)?.values ?? [];
  const expected = textOf(source, values[0]);
  const isNegated = names.includes("not");
  const isTruth = /^(?:toBeTruthy|toBeDefined|ok|exist|true|toBeFalsy|toBeNull|toBeUndefined)$/.test(
    names.at(-1) ?? "",
  );
  const isEquality = /^(?:toBe|toEqual|toStrictEqual|equal|equals|eql)$/.test(names.at(-1) ?? "");
  const isSame = isEquality && subject === expected && !isNegated;
  const isConstant = isLiteral(subject)
    ? isTruth || isSame || (isEquality && isNegated && isLiteral(expected) && subject !== expected)
    : isSame && PLAIN.test(subject);
  const isAnything = /^expect\.any(?:thing)?\(/.test(expected) || isSame;
  const condition = isTruth ? strengthOfCondition(codeOf(source, parts[0])) : 0;
  const strength = isAnything ? 0 : (Math.max(strengthOf(names, values.length === 0), condition) as Strength);
  return assertion(source, at, { subject, strength, isConstant });
}

/** `assert.equal(a, b)`, `assertEqual(a, b)`, `assert_eq!(a, b)`, `assert(a === b)`. */
function readComparison(
  source: Source,
  at: number,
  { words, parts }: { readonly words: readonly string[]; readonly parts: readonly Span[] },
): Assertion {
  const name = words.join(".");
  if (isConditional(name) || isConditional(words.at(-1) ?? "")) return readCondition(source, at, parts[0]);
  const [subject, expected] = [textOf(source, parts[0]), textOf(source, parts[1])];
  const isEquality = /eq(?:ual)?s?\b|^is$|same|equal|assertIs$/i.test(words.at(-1) ?? "");
  const isSame = isEquality && parts.length > 1 && subject === expected;
  const isConstant = isSame && (isLiteral(subject) || PLAIN.test(subject));
  const isLoose = isSame || /^(?:Base)?Exception\b/.test(subject);
  const strength = isLoose ? (isSame ? 0 : 1) : strengthOf(words.slice(-1), parts.length < 2);
  return assertion(source, at, { subject, strength, isConstant });
}

const ALWAYS = /(?:\|\||\bor\b)\s*(?:true|True|1)\s*$/;
const OPERATOR = /(?<![=!<>])[=!]==?(?!=)|[<>]=?|\s(?:is|in|not\s+in)\s/;

function readCondition(source: Source, at: number, condition: Span | undefined): Assertion {
  const code = codeOf(source, condition);
  const text = textOf(source, condition);
  const operator = OPERATOR.exec(code);
  const place = (condition?.start ?? at) + (operator?.index ?? code.length);
  const subject = textOf(source, { start: condition?.start ?? at, end: place });
  const right = textOf(source, { start: place + (operator?.[0].length ?? 0), end: condition?.end ?? place });
  const isSame = /^===?$/.test(operator?.[0] ?? "") && subject === right;
  const isConstant =
    (isLiteral(text) && !/^(?:false|False|0|null|nil|None|""|'')$/.test(text)) ||
    ALWAYS.test(code) ||
    (isSame && (isLiteral(subject) || PLAIN.test(subject))) ||
    // `assert (x == 1, "why")` in Python asserts that a pair is no empty one.
    (source.family === "python" && condition !== undefined && isTuple(source, condition));
  return assertion(source, at, { subject, strength: isSame ? 0 : strengthOfCondition(code), isConstant });
}

function isTuple(source: Source, { start, end }: Span): boolean {
  const open = source.code.indexOf("(", start);
  if (open < 0 || source.code.slice(start, open).trim() !== "") return false;
  const close = source.partners.get(open) ?? end;
  return source.code.slice(close + 1, end).trim() === "" && partsOf(source, open).length > 1;
}

/** The failure of a Go test is as strong as the condition above it. */
function readGoFailure(source: Source, at: number): Assertion {
  const above = source.code.slice(Math.max(0, at - 300), at);
  const condition = /.*\bif\s+([^\n]*?)\s*\{[^{}]*$/s.exec(above)?.[1] ?? "";
  const isComparison = /!=(?!\s*nil\b)|Equal|\bDiff\b/.test(condition);
  const strength = isComparison ? 2 : condition === "" ? 0 : 1;
  return assertion(source, at, {
    subject: wording(condition.split(/[=!<>]=|[<>]/, 1)[0] ?? ""),
    strength,
    isConstant: false,
  });
}

/** Assertions that are no calls: `assert x == 1`, `x.should.equal(1)`, `#[should_panic]`. */
const READERS_OF_WORDS: Readonly<Record<Family, (source: Source, found: Span) => Assertion>> = {
  js: (source, { end, start }) => {
    const words = chainAfter(source, end - 1);
    const subject = wording(source.text.slice(source.text.lastIndexOf("\n", start) + 1, start));
    const strength = strengthOf(
      words.map(({ word }) => word),
      words.every(({ values }) => values.length === 0),
    );
    return assertion(source, start, { subject, strength, isConstant: false });
  },
  python: (source, { start, end }) => {
    const whole = { start: end, end: statementEnd(source, end) };
    // The message after the comma is none of it.
    const comma = topLevelComma(source, whole);
    return readCondition(source, start, { start: end, end: comma ?? whole.end });
  },
  rust: (source, { start }) => assertion(source, start, { subject: "panic", strength: 1, isConstant: false }),
  go: (source, { start }) => assertion(source, start, { subject: "", strength: 2, isConstant: false }),
  c: (source, { start }) => assertion(source, start, { subject: "", strength: 2, isConstant: false }),
  hash: (source, { start }) => assertion(source, start, { subject: "", strength: 2, isConstant: false }),
};

function topLevelComma({ code, partners }: Source, { start, end }: Span): number | undefined {
  for (let at = start; at < end; at += 1) {
    if (code[at] === ",") return at;
    at = partners.get(at) ?? at;
  }
  return undefined;
}

const PLAIN = /^[A-Za-z_$][\w$]*(?:\.[\w$]+|\[\w+\])*$/;
const LITERAL = /^(?:true|false|True|False|null|nil|None|undefined|-?\d[\d_.]*n?|\[\]|\{\}|"[^"]*"|'[^']*'|`[^`$]*`)$/;
const isLiteral = (text: string): boolean => LITERAL.test(text);

const textOf = (source: Source, part: Span | undefined): string =>
  part === undefined ? "" : wording(source.text, part);
const codeOf = (source: Source, part: Span | undefined): string =>
  part === undefined ? "" : source.code.slice(part.start, part.end);

function assertion(
  source: Source,
  at: number,
  rest: Pick<Assertion, "subject" | "strength" | "isConstant">,
): Assertion {
  const tolerance = toleranceOf(source.code.slice(at, Math.min(statementEnd(source, at), at + 2_000)));
  return tolerance === undefined ? { at, ...rest } : { at, ...rest, tolerance };
}
