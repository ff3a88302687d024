/** Code that knows the tests' inputs and answers with what they expect. Only a reader can tell it from a rule. Pure. */

import type { Source } from "../source/scan.ts";
import { isLiteral, isTelling, literalsIn, standTogether, type TestWords } from "./literals.ts";

/** Where code answers one input with one output. */
export interface Answer {
  readonly at: number;
  readonly end: number;
  readonly what: string;
}

interface Case {
  readonly at: number;
  readonly end: number;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** @param isAsked whether the task itself names a value */
export function answersOf(source: Source, words: TestWords, isAsked: (literal: string) => boolean): readonly Answer[] {
  if (words.places.size === 0) return [];
  // A text for people holds no code.
  const isCode = ({ at }: Case): boolean => source.code[at] === source.text[at];
  const isOfTests = (each: Case): boolean => {
    const all = [...each.inputs, ...each.outputs];
    const telling = all.filter(isTelling);
    const isOwn = telling.length > 0 && !telling.every(isAsked);
    return isOwn && each.outputs.length > 0 && isCode(each) && standTogether(words, all);
  };
  const branches = [...conditions(source), ...ternaries(source)].filter(isOfTests);
  const tables = [cases(source), entries(source)].flatMap((all) => {
    const known = all.filter(isOfTests);
    // A table of a rule has more than the tests ask for.
    return known.length > 1 && known.length >= all.length * 0.8 ? known.slice(0, 1) : [];
  });
  const fixed = [...constantFunctions(source), ...swallowing(source)].filter(isOfTests);
  return [
    ...branches.map((each) => told(each, "a branch")),
    ...tables.map((each) => told(each, "a table")),
    ...fixed.map((each) => told(each, "a fixed answer")),
  ];
}

const told = ({ at, end }: Case, what: string): Answer => ({
  at,
  end,
  what: `${what} gives what the tests expect for what they ask`,
});

const VALUE = String.raw`([^;\n{}]{1,200}|\[[^;\n]{0,200}\]|\{[^;\n]{0,200}\})`;
const ANSWER = new RegExp(String.raw`\s*[{:]?\s*(?:return\s+|[\w.]+\s*=\s*(?!=))?${VALUE}`, "y");

/** `if (a === 2 && b === 3) return 5;`, in any of the languages. */
function conditions(source: Source): readonly Case[] {
  const { code, text, partners } = source;
  return [...code.matchAll(/\bif\b\s*/g)].flatMap(({ 0: word, index }) => {
    const start = index + word.length;
    const end =
      code[start] === "(" && source.family !== "python" ? (partners.get(start) ?? start) + 1 : headEnd(code, start);
    const inputs = inputsOf(text.slice(start, end));
    const answer = new RegExp(ANSWER);
    answer.lastIndex = end;
    const output =
      answer
        .exec(text)?.[1]
        ?.trim()
        .replace(/[;,}\s]+$/, "") ?? "";
    return inputs === undefined || !isLiteral(output)
      ? []
      : [{ at: index, end: answer.lastIndex, inputs, outputs: literalsIn(output) }];
  });
}

/** Where the colon or the brace of a condition without brackets stands. */
function headEnd(code: string, start: number): number {
  const end = /:\s*$|:\s+(?=return|\w+\s*=)|\{/m.exec(code.slice(start, start + 300));
  return end === null ? start : start + end.index;
}

/** The literals that a condition compares something with; undefined = it says anything else. */
function inputsOf(condition: string): readonly string[] | undefined {
  const parts = condition.split(/&&|\|\||\band\b|\bor\b/).map((part) => part.replaceAll(/^[\s(!]+|[\s)]+$/g, ""));
  const inputs = parts.map((part) => {
    const sides = /^(.+?)\s*(?:===?|\bis\b|\.equals\s*\(|\.eq\s*\()\s*(.+)$/.exec(part);
    const [left = "", right = ""] = sides === null ? [] : [sides[1] ?? "", sides[2] ?? ""];
    if (isLiteral(right) && isSubject(left)) return literalsIn(right);
    return isLiteral(left) && isSubject(right) ? literalsIn(left) : [];
  });
  return inputs.every((each) => each.length > 0) ? inputs.flat() : undefined;
}

/** A name or a call, but no arithmetic: `n % 15` is a rule. */
const isSubject = (text: string): boolean =>
  /^[A-Za-z_$&*(]/.test(text) && !/[^(,]\s*[%+/]\s*\w|\s[*-]\s|\*\*/.test(text);

const TERNARY =
  /(?:\breturn\b|=>|=|[?:(])\s*([^?:;\n=]{1,80}===?[^?:;\n]{1,80}?)\s*\?(?![.?])\s*([^:?;\n]{1,120}?)\s*(?=:)/g;
const BACKWARDS = /\b(?:return|=)\s*([^\n=]{1,120}?)\s+if\s+([^\n]{1,120}?)\s+else\b/g;

function ternaries({ text, family }: Source): readonly Case[] {
  const pattern = family === "python" ? BACKWARDS : TERNARY;
  return [...text.matchAll(pattern)].flatMap((found) => {
    const [condition = "", output = ""] = family === "python" ? [found[2], found[1]] : [found[1], found[2]];
    const inputs = inputsOf(condition);
    if (inputs === undefined || !isLiteral(output)) return [];
    return [{ at: found.index, end: found.index + found[0].length, inputs, outputs: literalsIn(output) }];
  });
}

const CASES: readonly RegExp[] = [
  /\bcase\s+([^\n:]{1,120}):\s*(?:\{\s*)?return\s+([^;\n}]{1,200})/g,
  /(?<=[{,}]\s{0,200})([^\s{},=>][^{}=>\n]{0,120}?)\s*=>\s*(?:\{\s*)?([^,\n{}]{1,200})(?=[,}\n])/g,
];

function cases({ text, family }: Source): readonly Case[] {
  const patterns = family === "rust" ? CASES : CASES.slice(0, 1);
  return patterns.flatMap((pattern) => pairs(text, pattern));
}

const SCALAR = String.raw`"[^"\n]{0,120}"|'[^'\n]{0,120}'|-?\d[\d.]*`;
const KEY = String.raw`(${SCALAR}|\([^()\n]{1,120}\)|\[[^[\]\n]{1,120}\])`;
const RESULT = String.raw`(${SCALAR}|[tT]rue|[fF]alse|\[[^[\]\n]{0,120}\])`;
/** `{ "a": 1 }`, and pairs as `["a", 1]`; a longer list is none. */
const ENTRIES: readonly RegExp[] = [
  new RegExp(String.raw`(?<=[{,]\s{0,40})${KEY}\s*:\s*${RESULT}\s*(?=[,}\n])`, "g"),
  new RegExp(String.raw`(?<=[[(]\s{0,40})${KEY}\s*,\s*${RESULT}\s*(?=[\])])`, "g"),
];

const entries = ({ text }: Source): readonly Case[] => ENTRIES.flatMap((pattern) => pairs(text, pattern));

function pairs(text: string, pattern: RegExp): readonly Case[] {
  return [...text.matchAll(pattern)].flatMap((found) => {
    const [, input = "", output = ""] = found;
    if (!isLiteral(input.replaceAll("|", ",")) || !isLiteral(output)) return [];
    const place = { at: found.index, end: found.index + found[0].length };
    return [{ ...place, inputs: literalsIn(input), outputs: literalsIn(output) }];
  });
}

const FUNCTIONS: readonly RegExp[] = [
  /\b(?:function\b[^(){}\n]*|def\s+\w+|fn\s+\w+[^(){}\n]*|func\s+(?:\([^)\n]*\)\s*)?\w+)\((?!\s*(?:self|&?(?:mut\s+)?self)?\s*\))[^(){}]{1,200}\)[^{}\n:]{0,60}(?::[^{}\n]{0,60})?[{:]?\s*(?:"""[^]{0,300}?"""\s*)?return\s+([^;\n{}]{1,200});?\s*(?=\}|\n\S|\n\n|$)/g,
  /\((?!\s*\))[^()\n]{1,120}\)\s*(?::\s*[\w[\]<>|. ]{1,40})?=>\s*([^;\n{}(]{1,120})(?=[;\n])/g,
  /\bfn\s+\w+[^(){}\n]*\((?!\s*&?(?:mut\s+)?self\s*\))[^(){}]{1,200}\)[^{}\n]{0,60}\{\s*([^;\n{}]{1,200})\s*\}/g,
];

/** Functions that take something and answer the same whatever it is. */
const constantFunctions = (source: Source): readonly Case[] =>
  FUNCTIONS.flatMap((pattern) => outputsOf(source, pattern));

const SWALLOWING: readonly RegExp[] = [
  /\bcatch\s*(?:\([^)\n]*\)\s*)?\{\s*return\s+([^;\n{}]{1,200})/g,
  /\bexcept\b[^:\n]*:\s*return\s+([^;\n]{1,200})/g,
];

/** A failure that turns into what the tests expect. */
const swallowing = (source: Source): readonly Case[] => SWALLOWING.flatMap((pattern) => outputsOf(source, pattern));

function outputsOf({ text }: Source, pattern: RegExp): readonly Case[] {
  return [...text.matchAll(pattern)].flatMap((found) => {
    const output = found[1] ?? "";
    if (!isLiteral(output)) return [];
    return [{ at: found.index, end: found.index + found[0].length, inputs: [], outputs: literalsIn(output) }];
  });
}
