/** Longest common subsequences: how many items two sequences share in order. */

/** Larger tables are not filled: what lies between the common ends then counts as not shared. */
const MOST_CELLS = 1_000_000;

export function countCommon(a: readonly number[], b: readonly number[]): number {
  const most = Math.min(a.length, b.length);
  let head = 0;
  while (head < most && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < most - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  const [left, right] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
  return head + tail + (left.length * right.length > MOST_CELLS ? 0 : fillTable(left, right));
}

function fillTable(a: readonly number[], b: readonly number[]): number {
  let row = Array.from({ length: b.length + 1 }, () => 0);
  for (const left of a) {
    const next = [0];
    b.forEach((right, at) => {
      next.push(left === right ? (row[at] ?? 0) + 1 : Math.max(row[at + 1] ?? 0, next[at] ?? 0));
    });
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** Share of characters that two lines have in common; below it they are two lines, not one that drifted. */
const LEAST_COMMON = 0.55;
const LONGEST_COMPARED = 400;

export function isAlike(a: string, b: string): boolean {
  if (a === b) return true;
  const [left, right] = [codesOf(a), codesOf(b)];
  return 2 * countCommon(left, right) >= LEAST_COMMON * (left.length + right.length);
}

const codesOf = (line: string): number[] =>
  Array.from({ length: Math.min(line.length, LONGEST_COMPARED) }, (_, at) => line.charCodeAt(at));
