/**
 * Work trees are expensive to make (1–8 s at 20,000 files) and cheap to reuse, so they are kept in numbered slots.
 * A slot belongs to the process whose worker id stands in its lock file; a lock of a process that is gone is taken over.
 */
import { linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CommitId } from "../core/workspace.ts";
import type { Git } from "./git.ts";

export interface PoolOptions {
  /** Absolute folder of the slots. */
  readonly folder: string;
  readonly worker: string;
  readonly isWorkerGone: (worker: string) => boolean;
}

export interface Slot {
  readonly path: string;
  release(): void;
}

export interface Pool {
  /** A work tree of the repository, standing wherever its last user left it; a new one has no files yet. */
  take(commit: CommitId): Promise<Slot>;
}

export function worktreePool(git: Git, options: PoolOptions): Pool {
  return {
    async take(commit) {
      mkdirSync(options.folder, { recursive: true });
      const { path, lock } = lockFreeSlot(options);
      try {
        await ensureWorktree(git, path, commit);
      } catch (error) {
        rmSync(lock, { force: true });
        throw error;
      }
      return { path, release: () => rmSync(lock, { force: true }) };
    },
  };
}

function lockFreeSlot(options: PoolOptions): { path: string; lock: string } {
  for (let number = 1; ; number++) {
    const path = join(options.folder, String(number));
    const lock = `${path}.lock`;
    if (tryLock(lock, options)) return { path, lock };
  }
}

function tryLock(lock: string, { worker, isWorkerGone }: PoolOptions): boolean {
  if (create(lock, worker)) return true;
  const owner = readLock(lock);
  if (owner === undefined || (owner !== "" && !isWorkerGone(owner))) return false;
  // Only one of several heirs can rename the dead lock away; the others see it gone and try the next slot.
  const grave = `${lock}.${plain(worker)}`;
  try {
    renameSync(lock, grave);
  } catch {
    return false;
  }
  // Between reading and renaming, another heir may have put its own live lock there: give that one back.
  if (readLock(grave) !== owner) {
    renameSync(grave, lock);
    return false;
  }
  rmSync(grave, { force: true });
  return create(lock, worker);
}

const plain = (worker: string): string => worker.replaceAll(/[^\w-]/g, "_");

/** Linked into place whole: a lock that names nobody, as after a power cut, is nobody's. */
function create(lock: string, worker: string): boolean {
  const draft = `${lock}.${plain(worker)}.new`;
  writeFileSync(draft, worker);
  try {
    linkSync(draft, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function readLock(lock: string): string | undefined {
  try {
    return readFileSync(lock, "utf8");
  } catch {
    return undefined;
  }
}

async function ensureWorktree(git: Git, path: string, commit: CommitId): Promise<void> {
  if (isWorktree(path) && (await isOurs(git, path))) return removeStaleLocks(path);
  rmSync(path, { recursive: true, force: true });
  // --force: a slot whose folder was deleted by hand is still registered in the repository.
  await git(["worktree", "add", "--quiet", "--force", "--no-checkout", "--detach", path, commit]);
}

/** A link, or a folder with a whole `.git` in it, is somebody else's and never touched through this path. */
function isWorktree(path: string): boolean {
  const [folder, git] = [path, join(path, ".git")].map((each) => lstatSync(each, { throwIfNoEntry: false }));
  return folder?.isDirectory() === true && git?.isFile() === true;
}

async function isOurs(git: Git, path: string): Promise<boolean> {
  const [theirs, ours] = await Promise.all([
    git.inSlot(path).attempt(["rev-parse", "--path-format=absolute", "--git-common-dir"]),
    git(["rev-parse", "--path-format=absolute", "--git-common-dir"]),
  ]);
  return theirs.ok && theirs.stdout.trim() === ours;
}

/** The slot is ours, so a lock in its part of the repository is what a killed git left behind. */
function removeStaleLocks(path: string): void {
  const gitDir = /^gitdir: (.+)$/m.exec(readFileSync(join(path, ".git"), "utf8"))?.[1];
  if (gitDir === undefined) return;
  for (const name of readdirSync(gitDir)) if (name.endsWith(".lock")) rmSync(join(gitDir, name), { force: true });
}
