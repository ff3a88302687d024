/**
 * Shows a work tree what git does not carry, such as node_modules, without a copy: a folder becomes a folder of links
 * to its entries, so that what tools write beside them (caches, a bundled configuration) stays in the work tree and
 * never reaches the checkout that the links lead to.
 */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, isAbsolute, join } from "node:path";

/** What tools put into such folders for themselves; worth keeping from run to run, but no part of a clean checkout. */
const CACHES = /^\.(?:cache|vite|vite-temp|vitest|tmp|turbo)$/;

export interface LinkOptions {
  /** Caches of tools are taken out, too. */
  readonly isClean: boolean;
}

/** Marks a folder of links, as opposed to one that the project brings itself. */
const MARK = ".ralph-links";

/** Whether `path` may be replaced: nothing is there, or what an earlier `linkInto` made. */
export function isLinked(path: string): boolean {
  return !isFolder(path) || existsSync(join(path, MARK));
}

/** Makes `path` show what `target` holds, and nothing else; without a target, nothing of it stays. */
export function linkInto(path: string, target: string, { isClean }: LinkOptions): void {
  if (!isFolder(dirname(path))) return;
  const stats = statSync(target, { throwIfNoEntry: false });
  if (stats?.isDirectory() !== true) return linkWhole(path, stats === undefined ? undefined : target);
  showFolder(path, target, (name) => name === MARK || (CACHES.test(name) && !isClean));
  // A test may have made the mark a link to somewhere else.
  rmSync(join(path, MARK), { recursive: true, force: true });
  writeFileSync(join(path, MARK), "", { flag: "wx" });
}

/** Packages of one maker: a folder in a folder, in which those of a workspace are links themselves. */
const isScope = (folder: string, name: string): boolean => name.startsWith("@") && isFolder(join(folder, name));

/** @param isKept entries of `path` that are left as they are */
function showFolder(path: string, target: string, isKept: (name: string) => boolean): void {
  if (!isFolder(path)) rmSync(path, { force: true });
  mkdirSync(path, { recursive: true });
  const names = new Set(readdirSync(target).filter((name) => !CACHES.test(name)));
  for (const name of readdirSync(path)) {
    if (isKept(name) || (names.has(name) && isScope(target, name))) continue;
    if (names.has(name) && leadsTo(join(path, name)) === linkTo(target, name)) names.delete(name);
    else rmSync(join(path, name), { recursive: true, force: true });
  }
  for (const name of names) {
    if (isScope(target, name)) showFolder(join(path, name), join(target, name), () => false);
    else symlinkSync(linkTo(target, name), join(path, name));
  }
}

/**
 * A relative link is made again, so that it leads to the same place in this tree: a package of the project itself, which
 * the task may change.
 */
function linkTo(target: string, name: string): string {
  const link = leadsTo(join(target, name));
  return link === undefined || isAbsolute(link) ? join(target, name) : link;
}

const isFolder = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

function linkWhole(path: string, target: string | undefined): void {
  if (target !== undefined && leadsTo(path) === target) return;
  rmSync(path, { recursive: true, force: true });
  if (target !== undefined) symlinkSync(target, path);
}

function leadsTo(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
