/**
 * "Did you mean": the known word that a person most likely meant.
 * Case, `-`, `_` and camelCase are no difference; then optimal string alignment distance (insert, delete, replace,
 * swap neighbours), at most a third of the word's length, so that unrelated words are not proposed; then a longer word it begins.
 */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  const wanted = plain(word);
  const most = Math.floor(wanted.length / 3);
  let best: { readonly word: string; readonly distance: number } | undefined;
  for (const candidate of known) {
    const distance = alignmentDistance(wanted, plain(candidate));
    if (distance <= most && (best === undefined || distance < best.distance)) best = { word: candidate, distance };
  }
  return best?.word ?? known.find((candidate) => wanted.length > 2 && plain(candidate).startsWith(wanted));
}

const plain = (word: string): string => word.toLowerCase().replaceAll(/[-_\s]/g, "");

function alignmentDistance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const line = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = at(above, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const swapped =
        a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1] ? at(before, column - 2) + 1 : Infinity;
      line.push(Math.min(at(above, column) + 1, at(line, column - 1) + 1, replaced, swapped));
    }
    before = above;
    above = line;
  }
  return at(above, b.length);
}

const at = (line: readonly number[], column: number): number => line[column] ?? Infinity;
