/** Where the files of a Go package are. Go's events name packages by their import path, and tests without their file. */
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

export interface GoPackages {
  /** Relative to the root, "" = the root itself; undefined: not to be found in it. */
  readonly folderOf: (importPath: string) => string | undefined;
  /** By the name of a test, the file in which its function is declared, relative to the root. */
  readonly filesOf: (importPath: string) => ReadonlyMap<string, string>;
}

interface Place {
  /** Absolute. */
  readonly root: string;
  /** Absolute. */
  readonly cwd: string;
}

const MOST_BYTES = 4 * 1024 * 1024;

/** A file may lie about: when it is read, code that a model wrote has run beside it. */
export function goPackages({ root, cwd }: Place): GoPackages {
  const modules = findModules({ root, cwd });
  const known = new Map<string, ReadonlyMap<string, string>>();
  const folderOf = (importPath: string): string | undefined => {
    const folder = absoluteFolder(importPath, modules, cwd);
    const path = folder === undefined ? ".." : relative(root, folder);
    return path.startsWith("..") ? undefined : path.split(sep).join("/");
  };
  return {
    folderOf,
    filesOf: (importPath) => {
      const folder = folderOf(importPath);
      const files = known.get(importPath) ?? (folder === undefined ? new Map() : testsIn(root, folder));
      known.set(importPath, files);
      return files;
    },
  };
}

interface Module {
  readonly path: string;
  /** Absolute. */
  readonly folder: string;
}

function absoluteFolder(importPath: string, modules: readonly Module[], cwd: string): string | undefined {
  // Files that were named one by one, and a pattern that matches nothing.
  if (importPath === "command-line-arguments" || /^\.{1,2}(?:\/|$)/.test(importPath)) {
    return importPath.startsWith(".") ? resolve(cwd, importPath) : cwd;
  }
  const [nearest] = modules
    .filter(({ path }) => importPath === path || importPath.startsWith(`${path}/`))
    .sort((a, b) => b.path.length - a.path.length);
  return nearest && join(nearest.folder, importPath.slice(nearest.path.length));
}

/** The module of the working folder, and those that a go.work above it names. */
function findModules({ root, cwd }: Place): readonly Module[] {
  const folders = upwards(cwd, root);
  const own = folders.find((folder) => readText(join(folder, "go.mod")) !== undefined);
  const workspace = folders.find((folder) => readText(join(folder, "go.work")) !== undefined);
  const used = workspace === undefined ? [] : usedFolders(readText(join(workspace, "go.work")) ?? "");
  return [...(own === undefined ? [] : [own]), ...used.map((folder) => resolve(workspace ?? "", folder))].flatMap(
    (folder) => {
      const [, path] = /^\s*module\s+"?([^\s"]+)/m.exec(readText(join(folder, "go.mod")) ?? "") ?? [];
      return path === undefined ? [] : [{ path, folder }];
    },
  );
}

const upwards = (from: string, root: string): readonly string[] =>
  from === root || dirname(from) === from ? [from] : [from, ...upwards(dirname(from), root)];

const usedFolders = (text: string): readonly string[] =>
  [...text.matchAll(/^\s*(?:use\s+\(?\s*)?"?(\.[^\s"]*)/gm)].map(([, folder = ""]) => folder);

/** The function of a test begins a line; of one name in two files, for two systems, the first file counts. */
function testsIn(root: string, folder: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const name of testFiles(join(root, folder))) {
    const text = readText(join(root, folder, name)) ?? "";
    for (const [, test = ""] of text.matchAll(/^func\s+((?:Test|Fuzz|Example)[\p{L}\p{N}_]*)\s*\(/gmu)) {
      if (test !== "TestMain" && !files.has(test)) files.set(test, folder === "" ? name : `${folder}/${name}`);
    }
  }
  return files;
}

function testFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith("_test.go"))
      .sort();
  } catch {
    return [];
  }
}

/** Undefined for what is no plain file: a pipe that a test left there would never end. */
function readText(path: string): string | undefined {
  try {
    const status = lstatSync(path);
    return status.isFile() && status.size <= MOST_BYTES ? readFileSync(path, "utf8") : undefined;
  } catch {
    return undefined;
  }
}
