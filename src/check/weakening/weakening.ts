/**
 * Whether a change of a test, of its data or of a runner's configuration leaves it proving as much as before. A task may
 * ask for such a change; it may not ask for a test that proves less. Only what is new counts. Pure, by the looks of the
 * text: a changed expected value is beyond it, as is a lie told in a way that nobody has told before; the runs decide.
 */
import { isRunnerConfig, isTestFile } from "../freeze.ts";
import { familyOf, scan } from "../source/scan.ts";
import { weakerSettings } from "./config.ts";
import { type Contents, contentsOf } from "./count.ts";
import { raisedLimits } from "./limits.ts";
import { lost } from "./lost.ts";
import { newMarks } from "./marks.ts";

export interface Weakening {
  /** The end of a sentence for the model and the person: "`test.skip` at line 12 leaves a test out". */
  readonly what: string;
}

/**
 * In what way `after` proves less than `before`, each with its line; empty = it proves as much.
 * @param path relative to the root, with `/`: tells the language, and whether it is a test or a configuration
 * @param before undefined = a new file
 * @param after undefined = deleted
 */
export function weakenings(path: string, before: string | undefined, after: string | undefined): readonly Weakening[] {
  const old = before === undefined ? undefined : contentsOf(scan(before, familyOf(path)));
  const found = after === undefined ? deleted(path, old) : compared(path, old, contentsOf(scan(after, familyOf(path))));
  return [...new Set(found)].map((what) => ({ what }));
}

function deleted(path: string, before: Contents | undefined): readonly string[] {
  if (before === undefined) return [];
  const { tests, assertions } = before;
  const proves = tests.length > 0 || assertions.length > 0 || isRunnerConfig(path) || SNAPSHOT.test(path);
  return proves ? [tests.length > 0 ? `it is deleted, with ${count(tests.length, "test")}` : "it is deleted"] : [];
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;

const SNAPSHOT = /\.snap(?:\.[a-z]+)?$/;
/** Written in a language in which one configures, or by name a runner's own. */
const SETTINGS =
  /\.(?:json5?|jsonc|ya?ml|toml|ini|cfg|sh|bash|mk|xml|conf)$|(?:^|\/)(?:[\w.]*makefile|\.?justfile|Jenkinsfile|\.mocharc|\.rspec)$/i;

function compared(path: string, before: Contents | undefined, after: Contents): readonly string[] {
  if (SNAPSHOT.test(path)) return fewerSnapshots(before, after);
  const isConfig =
    isRunnerConfig(path) || (SETTINGS.test(path) && !/(?:^|\/)(?:fixtures|testdata|__fixtures__)\//.test(path));
  const settings = isConfig ? weakerSettings(path, before?.source, after.source) : [];
  const isRun = isConfig || after.tests.length > 0 || (before?.tests.length ?? 0) > 0 || !isTestFile(path);
  return [
    ...lost(before, after),
    ...newMarks(before, after, isRun),
    ...raisedLimits(before, after, isConfig),
    ...settings,
  ];
}

const ENTRY = /^exports\[`|^(?:#|\/\/) name: /gm;

function fewerSnapshots(before: Contents | undefined, after: Contents): readonly string[] {
  const [old, now] = [entries(before), entries(after)];
  return now < old ? [`it holds ${count(now, "snapshot")} instead of ${old}`] : [];
}

const entries = (contents: Contents | undefined): number => contents?.source.raw.match(ENTRY)?.length ?? 0;
