/** Which lines of a file a change answers for. Pure. */
import type { Source } from "../source/scan.ts";
import type { Span } from "../source/tokens.ts";

/** Modules of Rust that are built for its tests only. */
export const testModules = ({ code, partners, family }: Source): readonly Span[] =>
  family !== "rust"
    ? []
    : [...code.matchAll(/#\[cfg\(\s*test\s*\)\]\s*(?:pub\s+)?mod\s+\w+\s*\{/g)].map(({ 0: head, index }) => ({
        start: index,
        end: partners.get(index + head.length - 1) ?? code.length,
      }));

/** Numbers of the lines that were not there before, wherever they stood; layout does not count. */
export function addedLines(before: string, after: string): ReadonlySet<number> {
  const known = new Map<string, number>();
  for (const line of before.split("\n")) known.set(line.trim(), (known.get(line.trim()) ?? 0) + 1);
  const added = new Set<number>();
  for (const [at, line] of after.split("\n").entries()) {
    const left = known.get(line.trim()) ?? 0;
    if (left > 0) known.set(line.trim(), left - 1);
    else if (line.trim() !== "") added.add(at + 1);
  }
  return added;
}

export function firstAdded(added: ReadonlySet<number>, first: number, last: number): number | undefined {
  for (let line = first; line <= last; line += 1) if (added.has(line)) return line;
  return undefined;
}
