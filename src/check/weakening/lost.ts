/** What a file proved before and no longer does: tests, assertions, and what single assertions demanded. Pure. */
import type { Assertion } from "./assertions.ts";
import { helpersOf } from "./blocks.ts";
import type { Contents } from "./count.ts";

/** Ends of sentences. */
export function lost(before: Contents | undefined, after: Contents): readonly string[] {
  if (before === undefined) return [];
  const single = [...emptiedTests(before, after), ...weakerAssertions(before, after)];
  return [...fewerTests(before, after), ...(single.length > 0 ? single : fewerAssertions(before, after))];
}

/** Tests of the same name that asserted something and neither do so any more nor call what does. */
function emptiedTests(before: Contents, after: Contents): readonly string[] {
  const [old, now] = [countByTest(before), countByTest(after)];
  const helpers = new Set(helpersOf(after.source).map(({ name }) => name));
  return after.tests
    .filter(({ kind, name, body, end }) => {
      const words = after.source.code.slice(body, end).match(/[A-Za-z_$][\w$]*/g) ?? [];
      const isEmptied = kind === "test" && old.has(name) && !now.has(name);
      return isEmptied && !words.some((word) => helpers.has(word) || /^(?:check|verify|holds|should)/i.test(word));
    })
    .map(({ at }) => `the test at line ${after.source.lineAt(at)} asserts nothing any more`);
}

function fewerTests(before: Contents, after: Contents): readonly string[] {
  if (after.weight.tests >= before.weight.tests) return [];
  const left = new Set(after.tests.map(({ name }) => name));
  const gone = before.tests.find(({ kind, name }) => kind === "test" && !left.has(name));
  const which = gone === undefined ? "" : `; the one of line ${before.source.lineAt(gone.at)} is gone`;
  return [`it runs ${amount(after.weight.tests, "test")} instead of ${before.weight.tests}${which}`];
}

function fewerAssertions(before: Contents, after: Contents): readonly string[] {
  const [old, now] = [before.weight, after.weight];
  if (now.assertions < old.assertions)
    return [`it makes ${amount(now.assertions, "assertion")} instead of ${old.assertions}${place(before, after)}`];
  if (now.solid < old.solid)
    return [`${old.solid - now.solid} of its assertions hold for nearly any value${place(before, after)}`];
  if (now.exact < old.exact)
    return [`${old.exact - now.exact} of its assertions no longer name the one right value${place(before, after)}`];
  return [];
}

const amount = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;

/** The first test of the same name that has lost an assertion. */
function place(before: Contents, after: Contents): string {
  const [old, now] = [countByTest(before), countByTest(after)];
  const shrunk = after.tests.find(({ name }) => (now.get(name) ?? 0) < (old.get(name) ?? 0));
  return shrunk === undefined ? "" : `; see the test at line ${after.source.lineAt(shrunk.at)}`;
}

function countByTest(contents: Contents): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const each of contents.assertions) {
    const name = testAt(contents, each)?.name;
    if (name !== undefined && !each.isConstant) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

const testAt = ({ tests }: Contents, { at }: Assertion): Contents["tests"][number] | undefined =>
  tests.findLast((test) => test.kind === "test" && test.start <= at && at < test.end);

/** An assertion about the same thing in the same test that demands less than the one in whose place it stands. */
function weakerAssertions(before: Contents, after: Contents): readonly string[] {
  const old = bySubject(before);
  return [...bySubject(after)].flatMap(([subject, now]) => {
    const known = old.get(subject);
    if (known === undefined) return [];
    const weaker = weakest(known, now) ?? looser(known, now);
    return weaker === undefined
      ? []
      : [`the assertion at line ${after.source.lineAt(weaker.at)} demands less than before`];
  });
}

function bySubject(contents: Contents): ReadonlyMap<string, readonly Assertion[]> {
  const groups = new Map<string, Assertion[]>();
  for (const each of contents.assertions) {
    const key = `${testAt(contents, each)?.name ?? ""}\0${each.subject}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [each]);
    else group.push(each);
  }
  return groups;
}

/** Fewer strong ones and more weak ones than there were. */
function weakest(old: readonly Assertion[], now: readonly Assertion[]): Assertion | undefined {
  for (const level of [2, 1] as const) {
    const isStrong = ({ strength, isConstant }: Assertion): boolean => strength >= level && !isConstant;
    const weak = now.filter((each) => !isStrong(each));
    const fell = now.length - weak.length < old.filter(isStrong).length;
    if (fell && weak.length > old.length - old.filter(isStrong).length) return weak.at(-1);
  }
  return undefined;
}

function looser(old: readonly Assertion[], now: readonly Assertion[]): Assertion | undefined {
  if (now.length !== old.length) return undefined;
  const most = Math.max(...old.map(({ tolerance }) => tolerance ?? Number.NEGATIVE_INFINITY));
  return now.find(({ tolerance }) => tolerance !== undefined && Number.isFinite(most) && tolerance > most);
}
