/**
 * Tests that stand in the file of the code that they test: Rust's `#[cfg(test)]` items and examples in doc comments,
 * vitest's `import.meta.vitest`. Such a file cannot be frozen as a whole, but its tests can. Pure.
 */
import { familyOf, type Source, scan } from "./source/scan.ts";

/** The tests in `text`, each as it is written; empty where the file is only code. */
export function inlineTests(path: string, text: string): readonly string[] {
  const family = familyOf(path);
  if (family === "python") return pythonTests(text);
  if (family !== "rust" && family !== "js") return [];
  const source = scan(text, family);
  return family === "rust" ? [...rustItems(source), ...docExamples(text)] : vitestBlocks(source);
}

const CFG_TEST =
  /#\[\s*(?:cfg\s*\(\s*(?:test\b|(?:all|any)\s*\(\s*test\b)[^\]]*|test|should_panic[^\]]*|(?:\w+::)*test[^\]]*)\]/g;

/** From the attribute to the end of the item's braces, or to its semicolon. */
function rustItems(source: Source): readonly string[] {
  const items: string[] = [];
  let after = 0;
  for (const { index } of source.code.matchAll(CFG_TEST)) {
    if (index < after) continue;
    after = endOfItem(source, index);
    items.push(source.raw.slice(index, after));
  }
  return items;
}

function endOfItem({ code, partners }: Source, start: number): number {
  for (let at = start; at < code.length; at += 1) {
    const isAttribute = code[at] === "[" || code[at] === "(";
    if (isAttribute) at = partners.get(at) ?? code.length;
    if (code[at] === ";") return at + 1;
    if (code[at] === "{") return (partners.get(at) ?? code.length) + 1;
  }
  return code.length;
}

/** Code of the fences in `///` and `//!`, one text an example. */
function docExamples(text: string): readonly string[] {
  const examples: string[] = [];
  let open: string[] | undefined;
  for (const line of text.split("\n")) {
    const doc = /^\s*\/\/[/!] ?(.*)$/.exec(line)?.[1];
    if (doc === undefined) open = undefined;
    else if (!/^\s*(?:`{3,}|~{3,})/.test(doc)) open?.push(doc);
    else if (open === undefined) open = [doc];
    else {
      examples.push(open.join("\n"));
      open = undefined;
    }
  }
  return examples;
}

const PYTHON_TESTS: readonly RegExp[] = [
  /^[ \t]*>>>[^\n]*(?:\n(?![ \t]*(?:"""|'''))[ \t]*\S[^\n]*)*/gm,
  /^(?:@[^\n]*\n)*(?:(?:async[ \t]+)?def[ \t]+test\w*|class[ \t]+Test\w*)[^\n]*(?:\n(?:[ \t]+[^\n]*|(?=\n)))*/gm,
];

/** Examples of doc strings, and test functions and classes beside the code. */
const pythonTests = (text: string): readonly string[] =>
  PYTHON_TESTS.flatMap((pattern) => [...text.matchAll(pattern)].map(([found]) => found.trimEnd()));

function vitestBlocks(source: Source): readonly string[] {
  return [...source.code.matchAll(/\bif\s*\(\s*import\.meta\.vitest\s*\)/g)].map(({ index }) =>
    source.raw.slice(index, endOfBlock(source, index)),
  );
}

function endOfBlock({ code, partners }: Source, start: number): number {
  const brace = code.indexOf("{", start);
  return brace < 0 ? code.length : (partners.get(brace) ?? code.length) + 1;
}

/** Whether `after` still holds each test of `before` as it was; new ones may come. */
export function keepsInlineTests(path: string, before: string, after: string): boolean {
  const left = [...inlineTests(path, after)];
  return inlineTests(path, before).every((test) => {
    const at = left.findIndex((each) => holds(each, test));
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
}

/** The same test, or one module of tests to which others were added. */
const holds = (after: string, before: string): boolean => after === before || holdsLines(after, before);

/** Whether each line of `wanted` stands in `text`, in its order. */
export function holdsLines(text: string, wanted: string): boolean {
  const lines = text.split("\n");
  let at = 0;
  return wanted.split("\n").every((line) => {
    at = lines.indexOf(line, at) + 1;
    return at > 0;
  });
}
