/** Reads text files below a folder and nothing else: no link is followed, no name leads out. */
import { lstatSync, readdirSync, readFileSync, type Stats } from "node:fs";
import { join } from "node:path";
import type { FileState, ReadFile } from "../core/patch.ts";

const MAX_BYTES = 10 * 1024 * 1024;
const EXECUTABLE = 0o100;

/** `path` is relative to `folder`, with `/` separators. */
export function readBelow(folder: string): ReadFile {
  return (path) => {
    const parts = path.split("/");
    if (path.startsWith("/") || parts.includes("..") || parts.includes("")) return refused("outside the root");
    try {
      return readParts(folder, parts);
    } catch (error) {
      if (MISSING.has((error as NodeJS.ErrnoException).code ?? "")) return { kind: "missing" };
      throw error;
    }
  };
}

const MISSING: ReadonlySet<string> = new Set(["ENOENT", "ENAMETOOLONG", "EINVAL", "ERR_INVALID_ARG_VALUE"]);

function readParts(folder: string, parts: readonly string[]): FileState {
  let at = folder;
  for (const part of parts.slice(0, -1)) {
    at = join(at, part);
    const refusal = refuseFolder(lstatSync(at));
    if (refusal) return refusal;
  }
  at = join(at, parts.at(-1) ?? "");
  const stats = lstatSync(at);
  if (stats.isSymbolicLink()) return refused("symlink");
  if (!stats.isFile()) return refused("directory");
  if (stats.size > MAX_BYTES) return refused("too large");
  const bytes = readFileSync(at);
  if (bytes.includes(0)) return refused("binary");
  const text = decode(bytes);
  if (text === undefined) return refused("not utf-8");
  return { kind: "text", text, mode: (stats.mode & EXECUTABLE) === 0 ? "100644" : "100755" };
}

/** A link may lead out of the root, also where it does not today; below a file there is nothing. */
function refuseFolder(stats: Stats): Refusal | undefined {
  if (stats.isSymbolicLink()) return refused("symlink");
  return stats.isDirectory() ? undefined : refused("directory");
}

type Refusal = Extract<FileState, { kind: "refused" }>;

const refused = (why: Refusal["why"]): Refusal => ({ kind: "refused", why });

/** Undefined where the bytes are no UTF-8; a byte order mark stays. */
function decode(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Folders that no patch names by half. */
const SKIPPED: ReadonlySet<string> = new Set([".git", "node_modules"]);

/** Paths of all plain files below `folder`, relative to it; folders that cannot be read are left out. */
export function listBelow(folder: string): readonly string[] {
  const found: string[] = [];
  const open = [""];
  for (let prefix = open.pop(); prefix !== undefined; prefix = open.pop()) {
    for (const entry of entriesOf(join(folder, prefix))) {
      const path = `${prefix}${entry.name}`;
      if (entry.isFile()) found.push(path);
      else if (entry.isDirectory() && !SKIPPED.has(entry.name)) open.push(`${path}/`);
    }
  }
  return found;
}

function entriesOf(folder: string): ReturnType<typeof readDirectory> {
  try {
    return readDirectory(folder);
  } catch {
    return [];
  }
}

const readDirectory = (folder: string) => readdirSync(folder, { withFileTypes: true });
