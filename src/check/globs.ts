/** Expands the globs of a command line as a shell would: sorted, and left as written where nothing matches. */
import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import picomatch from "picomatch";
import type { Word } from "./command-line.ts";

/** Folders that hold other people's files by the thousand; no check means those. */
const SKIPPED: ReadonlySet<string> = new Set(["node_modules", ".git"]);

/** @returns arguments, with `/` and relative to `cwd` where a glob named files */
export async function expandWords(words: readonly Word[], cwd: string): Promise<readonly string[]> {
  if (!words.some((word) => word.isGlob)) return words.map((word) => word.text);
  const paths = await walk(cwd, "");
  return words.flatMap((word) => (word.isGlob ? matching(word.text, paths) : word.text));
}

function matching(glob: string, paths: readonly string[]): readonly string[] {
  const prefix = glob.startsWith("./") ? "./" : "";
  const isMatch = picomatch(glob.slice(prefix.length));
  const matches = paths.filter((path) => isMatch(path)).map((path) => prefix + path);
  return matches.length > 0 ? matches : [glob];
}

async function walk(root: string, folder: string): Promise<readonly string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  const below = await Promise.all(entries.filter(isWanted).map((entry) => pathsOf(root, folder, entry)));
  return below.flat().sort();
}

const isWanted = (entry: Dirent): boolean => !SKIPPED.has(entry.name);

async function pathsOf(root: string, folder: string, entry: Dirent): Promise<readonly string[]> {
  const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
  return entry.isDirectory() ? [path, ...(await walk(root, path))] : [path];
}
