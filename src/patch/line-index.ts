/**
 * A file's lines by content: a block of lines is looked up at its rarest line instead of being tried at
 * every line of the file. One index per likeness, built when a step first asks for it.
 */
import { LINE_KEY, type Likeness, splitText, type TextLines } from "./text.ts";

export interface LineIndex {
  /** Line -> the number that all lines like it share; -1 where the file has none. */
  idOf(line: string): number;
  /** Numbers of the file's lines in order. */
  readonly ids: readonly number[];
  /** 0-based first lines of every place where `block` stands; ascending. */
  find(block: readonly string[]): readonly number[];
}

export interface IndexedFile extends TextLines {
  index(likeness: Likeness): LineIndex;
}

export function indexFile(text: string): IndexedFile {
  const parts = splitText(text);
  const built = new Map<Likeness, LineIndex>();
  const index = (likeness: Likeness): LineIndex => {
    const made = built.get(likeness) ?? indexLines(parts.lines, LINE_KEY[likeness]);
    built.set(likeness, made);
    return made;
  };
  return { ...parts, index };
}

function indexLines(lines: readonly string[], keyOf: (line: string) => string): LineIndex {
  const idByKey = new Map<string, number>();
  const places: number[][] = [];
  const ids = lines.map((line, at) => {
    const key = keyOf(line);
    const known = idByKey.get(key);
    const id = known ?? places.length;
    if (known === undefined) {
      idByKey.set(key, id);
      places.push([]);
    }
    places[id]?.push(at);
    return id;
  });
  const idOf = (line: string): number => idByKey.get(keyOf(line)) ?? -1;
  return { ids, idOf, find: (block) => findBlock({ ids, places }, block.map(idOf)) };
}

interface Places {
  readonly ids: readonly number[];
  /** Line number id -> the lines that have it. */
  readonly places: readonly (readonly number[])[];
}

function findBlock({ ids, places }: Places, block: readonly number[]): readonly number[] {
  if (block.length === 0 || block.length > ids.length || block.includes(-1)) return [];
  let rarest = 0;
  let fewest = Number.POSITIVE_INFINITY;
  block.forEach((id, at) => {
    const count = places[id]?.length ?? 0;
    if (count < fewest) [rarest, fewest] = [at, count];
  });
  // A block of nothing but common lines would be compared at every one of them: search it in linear time.
  if (fewest * block.length > 4 * ids.length) return findLinear(ids, block);
  const starts = (places[block[rarest] ?? -1] ?? []).map((place) => place - rarest);
  return starts.filter((start) => start >= 0 && block.every((id, at) => ids[start + at] === id));
}

/** Knuth, Morris and Pratt. */
function findLinear(ids: readonly number[], block: readonly number[]): readonly number[] {
  const fallback: number[] = [0];
  for (let at = 1, length = 0; at < block.length; at += 1) {
    while (length > 0 && block[at] !== block[length]) length = fallback[length - 1] ?? 0;
    if (block[at] === block[length]) length += 1;
    fallback.push(length);
  }
  const found: number[] = [];
  let length = 0;
  ids.forEach((id, at) => {
    while (length > 0 && (length === block.length || id !== block[length])) length = fallback[length - 1] ?? 0;
    if (id === block[length]) length += 1;
    if (length === block.length) found.push(at - length + 1);
  });
  return found;
}
