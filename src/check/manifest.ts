/**
 * Manifests hold ordinary settings and the tests' own side by side: dependencies may be added to a package.json, its
 * test script may not be changed. This says which of a manifest's settings belong to the tests. Pure.
 *
 * Free are `type`, `exports`, most of `imports` and everything else that only moves sources about: sources may be written
 * anyway. Frozen are:
 *
 * | manifest       | settings                                                                                        |
 * |----------------|-------------------------------------------------------------------------------------------------|
 * | package.json   | scripts that test or check, and scripts that these start; a runner's own section; a runner's     |
 * |                | version; overrides of dependencies; `imports` that lead to a test's file                         |
 * | Cargo.toml     | [[test]], [[bench]], `test`, `doctest`, `harness` of [lib] and [[bin]], package.auto*, profiles   |
 * | pyproject.toml | [tool.pytest], [tool.coverage], [tool.tox], [tool.nox], [tool.hatch.envs]                        |
 * | setup.cfg      | [tool:pytest], [coverage:*]                                                                      |
 */

import { isTestFile } from "./freeze.ts";

type Text = string | undefined;

/** What is wrong with a change of a manifest, as a sentence's part, or undefined. `after` undefined = deleted. */
export function manifestTampering(path: string, before: Text, after: Text): string | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const read = MANIFESTS[name];
  // A new package is a project of its own; a new file of settings is read by the tests that are there.
  if (read === undefined || (before === undefined && !SETTINGS_ONLY.has(name))) return undefined;
  if (after === undefined) return `${path} may not be deleted`;

  const frozenBefore = read(before ?? "");
  const frozenAfter = read(after);
  // What cannot be read before was broken already; what cannot be read after was broken by the change.
  if (frozenBefore === undefined) return undefined;
  if (frozenAfter === undefined) return `${path} could no longer be read`;
  const changed = [...new Set([...frozenBefore.keys(), ...frozenAfter.keys()])].find(
    (key) => frozenBefore.get(key) !== frozenAfter.get(key),
  );
  return changed === undefined ? undefined : `\`${changed}\` in ${path} belongs to the tests`;
}

const SETTINGS_ONLY: ReadonlySet<string> = new Set(["pyproject.toml", "setup.cfg"]);

/** Setting -> value, of those that belong to the tests; undefined = not readable. */
type ReadFrozen = (text: string) => ReadonlyMap<string, string> | undefined;

const RUNNERS = /^(?:@?vitest|@?jest|@?playwright|mocha|ava|tap|c8|nyc|chai|jasmine|karma|cypress|uvu)(?:[/-].*)?$/;
const RUNNER_SECTIONS = /^(?:vitest|jest|mocha|ava|playwright|c8|nyc|tap|cypress)$/;
const OVERRIDES = /^(?:overrides|resolutions|pnpm|packageManager|devEngines)$/;
const DEPENDENCIES = /^(?:dependencies|devDependencies|optionalDependencies|peerDependencies)$/;

/** `pretest`, `test:unit`, `check`, `ci:all`: names under which people start what judges their code. */
const CHECK_SCRIPT =
  /^(?:pre|post)?(?:tests?|check|verify|validate|ci|e2e|spec|coverage|lint|typecheck|tsc)(?:[:_-].*)?$/;

function packageJson(text: string): ReadonlyMap<string, string> | undefined {
  const manifest = parseObject(text);
  if (manifest === undefined) return undefined;
  const frozen = new Map<string, string>();
  for (const [key, value] of Object.entries(manifest)) {
    if (RUNNER_SECTIONS.test(key) || OVERRIDES.test(key)) frozen.set(key, JSON.stringify(value));
    if (key === "imports")
      for (const [name, to] of entriesOf(value)) if (leadsToTest(to)) frozen.set(`imports.${name}`, JSON.stringify(to));
    if (!DEPENDENCIES.test(key)) continue;
    for (const [name, range] of entriesOf(value)) if (RUNNERS.test(name)) frozen.set(`${key}.${name}`, String(range));
  }
  const scripts = new Map(entriesOf(manifest["scripts"]).map(([name, script]) => [name, String(script)]));
  for (const name of scriptsOfTests(scripts)) frozen.set(`scripts.${name}`, scripts.get(name) ?? "");
  return frozen;
}

/** A path, or conditions with paths in them. */
const leadsToTest = (to: unknown): boolean =>
  typeof to === "string" ? isTestFile(to.replace(/^\.\//, "")) : entriesOf(to).some(([, inner]) => leadsToTest(inner));

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ""));
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

const entriesOf = (value: unknown): readonly [string, unknown][] =>
  typeof value === "object" && value !== null ? Object.entries(value) : [];

/** Scripts that test by their name, and all that these name, with what npm runs before and after. */
function scriptsOfTests(scripts: ReadonlyMap<string, string>): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [...scripts.keys()].filter((name) => CHECK_SCRIPT.test(name));
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const script = scripts.get(name);
    if (script === undefined || found.has(name)) continue;
    found.add(name);
    const words = script.split(/[^\w:.*/@-]+/);
    open.push(
      `pre${name}`,
      `post${name}`,
      ...[...scripts.keys()].filter((other) => words.some((w) => names(w, other))),
    );
  }
  return found;
}

/** `run-s test:*` names every script that begins with `test:`. */
const names = (word: string, script: string): boolean =>
  word === script || (word.endsWith("*") && word.length > 1 && script.startsWith(word.replace(/\*+$/, "")));

/** Line by line, which is enough to tell that a setting changed; a value may go over several lines. */
const toml =
  (frozenPath: RegExp): ReadFrozen =>
  (text) => {
    const frozen = new Map<string, string>();
    let section = "";
    let path = "";
    for (const line of text.split(/\r?\n/).map(withoutComment)) {
      const header = /^\[\[?\s*([^\]]+?)\s*\]?\]$/.exec(line);
      const setting = /^([\w."':-]+)\s*=/.exec(line);
      if (header !== null) {
        section = plainPath(header[1] ?? "");
        // The dot tells `[lib]`, which says nothing yet, from `lib = { test = false }`.
        path = `${section}.`;
      }
      if (setting !== null) path = plainPath(section === "" ? (setting[1] ?? "") : `${section}.${setting[1]}`);
      if (line !== "" && frozenPath.test(path)) frozen.set(path, `${frozen.get(path) ?? ""}${line}\n`);
    }
    return frozen;
  };

const withoutComment = (line: string): string => line.replace(/(?:^|\s)#.*$/, "").trim();
const plainPath = (path: string): string => path.replace(/["'\s]/g, "");

/** A file that mixes settings of tests with ordinary ones. */
export const isManifest = (path: string): boolean => Object.hasOwn(MANIFESTS, path.slice(path.lastIndexOf("/") + 1));

const MANIFESTS: Readonly<Record<string, ReadFrozen>> = {
  "package.json": packageJson,
  "Cargo.toml": toml(
    /^(?:test|bench|profile)(?:\.|$)|^package\.auto|^lib$|^(?:lib|bin)\.(?:test|doctest|harness|bench)$|^bin$/,
  ),
  "pyproject.toml": toml(/^tool\.(?:pytest|coverage|tox|nox|hatch\.envs)(?:\.|$)/),
  "setup.cfg": toml(/^(?:tool:pytest|coverage)/),
};
