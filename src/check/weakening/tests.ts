/** Where the tests of a file are, and how many a table makes of each. Pure, by the looks of the code. */

import { partsOf, type Source, wording } from "../source/scan.ts";
import type { Family, Span } from "../source/tokens.ts";
import { blockEnd, decorated } from "./blocks.ts";

/** A test, or a group of tests. `start` is that of its decorators. */
export interface TestPart extends Span {
  readonly kind: "test" | "group";
  readonly name: string;
  /** Where its name or its call is: the line to show. */
  readonly at: number;
  /** Rows of its table, 1 where it has none that can be counted. */
  readonly rows: number;
  /** Where its body begins. */
  readonly body: number;
  /** Arguments beside title and function, where options are. */
  readonly options: readonly Span[];
}

export const testsOf = (source: Source): readonly TestPart[] => READERS[source.family](source);

const MODIFIERS =
  "skip|only|todo|concurrent|sequential|serial|parallel|fails|failing|fail|fixme|slow|each|for|skipIf|runIf";
const WORDS = "test|it|specify|describe|suite|context|[xf](?:it|describe|context|test|specify)|Deno\\.test";
const CALL = new RegExp(
  `(?<![\\w$.])(?:(?:${WORDS})(?:\\.(?:describe|${MODIFIERS}))*|(?:t|tt|ctx)\\.test)\\s*(?:<[^()\\n]{0,200}>\\s*)?[(\`]`,
  "g",
);
const FUNCTION = /=>|\bfunction\b/;

function testsOfJs(source: Source): readonly TestPart[] {
  return [...source.code.matchAll(CALL)].flatMap((found) => {
    const [call] = found;
    const table = found.index + call.length - 1;
    const hasTable = /\.(?:each|for|skipIf|runIf)\b/.test(call);
    const open = hasTable ? callAfter(source, table) : table;
    const parts = source.code[open] === "(" ? partsOf(source, open) : [];
    const [title, ...others] = parts;
    if (title === undefined || !isTest(source, call, parts)) return [];
    const functions = others.filter((part) => FUNCTION.test(source.code.slice(part.start, part.end)));
    const body = functions.at(-1) ?? others.at(-1) ?? title;
    return {
      kind: /describe|suite|context/.test(call) ? "group" : "test",
      name: wording(source.text, title),
      start: found.index,
      at: found.index,
      end: source.partners.get(open) ?? source.code.length,
      rows: hasTable ? rowsOf(source, table) : 1,
      body: body.start,
      options: others.filter((part) => part !== body),
    };
  });
}

/** The opening of the call that follows a table, or -1. */
function callAfter({ code, partners }: Source, table: number): number {
  const end = code[table] === "`" ? code.indexOf("`", table + 1) : (partners.get(table) ?? -1);
  const next = /^\s*\(/.exec(code.slice(end + 1, end + 200));
  return end < 0 || next === null ? -1 : end + next[0].length;
}

/** `test.skip(isWindows, "why")` within a test of Playwright is none. */
function isTest({ code }: Source, call: string, parts: readonly Span[]): boolean {
  if (/\.todo\b/.test(call)) return true;
  if (!/\.(?:skip|fixme|fail|slow)\b/.test(call)) return parts.length > 1;
  return parts.length > 1 && /^\s*["'`]/.test(code.slice(parts[0]?.start, parts[0]?.end));
}

function rowsOf(source: Source, table: number): number {
  const { code, raw, partners } = source;
  if (code[table] === "`") {
    const lines = raw.slice(table + 1, code.indexOf("`", table + 1)).split("\n");
    return Math.max(1, lines.filter((line) => line.trim() !== "").length - 1);
  }
  const end = partners.get(table) ?? table;
  return elementsOf(source, { start: table + 1, end });
}

/** Elements of a list that is written here, or of a list with this name that is written elsewhere in the file. */
function elementsOf(source: Source, { start, end }: Span): number {
  const text = source.code.slice(start, end);
  const list = text.search(/\S/);
  if (text[list] === "[" || text[list] === "(") return Math.max(1, partsOf(source, start + list).length);
  // `rows([…])`: what a function makes of a list has its rows.
  const inner = /^\s*[\w.]+\s*\(\s*\[/.exec(text)?.[0].length;
  if (inner !== undefined) return Math.max(1, partsOf(source, start + inner - 1).length);
  const name = /^\s*([A-Za-z_]\w*)/.exec(text)?.[1];
  if (name === undefined) return 1;
  const place = new RegExp(`\\b${name}\\s*(?::[^=\\n]{1,200})?=\\s*[[(]`).exec(source.code);
  return place === null ? 1 : Math.max(1, partsOf(source, place.index + place[0].length - 1).length);
}

function testsOfPython(source: Source): readonly TestPart[] {
  return decorated(source, /^[ \t]*(?:(@)[\w.]+|(?:async[ \t]+)?(?:def|class)[ \t]+(\w+))/gm).flatMap((part) => {
    const isGroup = /\bclass\b/.test(source.code.slice(part.at, part.body));
    if (!(isGroup ? /^Test|Tests?$/ : /^test/).test(part.name)) return [];
    const tables = part.decorators.filter((place) =>
      /^\s*@[\w.]*parametrize/.test(source.code.slice(place, place + 99)),
    );
    const rows = tables.map((place) => {
      const values = partsOf(source, source.code.indexOf("(", place))[1];
      return values === undefined ? 1 : elementsOf(source, values);
    });
    return { ...part, kind: isGroup ? "group" : "test", rows: product(rows), options: [] };
  });
}

const product = (numbers: readonly number[]): number => numbers.reduce((all, each) => all * each, 1);

function testsOfRust(source: Source): readonly TestPart[] {
  const pattern = /(#)\[|\b(?:fn|mod|struct|enum|impl)\s+(\w+)/g;
  return decorated(source, pattern).flatMap((part) => {
    const attributes = part.decorators.map((place) => source.code.slice(place + 2, source.partners.get(place + 1)));
    const isMarked = attributes.some((attribute) => /^\s*(?:\w+::)*(?:\w*test\w*|case|quickcheck)\b/.test(attribute));
    if (!isMarked || !/^fn\b/.test(source.code.slice(part.at, part.at + 3))) return [];
    const rows = attributes.filter((attribute) => /^\s*(?:case|(?:\w+::)*test_case)\b/.test(attribute)).length;
    return { ...part, kind: "test", rows: Math.max(1, rows), options: [] };
  });
}

function testsOfGo(source: Source): readonly TestPart[] {
  const { code, text } = source;
  return [...code.matchAll(/^func\s+(?:Test|Fuzz|Example)\w*|\bt\.Run\(\s*(?="|`)/gm)].map((found) => {
    const at = found.index;
    const isRun = found[0].startsWith("t");
    const body = code.indexOf(isRun ? "(" : "{", at);
    const end = blockEnd(source, body);
    const name = isRun ? wording(text, partsOf(source, body)[0]) : (found[0].split(/\s+/)[1] ?? "");
    const rows =
      !isRun && /\bt\.Run\(\s*[^"`\s]/.test(code.slice(body, end)) ? rowsOfGo(source, { start: body, end }) : 1;
    return { kind: "test", name, start: at, at, body, end, rows, options: [] };
  });
}

/** Elements of the tables in a function: `[]struct{…}{ {…}, {…} }`, `map[string]int{ … }`, `[]row{ … }`. */
function rowsOfGo(source: Source, { start, end }: Span): number {
  const tables = [...source.code.slice(start, end).matchAll(/(?:\[\]|\bmap\[\w+\])(?:struct\s*\{|[\w.*]+\s*\{)/g)];
  const rows = tables.map(({ 0: table, index }) => {
    const brace = start + index + table.length - 1;
    const open = table.includes("struct") ? source.code.indexOf("{", (source.partners.get(brace) ?? brace) + 1) : brace;
    // Rows are structures; a list of numbers is none.
    return partsOf(source, open).filter((part) => /^[^,{]*\{/.test(source.code.slice(part.start, part.end))).length;
  });
  return Math.max(1, ...rows);
}

const C_TEST =
  /@(?:Parameterized|Repeated)?Test\b|@Property\b|\[(?:Fact|Theory|Test|TestMethod)\b|\bTEST(?:_F|_P)?(?=\s*\()|\bfunc(?:tion)?\s+(?=test\w*\s*\()/g;
const HASH_TEST = /^[ \t]*(?:it|test|specify|scenario|@test|test_that)\b[ (]*(?=["'])|^[ \t]*def[ \t]+(?=test_)/gm;

/** Without knowing the language, a test goes on to the next one. */
const wordTests =
  (pattern: RegExp) =>
  (source: Source): readonly TestPart[] => {
    const places = [...source.code.matchAll(pattern)];
    return places.map(({ 0: words, index }, at) => {
      const after = index + words.length;
      const name = /["'][^"'\n]*["']|\b\w+(?=\s*\()|\([^)\n]*\)/.exec(source.text.slice(after, after + 400))?.[0] ?? "";
      const end = places[at + 1]?.index ?? source.code.length;
      return { kind: "test", name: wording(name), start: index, at: index, body: after, end, rows: 1, options: [] };
    });
  };

const READERS: Readonly<Record<Family, (source: Source) => readonly TestPart[]>> = {
  js: testsOfJs,
  python: testsOfPython,
  rust: testsOfRust,
  go: testsOfGo,
  c: wordTests(C_TEST),
  hash: wordTests(HASH_TEST),
};
