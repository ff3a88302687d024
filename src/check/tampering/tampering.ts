/**
 * Product code that addresses whoever judges it instead of the task: that asks whether it is tested, answers the tests'
 * inputs by heart, or breaks what compares, ends or writes. Only lines that a change adds count. Pure, by the looks of
 * the text: what a static look misses, runs in a clean process and a reader find.
 */
import { isTestFile } from "../freeze.ts";
import { familyOf, type Source, scan } from "../source/scan.ts";
import type { Span } from "../source/tokens.ts";
import { answersOf } from "./answers.ts";
import { BREAKING, EXITS } from "./breaking.ts";
import { FILES } from "./files.ts";
import { addedLines, firstAdded, testModules } from "./lines.ts";
import { isLiteral, isTelling, literalsIn, type TestWords, wordsOf } from "./literals.ts";
import { patchedJudges } from "./patched.ts";
import type { TamperingRule, Verdict } from "./rules.ts";
import { SNIFFING } from "./sniffing.ts";

export interface Tampering {
  /** "refuse": no honest product says so. "suspect": only a reader can tell. */
  readonly verdict: Verdict;
  /** 1-based, of the text after the change. */
  readonly line: number;
  /** The end of a sentence: "`process.env.VITEST` asks whether it is being tested". */
  readonly what: string;
}

export interface TamperingFacts {
  /** The test files that the task is to turn green. */
  readonly testTexts: readonly string[];
  /** The task as the person wrote it: what it names is asked for. */
  readonly taskText: string;
}

const CODE =
  /\.(?:[cm]?[jt]sx?|vue|svelte|astro|pyi?|rs|go|java|kts?|cs|swift|php|scala|groovy|dart|[ch]|cc|cpp|hpp|rb|exs?|sh|pl|lua)$/i;
const RULES: readonly TamperingRule[] = [...SNIFFING, ...BREAKING, ...EXITS, ...FILES];
/** Python runs these before anything else, tests included. */
const STARTED_BY_PYTHON = /(?:^|\/)(?:(?:site|user)customize\.py|[^/]+\.pth)$/;

/**
 * Added lines that address the judge instead of the task, in their order; empty for tests, which weakening.ts reads.
 * @param path relative to the root, with `/`
 * @param before undefined = a new file
 * @param after undefined = deleted
 */
export function tamperings(
  path: string,
  before: string | undefined,
  after: string | undefined,
  facts: TamperingFacts,
): readonly Tampering[] {
  if (after === undefined || isTestFile(path)) return [];
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (STARTED_BY_PYTHON.test(path) && before === undefined && !facts.taskText.includes(name)) {
    return [{ verdict: "refuse", line: 1, what: `\`${name}\` is run by Python before the tests are` }];
  }
  if (!CODE.test(path)) return [];

  const source = scan(after, familyOf(path));
  const change: Change = { path, source, before: before ?? "", facts, ...knownOf(source, facts) };
  const added = addedLines(before ?? "", after);
  const answers = answersOf(source, change.words, change.isNamed);
  const found = [
    ...RULES.flatMap((rule) => matches(rule, change)),
    ...answers.map((answer) => ({ ...answer, verdict: "suspect" as const })),
    ...patchedJudges(source).map((patched) => ({ ...patched, verdict: "refuse" as const })),
  ];
  const own = testModules(source);
  return found
    .filter(({ at }) => !own.some(({ start, end }) => at >= start && at < end))
    .flatMap(({ verdict, at, end, what }) => {
      const line = firstAdded(added, source.lineAt(at), source.lineAt(Math.max(at, end - 1)));
      return line === undefined ? [] : [{ verdict, line, what }];
    })
    .toSorted((a, b) => a.line - b.line)
    .filter(
      ({ line, verdict, what }, at, all) =>
        at ===
        all.findIndex((each) => each.line === line && each.verdict === verdict && doing(each.what) === doing(what)),
    );
}

/** What is said about the words. */
const doing = (what: string): string => what.slice(what.lastIndexOf("`"));

interface Change {
  readonly path: string;
  readonly source: Source;
  readonly before: string;
  readonly facts: TamperingFacts;
  /** Name -> what is written after its `=`, where that has a string in it. */
  readonly constants: ReadonlyMap<string, string>;
  readonly words: TestWords;
  /** Whether the task itself names a value. */
  readonly isNamed: (literal: string) => boolean;
}

const knownOf = (source: Source, facts: TamperingFacts): Pick<Change, "constants" | "words" | "isNamed"> => ({
  constants: constantsOf(source),
  words: wordsOf(facts.testTexts),
  isNamed: namedIn(facts.taskText),
});

interface Match {
  readonly verdict: Verdict;
  readonly at: number;
  readonly end: number;
  readonly what: string;
}

function matches(rule: TamperingRule, change: Change): readonly Match[] {
  const { source, facts } = change;
  if (!rule.families.includes(source.family) || rule.needs?.test(source.text) === false) return [];
  if (rule.asked?.test(facts.taskText) === true || (rule.isFineInProgram === true && isProgram(change))) return [];
  return [...source.text.matchAll(rule.pattern)].flatMap(({ 0: words, index }) => {
    const place =
      rule.inside === undefined ? { start: index, end: index + words.length } : bracketsOf(source, index, words);
    if (isInString(source, index) || isAskedFor(words, facts.taskText)) return [];
    if (rule.inside?.test(withConstants(change, place)) === false) return [];
    const verdict = verdictOf(rule, { start: index, end: place.end }, change);
    const shown = words.trim().replaceAll(/\s+/g, " ").slice(0, 80);
    return [{ verdict, at: index, end: place.end, what: `\`${shown}\` ${rule.does}` }];
  });
}

/** Words in a text for people are none in the code, unless the rule is about strings, which begin with their quote. */
const isInString = ({ code }: Source, at: number): boolean => code[at] === " " || code[at] === undefined;

function verdictOf(rule: TamperingRule, place: Span, change: Change): Verdict {
  const words = change.source.raw.slice(place.start, place.end).trim();
  // What the file did before the change is the project's own way.
  if (rule.verdict === "refuse") return change.before.includes(words) ? "suspect" : "refuse";
  return rule.isSniffing === true && answersTests(change, place) ? "refuse" : "suspect";
}

/** Whether the branch that follows answers with something that the tests expect. */
function answersTests({ source: { text }, words: { places }, isNamed }: Change, { end }: Span): boolean {
  // Looked at without being taken, since one may stand within another.
  const answers = [
    ...text.slice(end, end + 240).matchAll(/(?:\breturn\b|\?(?!\.)|=>|(?<![=!<>])=(?!=))(?=\s*([^;\n:?]{1,120}))/g),
  ];
  return answers.some(([, answer = ""]) => {
    const value = answer.trim().replace(/[,)}\s]+$/, "");
    return isLiteral(value) && literalsIn(value).some((each) => isTelling(each) && places.has(each) && !isNamed(each));
  });
}

const namedIn = (taskText: string): ((literal: string) => boolean) => {
  const named = new Set(literalsIn(taskText));
  return (literal) =>
    named.has(literal) || (literal.startsWith("s") && literal.length > 1 && taskText.includes(literal.slice(1)));
};

/** Names that say nothing of what is done with them. */
const GENERAL =
  /^(?:process|environ|getenv|function|return|Object|prototype|unittest|modules?|globalThis|global|register|setattr|stack|typeof|import|symbol|exit|beforeExit|Error|assert|expect|test|open|Path|writeFile\w*|readFile\w*)$/i;

/** The longest name among the words: what a task would call it by. */
function isAskedFor(words: string, taskText: string): boolean {
  const names = [...words.matchAll(/[A-Za-z_][\w-]{3,}/g)].map(([name]) => name).sort((a, b) => b.length - a.length);
  const name = names.find((each) => !GENERAL.test(each));
  return name !== undefined && taskText.toLowerCase().includes(name.toLowerCase());
}

function isProgram({ path, source, before }: Change): boolean {
  const isByName =
    /(?:^|\/)(?:bin|cmd|cli|scripts?|tools?|commands?)\/|(?:^|\/)(?:cli|main|__main__|index|manage|setup|server|build)\.\w+$/i.test(
      path,
    );
  const isByText = /^#!|__name__\s*==\s*["']__main__|\bfn\s+main\s*\(|^package\s+main\b/m.test(source.raw);
  return isByName || isByText || /\bprocess\.exit\b|\bsys\.exit\b|\bos\.Exit\b|process::exit/.test(before);
}

/** From the opening bracket at the end of the words, or the first after them, to its partner. */
function bracketsOf({ code, partners }: Source, at: number, words: string): Span {
  const open = words.endsWith("(") ? at + words.length - 1 : code.indexOf("(", at);
  return { start: open, end: partners.get(open) ?? code.length };
}

/** A text, and the strings that the names in it stand for. */
function withConstants({ source: { text }, constants }: Change, { start, end }: Span): string {
  const own = text.slice(start, Math.min(end, start + 2_000));
  const names = new Set(own.match(/[A-Za-z_$][\w$]*/g));
  return [own, ...[...names].map((name) => constants.get(name) ?? "")].join("\n");
}

const CONSTANT = /\b([A-Za-z_$][\w$]*)\s*(?::[^=\n]{1,60})?:?=\s*(?=[^\n;]{0,200}["'`])/g;

const constantsOf = ({ text, code }: Source): ReadonlyMap<string, string> =>
  new Map(
    [...code.matchAll(CONSTANT)].map(({ 0: head, 1: name = "", index }) => {
      const value = text.slice(index + head.length, index + head.length + 200);
      return [name, value.split("\n", 1)[0] ?? ""];
    }),
  );
