/** Walks a grammar: makes random sentences of it, tells whether a text is one, and measures the longest. */
import { type Gbnf, type Grammar, isIn, parseGbnf } from "./gbnf.ts";

/** What is still to be written, the next part first. */
interface Stack {
  readonly top: Gbnf;
  readonly rest: Stack | undefined;
}

type Terminal = Extract<Gbnf, { kind: "set" }>;

/** The stacks that follow one whose top is no character: one for every choice there is. */
function choicesOf({ top, rest }: Stack, grammar: Grammar): readonly (Stack | undefined)[] {
  if (top.kind === "one") return top.ways.map((way) => ({ top: way, rest }));
  if (top.kind === "all")
    return [top.parts.reduceRight<Stack | undefined>((below, part) => ({ top: part, rest: below }), rest)];
  if (top.kind === "rule") {
    const body = grammar.get(top.name);
    if (!body) throw new Error(`There is no rule ${top.name}.`);
    return [{ top: body, rest }];
  }
  if (top.kind === "set") return [];
  const { of, min, max } = top;
  const again: Stack = {
    top: of,
    rest: max > 1 ? { top: { kind: "times", of, min: Math.max(0, min - 1), max: max - 1 }, rest } : rest,
  };
  return max === 0 ? [rest] : min > 0 ? [again] : [rest, again];
}

export interface Sampler {
  /** `random` gives numbers from 0 to 1, 1 not included. */
  readonly sample: (random: () => number) => string;
}

/** What free text is made of, in code points: signs of code and of patches come often, other scripts now and then. */
const COMMON = [..."<=>-+@`/*#.|: \t\"'\\abcdefghiklnoprstuPATCHxyzé世😀\u00A0\u2026"];

export function openSampler(text: string): Sampler {
  const grammar = parseGbnf(text);
  return { sample: (random) => sampleFrom(grammar, random) };
}

function sampleFrom(grammar: Grammar, random: () => number): string {
  // A chain of rules would nearly always end early if each choice were even.
  const eagerness = random();
  let text = "";
  let stack: Stack | undefined = { top: { kind: "rule", name: "root" }, rest: undefined };
  while (stack) {
    if (stack.top.kind === "set") {
      text += sampleCharacter(stack.top, random);
      stack = stack.rest;
      continue;
    }
    const choices = choicesOf(stack, grammar);
    stack = random() < eagerness ? choices.at(-1) : choices[Math.floor(random() * choices.length)];
  }
  return text;
}

function sampleCharacter(set: Terminal, random: () => number): string {
  const fitting = COMMON.map((character) => character.codePointAt(0) ?? 0).filter((code) => isIn(code, set));
  const own = set.isNegated ? fitting : set.ranges.flatMap(([from, to]) => [from, to]);
  return String.fromCodePoint(own[Math.floor(random() * own.length)] ?? 0);
}

/** Is the text a sentence of the grammar? */
export function isSentence(text: string, rules: string): boolean {
  const grammar = parseGbnf(rules);
  let stacks = settle([{ top: { kind: "rule", name: "root" }, rest: undefined }], grammar);
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const fitting = stacks.filter((stack) => stack?.top.kind === "set" && isIn(code, stack.top));
    stacks = settle(
      fitting.map((stack) => stack?.rest),
      grammar,
    );
  }
  return stacks.includes(undefined);
}

/** The stacks as they are when the next character is due; undefined: the sentence may end here. */
function settle(given: readonly (Stack | undefined)[], grammar: Grammar): readonly (Stack | undefined)[] {
  const settled: (Stack | undefined)[] = [];
  const open = [...given];
  while (open.length > 0) {
    const stack = open.pop();
    if (stack === undefined || stack.top.kind === "set") settled.push(stack);
    else open.push(...choicesOf(stack, grammar));
  }
  return settled;
}

/** UTF-16 units of the longest sentence, where a character of a class counts one. The rules must not be circular. */
export function longestSentence(text: string): number {
  const grammar = parseGbnf(text);
  const known = new Map<string, number>();
  const measure = (part: Gbnf): number => {
    if (part.kind === "set") return 1;
    if (part.kind === "all") return part.parts.reduce((sum, one) => sum + measure(one), 0);
    if (part.kind === "one") return Math.max(...part.ways.map(measure));
    if (part.kind === "times") return part.max * measure(part.of);
    const length = known.get(part.name) ?? measure(grammar.get(part.name) ?? { kind: "all", parts: [] });
    known.set(part.name, length);
    return length;
  };
  return measure({ kind: "rule", name: "root" });
}
