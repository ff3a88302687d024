/**
 * Makes a work tree's dependencies ready without installing them again: they are shown from the user's checkout as long
 * as the tree asks for the same ones. Where a manifest or a lock file differs, as after a patch to it, the set-up
 * commands are run once in a tree of their own, which all work trees that ask for the same share.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PrepareFailure } from "../core/workspace.ts";
import { withFileLock } from "../io/file-lock.ts";
import type { Git } from "./git.ts";
import { isLinked, linkInto } from "./links.ts";
import { manifestKey } from "./manifests.ts";

export interface DependenciesOptions {
  readonly git: Git;
  /** The user's checkout. */
  readonly root: string;
  /** Paths there that git does not carry and the checks need, such as node_modules. */
  readonly link: readonly string[];
  /** Where trees with other dependencies are kept; absolute, beside the work trees. */
  readonly folder: string;
  /** Empty: nothing is ever installed, and the checkout's dependencies have to do. */
  readonly setup: readonly string[];
  /** Runs one set-up command in a folder. */
  readonly runSetup: (command: string, folder: string, signal: AbortSignal) => Promise<PrepareFailure | undefined>;
}

export interface Dependencies {
  /** What the links of a work tree are called: git leaves them alone. */
  readonly link: readonly string[];
  prepare(tree: string, options: PrepareOptions, signal: AbortSignal): Promise<PrepareFailure | undefined>;
}

interface PrepareOptions {
  readonly isClean: boolean;
}

const READY = ".ralph-ready";
/** Trees of dependencies that are kept; each may be large. */
const KEPT = 4;

export function dependencies(options: DependenciesOptions): Dependencies {
  const { root, link, setup } = options;
  return {
    link,
    async prepare(tree, { isClean }, signal) {
      const source = setup.length === 0 ? root : await sourceFor(options, tree, signal);
      if (typeof source !== "string") return source;
      for (const path of await linkable(options, tree)) linkInto(join(tree, path), join(source, path), { isClean });
      return undefined;
    },
  };
}

/** Not what the project carries in git itself. */
async function linkable({ git, link }: DependenciesOptions, tree: string): Promise<readonly string[]> {
  const unknown = link.filter((path) => !isLinked(join(tree, path)));
  if (unknown.length === 0) return link;
  const tracked = await git.inSlot(tree)(["ls-files", "-z", "--", ...unknown.map((path) => `:(literal)${path}`)]);
  const own = tracked.split("\0");
  return link.filter((path) => !own.some((each) => each === path || each.startsWith(`${path}/`)));
}

/** Where the tree's dependencies are installed. */
async function sourceFor(
  options: DependenciesOptions,
  tree: string,
  signal: AbortSignal,
): Promise<string | PrepareFailure> {
  const { root, link, folder } = options;
  const key = manifestKey(tree, link);
  if (key === manifestKey(root, link)) return root;
  const source = join(folder, key);
  if (existsSync(join(source, READY))) return source;
  return withFileLock(`${source}.lock`, () => install(options, { tree, source }, signal), signal);
}

async function install(
  { git, folder, setup, runSetup }: DependenciesOptions,
  { tree, source }: { readonly tree: string; readonly source: string },
  signal: AbortSignal,
): Promise<string | PrepareFailure> {
  // Somebody else may have done it while this one waited for the lock.
  if (existsSync(join(source, READY))) return source;
  rmSync(source, { recursive: true, force: true });
  mkdirSync(source, { recursive: true });
  await git.inSlot(tree)(["checkout-index", "--all", "--force", `--prefix=${source}/`]);
  for (const command of setup) {
    const failure = await runSetup(command, source, signal);
    signal.throwIfAborted();
    if (failure !== undefined) return failure;
  }
  writeFileSync(join(source, READY), "");
  removeOldest(folder);
  return source;
}

function removeOldest(folder: string): void {
  const ready = readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => existsSync(join(path, READY)))
    .sort((a, b) => statSync(join(b, READY)).mtimeMs - statSync(join(a, READY)).mtimeMs);
  for (const path of ready.slice(KEPT)) rmSync(path, { recursive: true, force: true });
}
