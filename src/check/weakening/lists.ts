/** Lists of a runner's configuration that say which tests are found: JavaScript, JSON, TOML, YAML and ini alike. Pure. */
import { partsOf, type Source } from "../source/scan.ts";

const EXCLUDES =
  /(?<![\w-])["']?(?:exclude|testIgnore|testPathIgnorePatterns|modulePathIgnorePatterns|excludeSpecPattern|norecursedirs|collect_ignore(?:_glob)?|ignore|deselect|paths-ignore|branches-ignore)["']?\s*(?:\+?=|:|\.(?:append|extend|push)\s*\()/g;
const INCLUDES =
  /(?<![\w-])["']?(?:include|testMatch|testRegex|testDir|specPattern|testpaths|python_files|python_functions|python_classes|spec|roots)["']?\s*(?:=|:)/g;
/** Settings of other tools, or of other parts of the same one. */
const ELSEWHERE =
  /\b(?:coverage|optimizeDeps|build|rollupOptions|watch|ssr|esbuild|server|typecheck|resolve|deps)["']?\s*:\s*\{/g;
const OTHER_SECTION = /coverage|ruff|mypy|black|isort|pyright|flake8|pylint|setuptools|hatch|project|package/;
/** No tests of the project's own are there. */
const USUAL =
  /node_modules|\bdist\b|\bbuild\b|\.git\b|\bcoverage\b|\.venv|\bvenv\b|\btarget\b|__pycache__|\.cache|\.next|\.tox|\.nox|\.eggs?|^\s*\.\.\.|site-packages|\.worktrees/;

interface Item {
  readonly text: string;
  readonly line: number;
}

/** Ends of sentences. */
export function excludedItems(before: Source, after: Source): readonly string[] {
  const known = new Set(itemsOf(before, EXCLUDES).map(({ text }) => text));
  return itemsOf(after, EXCLUDES)
    .filter(({ text }) => !known.has(text) && !USUAL.test(text))
    .map(({ text, line }) => `\`${text}\` at line ${line} is excluded from the tests`);
}

/** Fewer places to look in, or narrower ones. A list where none was takes the place of the runner's own, wider one. */
export function includedItems(before: Source, after: Source): readonly string[] {
  const old = itemsOf(before, INCLUDES);
  const now = itemsOf(after, INCLUDES);
  const gone = old.find(({ text }) => !now.some((item) => item.text === text));
  const added = now.find(({ text }) => !old.some((item) => item.text === text));
  if (old.length === 0 && added !== undefined)
    return [`\`${added.text}\` at line ${added.line} narrows which tests are found`];
  const isNarrower = now.length < old.length || stars(now) < stars(old);
  return gone !== undefined && isNarrower
    ? [`\`${gone.text}\` of line ${gone.line} is no longer looked into for tests`]
    : [];
}

const stars = (items: readonly Item[]): number =>
  items.reduce((sum, { text }) => sum + [...text.matchAll(/\*+/g)].length, 0);

function itemsOf(source: Source, keys: RegExp): readonly Item[] {
  const elsewhere = [...source.code.matchAll(ELSEWHERE)].map(({ 0: words, index }) => ({
    start: index,
    end: source.partners.get(index + words.length - 1) ?? source.code.length,
  }));
  return [...source.text.matchAll(keys)]
    .filter(({ index }) => !elsewhere.some(({ start, end }) => index > start && index < end))
    .filter(({ index }) => !OTHER_SECTION.test(sectionAt(source.text, index)))
    .flatMap(({ 0: words, index }) => valuesAt(source, index + words.length));
}

/** The header of an ini or TOML file that stands above. */
const sectionAt = (text: string, at: number): string =>
  /^\[+([^\]\n]+)\]/.exec(text.slice(text.lastIndexOf("\n[", at) + 1, at))?.[1] ?? "";

/** A bracketed list, the words of the line, or the deeper lines below it. */
function valuesAt(source: Source, at: number): readonly Item[] {
  const { text, code } = source;
  const open = at + (/^\s*/.exec(code.slice(at, at + 200))?.[0].length ?? 0);
  if (code[open] === "[") {
    return partsOf(source, open).flatMap(({ start, end }) => itemAt(source, text.slice(start, end), start));
  }
  const lineEnd = text.indexOf("\n", at);
  const rest = text.slice(at, Math.min(lineEnd < 0 ? text.length : lineEnd, at + LONGEST));
  if (rest.trim() === "") return below(text, at).flatMap(({ line, place }) => itemAt(source, line, place));
  const isWords = source.family === "hash" && !/["']/.test(rest);
  const values = isWords ? rest.trim().split(/\s+/) : [rest.split(/,\s|[,)};]\s*$/, 1)[0] ?? ""];
  return values.flatMap((value) => itemAt(source, value, at));
}

/** Characters of a line that are looked at. */
const LONGEST = 500;

function itemAt({ lineAt }: Source, value: string, place: number): readonly Item[] {
  const plain = value.trim().replaceAll(/^(?:-\s+)?["'`]?|["'`,]*$/g, "");
  return plain === "" ? [] : [{ text: plain, line: lineAt(place + Math.max(0, value.search(/\S/))) }];
}

/** The lines below that are deeper than the one at `at`. */
function below(text: string, at: number): readonly { readonly line: string; readonly place: number }[] {
  const indent = /^[ \t]*/.exec(text.slice(text.lastIndexOf("\n", at) + 1))?.[0].length ?? 0;
  const found: { line: string; place: number }[] = [];
  let place = text.indexOf("\n", at) + 1;
  while (place > 0 && place < text.length) {
    const end = text.indexOf("\n", place);
    const line = text.slice(place, end < 0 ? text.length : end);
    const depth = line.length - line.trimStart().length;
    if (line.trim() !== "" && (depth < indent || (depth === indent && !/^\s*-\s/.test(line)))) break;
    found.push({ line, place });
    place = end + 1;
  }
  return found;
}
