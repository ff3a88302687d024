/** `.ralph/`: ralph's own state in a repository. It ignores itself, so it never shows in `git status`. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RalphError } from "../core/error.ts";

/** Throws WRITE_FAILED. */
export function ensureStateFolder(root: string): string {
  const folder = join(root, ".ralph");
  try {
    mkdirSync(folder, { recursive: true });
    const ignore = join(folder, ".gitignore");
    if (!existsSync(ignore)) writeFileSync(ignore, "*\n");
  } catch (error) {
    throw new RalphError("WRITE_FAILED", { path: folder, why: (error as Error).message }, { cause: error });
  }
  return folder;
}
