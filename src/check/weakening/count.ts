/**
 * How many tests and assertions run when a file's tests run. A table counts once per row, and what stands in a function
 * counts once per place that names the function: so it is the same before and after tests move into a table or
 * assertions into a helper, and less where one ends up in a function that nobody calls. Pure.
 */

import type { Source } from "../source/scan.ts";
import { type Assertion, assertionsOf } from "./assertions.ts";
import { type Helper, helpersOf } from "./blocks.ts";
import { type TestPart, testsOf } from "./tests.ts";

export interface Contents {
  readonly source: Source;
  readonly tests: readonly TestPart[];
  readonly assertions: readonly Assertion[];
  readonly weight: Weight;
}

interface Weight {
  readonly tests: number;
  readonly assertions: number;
  /** Assertions that prove something, and those that prove one value. */
  readonly solid: number;
  readonly exact: number;
}

const NOTHING: Weight = { tests: 0, assertions: 0, solid: 0, exact: 0 };

export function contentsOf(source: Source): Contents {
  const tests = testsOf(source);
  const assertions = assertionsOf(source);
  return { source, tests, assertions, weight: weigh(source, tests, assertions) };
}

/** Something that counts, or a name that stands for a function in which something counts. */
type Item = { readonly at: number } & (
  | { readonly kind: "weight"; readonly weight: Weight }
  | { readonly kind: "name"; readonly name: string }
);

function weigh(source: Source, tests: readonly TestPart[], assertions: readonly Assertion[]): Weight {
  const starts = new Set(tests.map((test) => test.at));
  const helpers = helpersOf(source).filter((helper) => !starts.has(helper.start + leadOf(source, helper.start)));
  const names = new Set(helpers.map((helper) => helper.name));
  const items: readonly Item[] = [
    ...tests.filter((test) => test.kind === "test").map((test) => weightItem(test.at, { ...NOTHING, tests: 1 })),
    ...assertions.filter((each) => !each.isConstant).map((each) => weightItem(each.at, weightOf(each))),
    ...namesIn(source, names, new Set(helpers.map((helper) => helper.nameAt))),
  ];
  const owned = ownersOf(items, tests, helpers);
  const isLibrary = !owned.some(
    ({ item, owner }) => owner === undefined && item.kind === "weight" && item.weight.tests > 0,
  );
  return total(owned, helpers, isLibrary);
}

const leadOf = ({ code }: Source, start: number): number =>
  /^[ \t]*/.exec(code.slice(start, start + 200))?.[0].length ?? 0;
const weightItem = (at: number, weight: Weight): Item => ({ kind: "weight", at, weight });

const weightOf = ({ strength }: Assertion): Weight => ({
  tests: 0,
  assertions: 1,
  solid: strength > 0 ? 1 : 0,
  exact: strength > 1 ? 1 : 0,
});

function namesIn({ code }: Source, names: ReadonlySet<string>, definitions: ReadonlySet<number>): readonly Item[] {
  if (names.size === 0) return [];
  return [...code.matchAll(/[A-Za-z_$][\w$]*/g)]
    .filter(({ 0: name, index }) => names.has(name) && !definitions.has(index))
    .map(({ 0: name, index }) => ({ kind: "name", at: index, name }));
}

interface Owned {
  readonly item: Item;
  /** The innermost function around it; undefined = it runs with the file. */
  readonly owner: Helper | undefined;
  /** Rows of the tables around it, within its owner. */
  readonly times: number;
}

type Part =
  | { readonly part: TestPart; readonly helper?: undefined }
  | { readonly part: Helper; readonly helper: Helper };

/** Functions and tables within each other, and functions that name functions: further than anybody writes them. */
const DEEPEST = 100;

function ownersOf(items: readonly Item[], tests: readonly TestPart[], helpers: readonly Helper[]): readonly Owned[] {
  const parts: readonly Part[] = [
    ...tests.map((part) => ({ part })),
    ...helpers.map((part) => ({ part, helper: part })),
  ];
  const sorted = parts.toSorted((a, b) => a.part.start - b.part.start);
  const open: Part[] = [];
  let next = 0;
  return items
    .toSorted((a, b) => a.at - b.at)
    .map((item) => {
      for (let part = sorted[next]; part !== undefined && part.part.start <= item.at; part = sorted[next]) {
        open.push(part);
        next += 1;
      }
      while (open.length > 0 && (open.at(-1)?.part.end ?? 0) <= item.at) open.pop();
      const around = open.slice(-DEEPEST).filter(({ part }) => part.end > item.at);
      const inner = around.findLastIndex((part) => part.helper !== undefined);
      const rows = around.slice(inner + 1).map(({ part }) => ("rows" in part ? part.rows : 1));
      return { item, owner: around[inner]?.helper, times: rows.reduce((all, each) => all * each, 1) };
    });
}

/** @param isLibrary no test runs with the file: its functions are there for others */
function total(owned: readonly Owned[], helpers: readonly Helper[], isLibrary: boolean): Weight {
  const byName = new Map<string, Helper>(helpers.map((helper) => [helper.name, helper]));
  const byOwner = new Map<Helper | undefined, Owned[]>();
  for (const each of owned) {
    const others = byOwner.get(each.owner);
    if (others === undefined) byOwner.set(each.owner, [each]);
    else others.push(each);
  }
  const known = new Map<Helper | undefined, Weight>();

  const weightIn = (owner: Helper | undefined, depth: number): Weight => {
    const before = known.get(owner);
    if (before !== undefined || depth > DEEPEST) return before ?? NOTHING;
    // A function that calls itself counts once.
    known.set(owner, NOTHING);
    const items = byOwner.get(owner) ?? [];
    const weight = items.reduce((sum, { item, times }) => add(sum, weightOfItem(item, depth), times), NOTHING);
    known.set(owner, weight);
    return weight;
  };
  const weightOfItem = (item: Item, depth: number): Weight => {
    if (item.kind === "weight") return item.weight;
    const helper = byName.get(item.name);
    return helper === undefined ? NOTHING : weightIn(helper, depth + 1);
  };
  const offered = helpers.filter((helper) => helper.isExported || isLibrary);
  return offered.reduce((sum, helper) => add(sum, weightIn(helper, 0), 1), weightIn(undefined, 0));
}

const add = (a: Weight, b: Weight, times: number): Weight => ({
  tests: a.tests + b.tests * times,
  assertions: a.assertions + b.assertions * times,
  solid: a.solid + b.solid * times,
  exact: a.exact + b.exact * times,
});
