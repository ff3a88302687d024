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
import { dirname, join } from "node:path";

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
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isDirectory() !== true || existsSync(join(path, MARK));
}

/** Makes `path` show what `target` holds, and nothing else; without a target, nothing of it stays. */
export function linkInto(path: string, target: string, { isClean }: LinkOptions): void {
  if (lstatSync(dirname(path), { throwIfNoEntry: false })?.isDirectory() !== true) return;
  const stats = statSync(target, { throwIfNoEntry: false });
  if (stats?.isDirectory() !== true) return linkWhole(path, stats === undefined ? undefined : target);
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) rmSync(path, { force: true });
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, MARK), "");
  const wanted = new Set(readdirSync(target).filter((name) => !CACHES.test(name)));
  for (const name of readdirSync(path)) {
    if (name === MARK || (CACHES.test(name) && !isClean)) continue;
    if (wanted.has(name) && leadsTo(join(path, name)) === join(target, name)) wanted.delete(name);
    else rmSync(join(path, name), { recursive: true, force: true });
  }
  for (const name of wanted) symlinkSync(join(target, name), join(path, name));
}

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
