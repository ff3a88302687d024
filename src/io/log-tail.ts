import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** Enough for the reason why a program ended; a line of a model server's log is about 100 bytes. */
const TAIL_BYTES = 4096;
const TAIL_LINES = 15;

/** The last lines of a file, of what stands after byte `from` only; none where it cannot be read. */
export function logTail(path: string, from = 0): readonly string[] {
  try {
    const file = openSync(path, "r");
    try {
      const { size } = fstatSync(file);
      const begin = Math.max(from, size - TAIL_BYTES);
      const bytes = Buffer.alloc(Math.max(0, size - begin));
      const length = readSync(file, bytes, 0, bytes.length, begin);
      const lines = bytes.toString("utf8", 0, length).split(/\r?\n/);
      // Cut in the middle, the first line is only a part.
      return lines
        .slice(begin > from ? 1 : 0)
        .filter((line) => line.trim() !== "")
        .slice(-TAIL_LINES);
    } finally {
      closeSync(file);
    }
  } catch {
    return [];
  }
}
