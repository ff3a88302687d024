/**
 * A failed run in few words, for the next prompt and for the person: what failed first in full, the rest by name.
 * Pure.
 */
import type { Comparison, TestResult, TestRun } from "../core/check.ts";
import { fingerprint } from "./fingerprint.ts";
import { isRed } from "./test-ids.ts";

export interface FailureText {
  readonly text: string;
  /** Equal for two failures that differ only in timings, addresses, temporary paths or line numbers. */
  readonly fingerprint: string;
}

interface Failure {
  readonly label: string;
  readonly test: TestResult;
}

/** A longer message says the rest of it in the same words (a flood, a snapshot, a stack). */
const FINGERPRINT_CHARACTERS = 600;

export function describeFailure(
  source: TestRun | Comparison,
  { maxCharacters }: { readonly maxCharacters: number },
): FailureText {
  const failures = (isRun(source) ? ofRun(source) : ofComparison(source)).sort(byTellingFirst);
  const lines = failures.map(({ label, test }) =>
    [label, test.id, test.status, (test.message ?? "").slice(0, FINGERPRINT_CHARACTERS)].join(" "),
  );
  return { text: render(failures, maxCharacters), fingerprint: fingerprint(lines) };
}

/** Names that a sentence about progress lists at most. */
const MOST_NAMES = 8;

/** What became of the targets since the attempt before; "" where nothing did. */
export function describeProgress(before: Comparison, now: Comparison): string {
  const passed = new Set(before.green.map((test) => test.id));
  const passes = new Set(now.green.map((test) => test.id));
  const gained = now.green.filter((test) => !passed.has(test.id));
  const lost = before.green.filter((test) => !passes.has(test.id));
  const parts = [
    ...(gained.length === 0 ? [] : [`${namesOf(gained)} now ${gained.length === 1 ? "passes" : "pass"}`]),
    ...(lost.length === 0 ? [] : [`${namesOf(lost)} no longer ${lost.length === 1 ? "passes" : "pass"}`]),
  ];
  return parts.length === 0 ? "" : `Since the attempt before: ${parts.join("; ")}.`;
}

function namesOf(tests: readonly TestResult[]): string {
  const names = tests.slice(0, MOST_NAMES).map((test) => test.id);
  const more = tests.length - names.length;
  return more > 0 ? `${names.join(", ")} and ${more} more` : names.join(", ");
}

const isRun = (source: TestRun | Comparison): source is TestRun => "tests" in source;

function ofRun({ tests, passed }: TestRun): Failure[] {
  const red = tests.filter(isRed);
  // A run that is not passed and has no failure ran no test: its skipped result says so.
  const telling = red.length > 0 || passed ? red : tests.filter((test) => test.kind === "command");
  return telling.map((test) => ({ label: "FAIL", test }));
}

const ofComparison = ({ regressed, stillRed }: Comparison): Failure[] => [
  ...regressed.map((test) => ({ label: "BROKEN (passed before)", test })),
  ...stillRed.map((test) => ({ label: "FAIL", test })),
];

/** A hung command or a file that does not load explains the tests below it; a missing test explains nothing. */
const KIND_RANK: Readonly<Record<TestResult["kind"], number>> = { command: 0, file: 1, test: 2 };

function byTellingFirst(a: Failure, b: Failure): number {
  const rank = ({ test }: Failure): number => {
    if (test.message === undefined) return 9;
    const says = test.expected !== undefined || test.location !== undefined || test.kind !== "test";
    return KIND_RANK[test.kind] + (says ? 0 : 4);
  };
  return rank(a) - rank(b);
}

/** The first failure gets the room it needs, up to this share, so that one long diff does not hide all others. */
const FIRST_SHARE = 0.7;
/** Room that is kept for naming what is not described. */
const NAMES_SHARE = 0.1;

function render(failures: readonly Failure[], maxCharacters: number): string {
  const described: string[] = [];
  let room = Math.floor(maxCharacters * (1 - NAMES_SHARE));
  for (const failure of failures) {
    const share = described.length === 0 && failures.length > 1 ? Math.floor(room * FIRST_SHARE) : room;
    const block = cutMiddle(describeOne(failure), share);
    if (described.length > 0 && describeOne(failure).length > room) break;
    described.push(block);
    room -= block.length + 2;
    if (room <= 0) break;
  }
  const rest = failures.slice(described.length).map(({ test }) => test.id);
  const names = rest.length === 0 ? [] : [`Also failing (${rest.length}): ${rest.join(", ")}`];
  return cutEnd([...described, ...names].join("\n\n"), maxCharacters);
}

function describeOne({ label, test }: Failure): string {
  const { id, message, expected, actual, location } = test;
  return [
    `${label}: ${id}`,
    message?.trim(),
    expected === undefined ? undefined : `expected: ${expected}`,
    actual === undefined ? undefined : `actual: ${actual}`,
    location === undefined ? undefined : `at ${location}`,
  ]
    .filter((line): line is string => line !== undefined && line !== "")
    .join("\n");
}

const CUT = "\n[…]\n";

/** The start says what was asked, the end what came of it; what is between them goes first. */
function cutMiddle(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const half = Math.max(0, Math.floor((limit - CUT.length) / 2));
  return text.slice(0, half) + CUT + text.slice(text.length - half);
}

const cutEnd = (text: string, limit: number): string =>
  text.length <= limit ? text : `${text.slice(0, Math.max(0, limit - 1))}…`;
