/** New words, tries and returns by which tests prove less. What was there before, and what only moves, is none. Pure. */

import { wording } from "../source/scan.ts";
import type { Contents } from "./count.ts";
import { deadReturns, swallowed } from "./flow.ts";
import { type Mark, RULES, type Rule } from "./rules.ts";

/**
 * @param isRun it runs in the tests' own process, and is no program that they start
 * @returns ends of sentences
 */
export function newMarks(before: Contents | undefined, after: Contents, isRun: boolean): readonly string[] {
  const ofRules = RULES.filter((rule) => isRun || rule.isOfRunner !== true).flatMap((rule) => {
    const [old, now] = [before === undefined ? [] : marksOf(rule, before), marksOf(rule, after)];
    const added = addedMarks({ before, old }, { after, now }, rule);
    return added.map((mark) => sentence(after, mark, rule.does));
  });
  const ofFlow = FLOWS.flatMap(({ find, does }) => {
    const [old, now] = [before === undefined ? [] : find(before), find(after)];
    return addedMarks({ before, old }, { after, now }, { isOfTest: true }).map((mark) => sentence(after, mark, does));
  });
  return [...ofRules, ...ofFlow];
}

const sentence = ({ source }: Contents, { at, words }: Mark, does: string): string =>
  `\`${words}\` at line ${source.lineAt(at)} ${does}`;

interface Flow {
  readonly find: (contents: Contents) => readonly Mark[];
  readonly does: string;
}

const FLOWS: readonly Flow[] = [
  { find: swallowed, does: "swallows failed assertions" },
  { find: deadReturns, does: "ends a test before its assertions" },
  { find: constants, does: "holds whatever the product does" },
];

function constants({ source, assertions }: Contents): readonly Mark[] {
  return assertions
    .filter((each) => each.isConstant)
    .map(({ at }) => ({ at, words: lineOf(source.raw, at).slice(0, 60) }));
}

const lineOf = (text: string, at: number): string => (text.slice(at).split("\n", 1)[0] ?? "").trim();

function marksOf({ families, in: view, pattern }: Rule, { source, tests }: Contents): readonly Mark[] {
  if (!families.includes(source.family)) return [];
  const spans = view === "options" ? tests.flatMap((test) => test.options) : [{ start: 0, end: source.code.length }];
  const text = view === "raw" ? source.raw : source.code;
  return spans.flatMap(({ start, end }) =>
    [...text.slice(start, end).matchAll(pattern)].map(({ 0: words, index }) => ({
      at: start + index + words.search(/\S/),
      words: source.raw
        .slice(start + index, start + index + words.length)
        .trim()
        .replace(/\s*[(:{=]+$/, ""),
    })),
  );
}

/** Marks beyond those that were there, on new lines first; and those that a test of the same name did not have. */
function addedMarks(
  { before, old }: { readonly before: Contents | undefined; readonly old: readonly Mark[] },
  { after, now }: { readonly after: Contents; readonly now: readonly Mark[] },
  { isOfTest = false, isFineWhenNew = false }: Pick<Rule, "isOfTest" | "isFineWhenNew">,
): readonly Mark[] {
  const known = countBy(old.map((mark) => wording(lineOfMark(before, mark))));
  const fresh = now.filter((mark) => !take(known, wording(lineOfMark(after, mark))));
  const more = now.length - old.length;
  if (more > 0 && !isFineWhenNew) return fresh.length > 0 ? fresh.slice(0, more) : now.slice(-more);
  if (!isOfTest || before === undefined) return [];
  const names = new Set(before.tests.map((test) => test.name));
  const had = new Set(old.map((mark) => testNameAt(before, mark)));
  return fresh.filter((mark) => {
    const name = testNameAt(after, mark);
    return name !== undefined && names.has(name) && !had.has(name);
  });
}

function lineOfMark(contents: Contents | undefined, { at }: Mark): string {
  const raw = contents?.source.raw ?? "";
  return lineOf(raw, raw.lastIndexOf("\n", at) + 1);
}

/** The innermost test around a mark. */
const testNameAt = ({ tests }: Contents, { at }: Mark): string | undefined =>
  tests.findLast((test) => test.start <= at && at < test.end)?.name;

function countBy(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

function take(counts: Map<string, number>, key: string): boolean {
  const left = counts.get(key) ?? 0;
  counts.set(key, left - 1);
  return left > 0;
}
