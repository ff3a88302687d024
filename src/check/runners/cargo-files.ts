/** What the readers of cargo's runs look up in the project, because no output says it. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { Build, BuildTarget } from "./cargo-build.ts";

/**
 * The folder to which rustc's paths are relative, in panics and in the names of doctests: the root of cargo's workspace,
 * where cargo keeps Cargo.lock. Looked for from `from` up to `root`; `from` itself where there is none.
 */
function workspaceFolder(from: string, root: string): string {
  for (let at = from; isBelow(root, at); at = dirname(at)) {
    if (existsSync(join(at, "Cargo.lock"))) return at;
    if (at === root) break;
  }
  return from;
}

const isBelow = (root: string, path: string): boolean => !/^\.\.(?:\/|$)/.test(relative(root, path));

export interface ProjectFolders {
  /** ralph's workspace: results name files relative to it. */
  readonly root: string;
  /** Cargo's workspace: rustc names files relative to it. */
  readonly base: string;
}

/** @param cwd where cargo ran; what it built may be elsewhere (`--manifest-path`) */
export function foldersOf(root: string, cwd: string, { testBinaries, errors }: Build): ProjectFolders {
  const targets = [...testBinaries.values(), ...errors.map((error) => error.target)];
  const own = targets.find(({ manifest }) => isBelow(root, manifest));
  return { root, base: workspaceFolder(own === undefined ? cwd : dirname(own.manifest), root) };
}

/** A path of rustc's as results name it; undefined for code of others: the standard library, dependencies. */
export function projectPath(path: string, { root, base }: ProjectFolders): string | undefined {
  const whole = resolve(base, path);
  return isBelow(root, whole) ? relative(root, whole) : undefined;
}

/** `harness = false` in Cargo.toml: the target has a main of its own, and prints what it likes. */
export function hasOwnHarness({ manifest, kind, name }: BuildTarget): boolean {
  const table = new RegExp(`^\\s*\\[{1,2}\\s*${kind}\\s*\\]{1,2}`);
  return readSections(manifest).some(
    (section) =>
      table.test(section) &&
      /^\s*harness\s*=\s*false\b/m.test(section) &&
      (kind === "lib" || NAME.exec(section)?.[1] === name),
  );
}

/** The name in `[package]`; "" where there is none. */
export const packageName = (manifest: string): string =>
  readSections(manifest)
    .filter((section) => /^\s*\[package\]/.test(section))
    .map((section) => NAME.exec(section)?.[1] ?? "")
    .join("");

const NAME = /^\s*name\s*=\s*["'](.*?)["']/m;

function readSections(manifest: string): readonly string[] {
  try {
    return readFileSync(manifest, "utf8").split(/^(?=\s*\[)/m);
  } catch {
    // Gone since cargo read it: then its targets are taken for usual ones, and the counts do not add up.
    return [];
  }
}
