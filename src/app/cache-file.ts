/** A text in `.ralph/` that saves work at the next start. One that is broken or cannot be written is as good as none. */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface CacheFile {
  read(): string | undefined;
  /** Does nothing where there is no `.ralph/`. */
  write(text: string): void;
}

export function cacheFile(root: string, name: string): CacheFile {
  const path = join(root, ".ralph", name);
  return {
    read() {
      try {
        return readFileSync(path, "utf8");
      } catch {
        return undefined;
      }
    },
    write(text) {
      try {
        replaceText(path, text);
      } catch {
        // Without a cache the next start is slower, and no more.
      }
    },
  };
}

/** Renamed into place, so that another process never reads half of it; not synced, as nothing depends on it. */
function replaceText(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text, { mode: 0o600 });
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}
