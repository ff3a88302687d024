/** Times and repetitions that a test is given: more of either than before lets more pass. Pure. */

import type { Source } from "../source/scan.ts";
import type { Contents } from "./count.ts";

interface Limit {
  /** What is limited: a test by its name, or the file. */
  readonly of: string;
  readonly kind: "timeout" | "retries";
  readonly at: number;
  readonly words: string;
  readonly value: number;
}

const VALUE = "([^\\n;}]{1,80})";
/** Settings of a whole file, whatever it is. */
const FILE_WIDE: readonly (readonly [Limit["kind"], RegExp])[] = [
  ["timeout", new RegExp(`\\b(?:jest|vi|test|this)\\.(?:setTimeout|timeout)\\s*\\(${VALUE}`, "g")],
  [
    "timeout",
    new RegExp(`\\b(?:testTimeout|hookTimeout|globalTimeout|defaultCommandTimeout)["']?\\s*[:=]${VALUE}`, "g"),
  ],
  ["timeout", new RegExp(`--(?:test-)?(?:timeout|testTimeout)[= ]${VALUE}`, "g")],
  ["retries", new RegExp(`\\bconfigure\\s*\\([^)]*\\bretries\\s*:${VALUE}`, "g")],
  ["retries", new RegExp(`--(?:retry|retries|reruns)[= ]${VALUE}`, "g")],
];
/** Names that mean this in the configuration of a runner only. */
const OF_CONFIG: readonly (readonly [Limit["kind"], RegExp])[] = [
  [
    "timeout",
    new RegExp(`(?<![\\w-])(?:timeout|actionTimeout|navigationTimeout|session_timeout)["']?\\s*[:=]${VALUE}`, "g"),
  ],
  ["retries", new RegExp(`(?<![\\w-])(?:retry|retries|reruns|flaky)["']?\\s*[:=]${VALUE}`, "g")],
];
const OF_TEST: readonly (readonly [Limit["kind"], RegExp])[] = [
  ["timeout", new RegExp(`\\btimeout\\s*:${VALUE}|^\\s*([\\d_]+|Infinity)\\s*$`, "g")],
  ["retries", new RegExp(`\\b(?:retry|retries|repeats)\\s*:${VALUE}`, "g")],
];

/** Ends of sentences. */
export function raisedLimits(before: Contents | undefined, after: Contents, isConfig: boolean): readonly string[] {
  const old = before === undefined ? [] : limitsOf(before, isConfig);
  return limitsOf(after, isConfig)
    .filter((limit) => isRaised(limit, old, before))
    .map(({ kind, at, words }) => {
      const line = after.source.lineAt(at);
      return kind === "retries"
        ? `\`${words}\` at line ${line} repeats a test until it passes`
        : `\`${words}\` at line ${line} gives a test more time than before`;
    });
}

/** What runners allow where nothing is said; pytest, Go, cargo and node:test set no limit. */
const USUAL_MS = 5_000;

function isRaised(limit: Limit, old: readonly Limit[], before: Contents | undefined): boolean {
  const same = old.filter((other) => other.of === limit.of && other.kind === limit.kind);
  if (same.length > 0) return limit.value > Math.max(...same.map((other) => other.value));
  const isEndless = limit.value === Number.POSITIVE_INFINITY;
  if (before === undefined) return limit.kind === "timeout" && isEndless;
  if (limit.kind === "retries") return limit.value > 0;
  const isNew = limit.of !== "" && !before.tests.some((test) => test.name === limit.of);
  const usual =
    isNew || before.source.family !== "js" || /["']node:test["']/.test(before.source.text) ? Infinity : USUAL_MS;
  return isEndless || limit.value > usual;
}

function limitsOf({ source, tests }: Contents, isConfig: boolean): readonly Limit[] {
  const whole = { start: 0, end: source.code.length };
  const wide = isConfig ? [...FILE_WIDE, ...OF_CONFIG] : FILE_WIDE;
  const ofTests = tests.flatMap(({ name, options }) =>
    options.flatMap((span) => read(source, OF_TEST, { of: name, span })),
  );
  return [...read(source, wide, { of: "", span: whole }), ...ofTests];
}

function read(
  source: Source,
  table: readonly (readonly [Limit["kind"], RegExp])[],
  { of, span }: { readonly of: string; readonly span: { readonly start: number; readonly end: number } },
): readonly Limit[] {
  return table.flatMap(([kind, pattern]) =>
    [...source.text.slice(span.start, span.end).matchAll(pattern)].flatMap((found) => {
      const value = valueOf(found[1] ?? found[2] ?? "", kind);
      const words = found[0].trim().replace(/[,)\]]+\s*$/, "");
      return value === undefined
        ? []
        : [{ of, kind, at: span.start + found.index + found[0].search(/\S/), words, value }];
    }),
  );
}

/** The largest number in an expression: `process.env.CI ? 2 : 0` may be 2. Undefined = it names none. */
function valueOf(expression: string, kind: Limit["kind"]): number | undefined {
  const first = expression.split(/,(?!\d{3})/, 1)[0] ?? "";
  if (/\bInfinity\b|\bNone\b/.test(first)) return Infinity;
  const numbers = [...first.matchAll(/(?<![\w.])\d[\d_]*(?:\.\d+)?/g)].map(([number]) =>
    Number(number.replaceAll("_", "")),
  );
  if (numbers.length === 0) return undefined;
  const isProduct = /^[\s\d_*.]+\)?$/.test(first) && first.includes("*");
  const value = isProduct ? numbers.reduce((all, each) => all * each, 1) : Math.max(...numbers);
  // No time is no limit.
  return kind === "timeout" && value === 0 ? Infinity : value;
}
