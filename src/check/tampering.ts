/**
 * Product code that addresses whoever judges it instead of the task: that asks whether it is tested, answers the tests'
 * inputs by heart, or breaks what compares, ends or writes. Only lines that a change adds count. Pure, by the looks of
 * the text: what a static look misses, runs in a clean process and a reader find.
 */
import { isTestFile } from "./freeze.ts";
import { answersOf } from "./tampering-answers.ts";
import { BREAKING, EXITS } from "./tampering-breaking.ts";
import { FILES } from "./tampering-files.ts";
import { isLiteral, isTelling, literalsIn, wordsOf } from "./tampering-literals.ts";
import type { TamperingRule, Verdict } from "./tampering-rules.ts";
import { SNIFFING } from "./tampering-sniffing.ts";
import { familyOf, type Source, scan } from "./weakening-scan.ts";
import type { Span } from "./weakening-tokens.ts";

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
  const change: Change = { path, source, before: before ?? "", facts, constants: constantsOf(source) };
  const added = addedLines(before ?? "", after);
  const answers = answersOf(source, wordsOf(facts.testTexts), namedIn(facts.taskText));
  const found = [
    ...RULES.flatMap((rule) => matches(rule, change)),
    ...answers.map((answer) => ({ ...answer, verdict: "suspect" as const })),
  ];
  const own = testModules(source);
  return found
    .filter(({ at }) => !own.some(({ start, end }) => at >= start && at < end))
    .flatMap(({ verdict, at, end, what }) => {
      const line = firstAdded(added, source.lineAt(at), source.lineAt(Math.max(at, end - 1)));
      return line === undefined ? [] : [{ verdict, line, what }];
    })
    .toSorted((a, b) => a.line - b.line);
}

interface Change {
  readonly path: string;
  readonly source: Source;
  readonly before: string;
  readonly facts: TamperingFacts;
  readonly constants: ReadonlyMap<string, string>;
}

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
    const verdict = verdictOf(rule, words, place, change);
    const shown = words.trim().replaceAll(/\s+/g, " ").slice(0, 80);
    return [{ verdict, at: index, end: place.end, what: `\`${shown}\` ${rule.does}` }];
  });
}

/** Words in a text for people are none in the code, unless the rule is about strings, which begin with their quote. */
const isInString = ({ code }: Source, at: number): boolean => code[at] === " " || code[at] === undefined;

function verdictOf(rule: TamperingRule, words: string, place: Span, { source, before, facts }: Change): Verdict {
  // What the file did before the change is the project's own way.
  if (rule.verdict === "refuse") return before.includes(words.trim()) ? "suspect" : "refuse";
  return rule.isSniffing === true && answersTests(source, place, facts) ? "refuse" : "suspect";
}

/** Whether the branch that follows answers with something that the tests expect. */
function answersTests({ text }: Source, { end }: Span, { testTexts, taskText }: TamperingFacts): boolean {
  const { places } = wordsOf(testTexts);
  const isAsked = namedIn(taskText);
  // Looked at without being taken, since one may stand within another.
  const answers = [
    ...text.slice(end, end + 240).matchAll(/(?:\breturn\b|\?(?!\.)|=>|(?<![=!<>])=(?!=))(?=\s*([^;\n:?]{1,120}))/g),
  ];
  return answers.some(([, answer = ""]) => {
    const value = answer.trim().replace(/[,)}\s]+$/, "");
    return isLiteral(value) && literalsIn(value).some((each) => isTelling(each) && places.has(each) && !isAsked(each));
  });
}

const namedIn = (taskText: string): ((literal: string) => boolean) => {
  const named = new Set(literalsIn(taskText));
  return (literal) =>
    named.has(literal) || (literal.startsWith("s") && literal.length > 1 && taskText.includes(literal.slice(1)));
};

/** The longest name among the words: what a task would call it by. */
function isAskedFor(words: string, taskText: string): boolean {
  const names = [...words.matchAll(/[A-Za-z_][\w-]{3,}/g)].map(([name]) => name).sort((a, b) => b.length - a.length);
  const [name] = names.filter(
    (each) => !/^(?:process|environ|getenv|function|return|Object|prototype|unittest)$/.test(each),
  );
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

/** Name -> what is written after its `=`, where that has a string in it. */
const constantsOf = ({ text, code }: Source): ReadonlyMap<string, string> =>
  new Map(
    [...code.matchAll(CONSTANT)].map(({ 0: head, 1: name = "", index }) => {
      const value = text.slice(index + head.length, index + head.length + 200);
      return [name, value.split("\n", 1)[0] ?? ""];
    }),
  );

/** Modules of Rust that are built for its tests only. */
const testModules = ({ code, partners, family }: Source): readonly Span[] =>
  family !== "rust"
    ? []
    : [...code.matchAll(/#\[cfg\(\s*test\s*\)\]\s*(?:pub\s+)?mod\s+\w+\s*\{/g)].map(({ 0: head, index }) => ({
        start: index,
        end: partners.get(index + head.length - 1) ?? code.length,
      }));

/** Numbers of the lines that were not there before, wherever they stood; layout does not count. */
function addedLines(before: string, after: string): ReadonlySet<number> {
  const known = new Map<string, number>();
  for (const line of before.split("\n")) known.set(line.trim(), (known.get(line.trim()) ?? 0) + 1);
  const added = new Set<number>();
  for (const [at, line] of after.split("\n").entries()) {
    const left = known.get(line.trim()) ?? 0;
    if (left > 0) known.set(line.trim(), left - 1);
    else if (line.trim() !== "") added.add(at + 1);
  }
  return added;
}

function firstAdded(added: ReadonlySet<number>, first: number, last: number): number | undefined {
  for (let line = first; line <= last; line += 1) if (added.has(line)) return line;
  return undefined;
}
