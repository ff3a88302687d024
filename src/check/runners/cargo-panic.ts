/** Reads what a failed Rust test printed: std's panics in their two forms (until 1.72, and since), and what was compared. Pure. */
import type { TestResult } from "../../core/check.ts";
import { type ProjectFolders, projectPath } from "./cargo-files.ts";

export type Explanation = Pick<TestResult, "message" | "expected" | "actual" | "location">;

const MESSAGE_CHARACTERS = 4000;
const PLACES = 3;

/** The number in brackets is the thread's, and another one in each run. */
const NEW_PANIC = /^thread '.*?' (?:\(\d+\) )?panicked at (?<path>\S+?):(?<line>\d+):\d+:$\n?/gm;
const OLD_PANIC = /^thread '.*?' panicked at '(?<message>[\s\S]*?)', (?<path>\S+?):(?<line>\d+):\d+$/gm;
const NO_PANIC = /^note: test did not panic as expected at (?<path>\S+?):(?<line>\d+):\d+$/gm;

/** What differs from run to run or says nothing. */
const NOISE: readonly (readonly [RegExp, string])[] = [
  [/^note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n?/gm, ""],
  [/\S*\/rustdoctest\w+\//g, ""],
  [/^(thread '.*?') \(\d+\) panicked/gm, "$1 panicked"],
];

export function explainFailure(detail: string, folders: ProjectFolders): Explanation {
  const text = NOISE.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), detail);
  const panics = [NEW_PANIC, OLD_PANIC, NO_PANIC].flatMap((pattern) => [...text.matchAll(pattern)]);
  const bare = panics.length === 1 ? text.replace(NEW_PANIC, "").replace(OLD_PANIC, "$<message>") : text;
  const message = bare.replaceAll(`${folders.root}/`, "").trim().slice(0, MESSAGE_CHARACTERS);
  const places = panics.flatMap(({ groups }) => placeOf(groups ?? {}, folders));
  return {
    ...(message === "" ? {} : { message }),
    ...comparedIn(text),
    ...(places.length === 0 ? {} : { location: [...new Set(places)].slice(0, PLACES).join(", ") }),
  };
}

function placeOf({ path = "", line }: Readonly<Record<string, string>>, folders: ProjectFolders): readonly string[] {
  const file = projectPath(path, folders);
  // rustdoc writes the doctests of a crate into one file of its own.
  return file === undefined || /^doctest_bundle_\d+\.rs$/.test(path) ? [] : [`${file}:${line}`];
}

/** `assert_eq!(actual, expected)`, as most people write it. */
function comparedIn(text: string): Pick<Explanation, "expected" | "actual"> {
  if (!/assertion .*left == right/.test(text)) return {};
  const actual = lastValue(text, /^ +left: (.*)$/gm);
  const expected = lastValue(text, /^ +right: (.*)$/gm);
  return actual === undefined || expected === undefined ? {} : { actual, expected };
}

function lastValue(text: string, pattern: RegExp): string | undefined {
  const value = [...text.matchAll(pattern)].at(-1)?.[1];
  // The older form: `1`, and behind the second one the assertion's own message or the place.
  return value === undefined ? undefined : (/^`(.*)`(?:,|[:'].*)?$/.exec(value)?.[1] ?? value);
}
