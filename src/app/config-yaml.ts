/** The text of ralph.yaml as plain values, with the place of every key. */
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import type { ConfigPath } from "./config-raw.ts";

export interface ParsedYaml {
  /** A key without a value is undefined, as if it were not written; it still counts as a key. */
  readonly raw: unknown;
  /** 1-based line of the key or list item at `path`, or of the nearest thing around it that is written. */
  lineOf(path: ConfigPath): number;
  /** Is something written at exactly this place? */
  has(path: ConfigPath): boolean;
}

export type YamlResult =
  | { readonly ok: true; readonly yaml: ParsedYaml }
  | { readonly ok: false; readonly faults: readonly YamlFault[] };

interface YamlFault {
  /** 1-based. */
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

export function parseYaml(text: string): YamlResult {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const faults = document.errors.map(({ pos, message }) => {
    const { line, col } = lines.linePos(pos[0]);
    return { line, column: col, text: message };
  });
  if (faults.length > 0) return { ok: false, faults };
  return readValues(document, lines);
}

function readValues(document: ReturnType<typeof parseDocument>, lines: LineCounter): YamlResult {
  const walk = (path: ConfigPath): Found => findNode(document.contents, path);
  try {
    const raw = withoutNulls(document.toJS());
    const lineOf = (path: ConfigPath): number => Math.max(1, lines.linePos(walk(path).offset).line);
    return { ok: true, yaml: { raw, lineOf, has: (path) => walk(path).depth === path.length } };
  } catch (error) {
    // An alias without its anchor, or too many of them, shows only when the values are read.
    return { ok: false, faults: [{ line: 1, column: 1, text: (error as Error).message }] };
  }
}

interface Found {
  readonly depth: number;
  readonly offset: number;
}

function findNode(root: Node | null, path: ConfigPath): Found {
  let node: unknown = root;
  let found: Found = { depth: 0, offset: root?.range?.[0] ?? 0 };
  for (const key of path) {
    const child = childOf(node, key);
    if (child === undefined) break;
    found = { depth: found.depth + 1, offset: child.offset };
    node = child.value;
  }
  return found;
}

function childOf(node: unknown, key: PropertyKey): { readonly offset: number; readonly value: unknown } | undefined {
  if (isSeq<Node>(node)) {
    const item = node.items[Number(key)];
    return item && { offset: item.range?.[0] ?? 0, value: item };
  }
  if (!isMap<Node, Node | null>(node)) return undefined;
  const pair = node.items.find((p) => isScalar(p.key) && String(p.key.value) === String(key));
  return pair && { offset: pair.key.range?.[0] ?? 0, value: pair.value };
}

function withoutNulls(value: unknown): unknown {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutNulls(inner)]));
}
