/** Assertions that cannot fail a test because of what stands around them. Pure. */

import { type Source, statementEnd } from "../source/scan.ts";
import type { Span } from "../source/tokens.ts";
import type { Assertion } from "./assertions.ts";
import { blockEnd } from "./blocks.ts";
import type { Contents } from "./count.ts";
import type { Mark } from "./rules.ts";

/** Tries around assertions whose failure goes no further. */
export function swallowed(contents: Contents): readonly Mark[] {
  const { family } = contents.source;
  if (family === "python") return swallowedByPython(contents);
  return family === "js" || family === "c" ? swallowedByBraces(contents) : [];
}

const ANSWERS =
  /\bthrow\b|\bfail\b|\breject\s*\(|\b(?:done|next|cb|callback)\s*\(\s*\w|\bexpect|\bassert|\.(?:equal|is|true)\s*\(/;

function swallowedByBraces({ source, assertions }: Contents): readonly Mark[] {
  const { code, partners } = source;
  return [...code.matchAll(/\btry\s*\{/g)].flatMap(({ 0: words, index }) => {
    const close = partners.get(index + words.length - 1) ?? code.length;
    const handler = /^\}\s*catch\s*(?:\([^)]*\)\s*)?\{/.exec(code.slice(close, close + 300));
    if (handler === null || !holds(assertions, { start: index, end: close })) return [];
    const start = close + handler[0].length - 1;
    if (ANSWERS.test(code.slice(start, partners.get(start)))) return [];
    // A failure that is noted and judged further down is not swallowed.
    const caught = /\b(\w+)\s*=(?!=)/.exec(code.slice(start, partners.get(start)))?.[1];
    const judged =
      caught !== undefined && new RegExp(`\\b(?:expect|assert)\\w*[^\\n]*\\b${caught}\\b`).test(code.slice(start));
    return judged ? [] : [{ at: close + handler[0].indexOf("catch"), words: handler[0].slice(1).trim() }];
  });
}

const holds = (assertions: readonly Assertion[], { start, end }: Span): boolean =>
  assertions.some(({ at }) => at >= start && at < end);

const CATCH_ALL = /^[ \t]*except\b[ \t]*(?:\(?[^:\n]*\b(?:Exception|BaseException|AssertionError)\b[^:\n]*)?:/gm;

function swallowedByPython({ source, assertions }: Contents): readonly Mark[] {
  const { code } = source;
  const handlers = [...code.matchAll(CATCH_ALL)].filter(({ 0: words, index }) => {
    const colon = index + words.length - 1;
    if (/\braise\b|\bfail\b|\bassert|\bpytest\.raises/.test(code.slice(colon, blockEnd(source, colon)))) return false;
    return holds(assertions, { start: tryBefore(code, index, words), end: index });
  });
  const suppressed = [
    ...code.matchAll(
      /\bwith\s+(?:contextlib\.)?suppress\s*\([^)\n]*\b(?:Base)?(?:Exception|AssertionError)\b[^)\n]*\)\s*:/g,
    ),
  ];
  const tight = suppressed.filter(({ 0: words, index }) =>
    holds(assertions, { start: index, end: blockEnd(source, index + words.length - 1) }),
  );
  return [...handlers, ...tight].map(({ 0: words, index }) => ({
    at: index + words.search(/\S/),
    words: words.trim().replace(/:$/, ""),
  }));
}

/** The `try` with the indent of this `except`. */
function tryBefore(code: string, at: number, words: string): number {
  const indent = words.length - words.trimStart().length;
  return code.lastIndexOf(`\n${words.slice(0, indent)}try`, at);
}

/** `return` with nothing to say, in a test's own block and with assertions below it. */
export function deadReturns({ source, tests, assertions }: Contents): readonly Mark[] {
  return tests
    .filter((test) => test.kind === "test")
    .flatMap(({ body, end }) => {
      const at = returnIn(source, { start: bodyStart(source, body), end });
      if (at === undefined || !holds(assertions, { start: statementEnd(source, at), end })) return [];
      return [
        {
          at,
          words:
            source.raw
              .slice(at, at + 30)
              .split("\n", 1)[0]
              ?.trim() ?? "return",
        },
      ];
    });
}

/** The brace or colon at which the test's function begins. */
function bodyStart({ code, partners, family }: Source, body: number): number {
  if (family !== "js") return body;
  const marks = /[({]|=>\s*(?!\s*\{)/g;
  marks.lastIndex = body;
  for (let found = marks.exec(code); found !== null; found = marks.exec(code)) {
    if (found[0] === "{") return found.index;
    if (found[0] !== "(") return code.length;
    marks.lastIndex = (partners.get(found.index) ?? code.length) + 1;
  }
  return code.length;
}

function returnIn({ code, partners, family }: Source, { start, end }: Span): number | undefined {
  const bare = /[([{]|\breturn\b(?=[ \t]*(?:;|\n|\}|undefined\b|null\b|true\b|None\b|True\b|Ok\(\(\)\)))/g;
  bare.lastIndex = start + 1;
  const indent = family === "python" ? firstIndent(code, start) : undefined;
  for (let found = bare.exec(code); found !== null && found.index < end; found = bare.exec(code)) {
    if (!found[0].startsWith("return")) {
      bare.lastIndex = partners.get(found.index) ?? end;
      continue;
    }
    const line = code.slice(code.lastIndexOf("\n", found.index) + 1, found.index);
    const isConditional = /\b(?:if|else|case)\b/.test(line) || /\)\s*$/.test(code.slice(start, found.index));
    if (!isConditional && (indent === undefined || line === indent)) return found.index;
  }
  return undefined;
}

/** The blanks before the first statement of a block that begins with the colon at `start`. */
const firstIndent = (code: string, start: number): string => /\n([ \t]*)\S/.exec(code.slice(start))?.[1] ?? "";
