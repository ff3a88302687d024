/** `.ralph/`: ralph's own state in a repository. It ignores itself, so it never shows in `git status`. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export function ensureStateFolder(root: string): string {
  const folder = join(root, ".ralph");
  mkdirSync(folder, { recursive: true });
  const ignore = join(folder, ".gitignore");
  if (!existsSync(ignore)) writeFileSync(ignore, "*\n");
  return folder;
}
