/** Settings by which a runner, a script or continuous integration proves less. Pure. */

import type { Source } from "../source/scan.ts";
import { excludedItems, includedItems } from "./lists.ts";

interface Setting {
  readonly pattern: RegExp;
  readonly does: string;
  /** Lines on which it means something else. */
  readonly but?: RegExp;
}

const NO_FAILURE = "lets a failure pass";
const FEWER = "leaves tests out";
const HARMLESS =
  /^\s*(?:(?:[-@]|run:|["'])\s*)*(?:\w+["']?:\s*["'])?\s*(?:sudo\s+)?(?:p?kill\w*|rm|rmdir|mkdir|docker\s+(?:rm|stop|kill)|git|grep|which|command\s+-v|umount|chmod)\b/;
const RUNNER =
  "(?:vitest|jest|mocha|ava|tap|jasmine|playwright|cypress|pytest|unittest|nextest|cargo\\s+test|go\\s+test|node\\s[^\\n]*--test|addopts|PYTEST_ADDOPTS)";

/** Matched line by line where comments are blank. */
const SETTINGS: readonly Setting[] = [
  {
    pattern: /\bpassWithNoTests\b["']?\s*[:=]\s*true|--passWithNoTests\b|--pass-with-no-tests\b/g,
    does: "passes where there is no test",
  },
  {
    pattern:
      /\b(?:bail|failFast|maxFailures)["']?\s*[:=]\s*(?!0\b|false\b|undefined\b)\w+|--bail\b|--maxfail\b|--exitfirst\b|-failfast\b|--fail-fast\b/g,
    does: "stops at the first failure",
  },
  {
    pattern: /\ballowOnly\b["']?\s*[:=]\s*true|\bforbidOnly\b["']?\s*[:=]\s*false|--allowOnly\b/g,
    does: "lets tests be left out by `only`",
  },
  {
    pattern:
      /\bcontinue-on-error["']?\s*:\s*(?!false)\S+|\ballow_failure["']?\s*:\s*(?!false)\S+|\bignore_?errors?["']?\s*[:=]\s*(?:true|yes)|^\.IGNORE\s*:/gim,
    does: NO_FAILURE,
  },
  {
    pattern:
      /\|\|\s*(?:true|:|exit\s+0|echo\b|printf\b|\/bin\/true)|(?:;|&&|\|)\s*(?:true|exit\s+0)\s*(?=["'\n]|$)|\bset\s+\+e\b/gm,
    does: NO_FAILURE,
    but: HARMLESS,
  },
  { pattern: /(?<![\w-])exit\s+0\b/g, does: NO_FAILURE, but: HARMLESS },
  {
    pattern: /--if-present\b|--no-run\b|--collect-only\b|--co\b(?!\w|-)|--dry-run\b|--list(?:Tests)?\b/g,
    does: "runs no test",
    but: new RegExp(`^(?![^\\n]*(?:${RUNNER}|\\btest\\b))`),
  },
  { pattern: /^\s*(?:-\s*)?if\s*:\s*(?:false\b|\$\{\{\s*false\s*\}\})/gm, does: "is never run" },
  {
    pattern: new RegExp(`\\b${RUNNER}\\b[^\\n]*\\s(?:-u|-w|--update)\\b`, "g"),
    does: "writes what it should compare with",
  },
  {
    pattern:
      /--update-?[sS]napshots?\b|--snapshot-update\b|--test-update-snapshots\b|\bupdateSnapshots?["']?\s*[:=]\s*["']?(?:all|changed|new|true)|\b(?:INSTA_UPDATE|UPDATE_EXPECT)\s*[:=]|--ci[= ]false\b/g,
    does: "writes what it should compare with",
  },
  {
    pattern:
      /--(?:ignore(?:-glob)?|deselect|testPathIgnorePatterns|exclude|grep-?invert|invert|skip|testNamePattern|grep|last-failed|lf|onlyChanged|only-changed|changed|onlyFailures|shard|filter|lib|bins|doc|testPathPatterns?)\b(?=[= "'\n,\]]|$)/gm,
    does: FEWER,
    but: new RegExp(`^(?![^\\n]*(?:${RUNNER}|\\btest\\b|^\\s*["']?--|"-))`),
  },
  { pattern: new RegExp(`\\b${RUNNER}\\b[^\\n]*?\\s["']?-(?:k|m|t|g|run|skip|x)["']?[= ,]`, "g"), does: FEWER },
  { pattern: /^\s*["']-(?:k|m|x|t)["']\s*,?/gm, does: FEWER },
  {
    pattern:
      /\bdangerouslyIgnoreUnhandledErrors\b["']?\s*[:=]\s*true|--dangerouslyIgnoreUnhandledErrors\b|\bignoreSourceErrors\b["']?\s*[:=]\s*true/g,
    does: "hides errors",
  },
  { pattern: /\bgrepInvert\b|\btestNamePattern\b|(?<![\w-])grep["']?\s*[:=]|\bshard["']?\s*[:=]/g, does: FEWER },
  {
    pattern: /\bxfail_strict\s*=\s*(?:false|False|0)|\b(?:harness|test|doctest|autotests)\s*=\s*false\b/g,
    does: FEWER,
  },
];

/** A recipe's line whose failure make passes over. */
const IGNORED_RECIPE: Setting = { pattern: /^\t@?-@?[^\n]*/gm, does: NO_FAILURE, but: HARMLESS };

/** What must not become fewer. */
const STRICT =
  /\bforbidOnly\b["']?\s*[:=]\s*(?!false)\S|\bxfail_strict\s*=\s*(?:true|True|1)|\bset\s+-\w*e|--strict-markers\b|--forbid-only\b/g;
const RUNS =
  /\b(?:vitest|jest|mocha|ava|pytest|unittest|tox|nox|playwright\s+test|cypress\s+run|cargo\s+(?:\+\w+\s+)?(?:test|nextest|clippy)|go\s+(?:test|vet)|node\s[^\n"']*--test\b|(?:npm|pnpm|yarn|bun|deno|make|mix|gradle\w*|mvn|rake|dotnet|swift|ctest)\s+(?:-\S+\s+)*(?:run\s+|run-script\s+)?(?:test\S*|check\S*|verify\S*|ci\b)|rspec|phpunit|tsc\b|eslint|oxlint|ruff|mypy)/g;

/** Ends of sentences. */
export function weakerSettings(path: string, before: Source | undefined, after: Source): readonly string[] {
  const settings = /makefile$/i.test(path) ? [...SETTINGS, IGNORED_RECIPE] : SETTINGS;
  const added = settings.flatMap((setting) => addedSettings(setting, before, after));
  if (before === undefined) return added;
  return [...added, ...fewer(before, after), ...excludedItems(before, after), ...includedItems(before, after)];
}

function addedSettings({ pattern, does, but }: Setting, before: Source | undefined, after: Source): readonly string[] {
  const find = (source: Source): readonly { readonly words: string; readonly line: number; readonly text: string }[] =>
    [...source.text.matchAll(pattern)]
      .map(({ 0: words, index }) => {
        const at = index + Math.max(0, words.search(/\S/));
        return { words: words.trim(), line: source.lineAt(at), text: lineAround(source.text, at) };
      })
      .filter(({ text }) => but === undefined || !but.test(text));
  const now = find(after);
  const old = before === undefined ? [] : find(before);
  const known = new Set(old.map(({ text }) => text.trim()));
  const fresh = now.filter(({ text }) => !known.has(text.trim()));
  const more = now.length - old.length;
  return (fresh.length > 0 ? fresh : now)
    .slice(0, Math.max(0, more))
    .map(({ words, line }) => `\`${words}\` at line ${line} ${does}`);
}

function lineAround(text: string, at: number): string {
  const end = text.indexOf("\n", at);
  return text.slice(text.lastIndexOf("\n", at - 1) + 1, end < 0 ? text.length : end);
}

function fewer(before: Source, after: Source): readonly string[] {
  const lost = ([pattern, what]: readonly [RegExp, string]): readonly string[] => {
    const old = [...before.text.matchAll(pattern)];
    const left = [...after.text.matchAll(pattern)].map(([words]) => words);
    const gone = old.find(({ 0: words }) => !left.includes(words)) ?? old.at(-1);
    if (gone === undefined || left.length >= old.length) return [];
    return [`\`${gone[0].trim()}\` of line ${before.lineAt(gone.index)} ${what}`];
  };
  return [...lost([STRICT, "is gone"]), ...lost([RUNS, "is no longer run"])];
}
