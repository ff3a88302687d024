/** A lock between processes: the file that exists while somebody holds it, and names the holder. */
import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { RalphError } from "../core/error.ts";
import { isWorkerGone, workerId } from "./worker-id.ts";

const POLL_MS = 20;
/** Only a holder that hangs, or one of another machine that died, keeps a lock that long. */
const LONGEST_WAIT_MS = 60_000;

/**
 * Does `work` while nobody else holds the lock at `path`, in this process or another one. A holder that was killed
 * is recognised and its lock taken over. Throws WRITE_FAILED, what `work` throws, and the abort while it waits.
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const startedAt = performance.now();
  while (!tryLock(path)) {
    if (performance.now() - startedAt > LONGEST_WAIT_MS) throw stillHeld(path);
    await delay(POLL_MS, undefined, { signal });
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

const stillHeld = (path: string): RalphError =>
  new RalphError("WRITE_FAILED", {
    path,
    why: `${readIfThere(path)} holds this lock for more than ${LONGEST_WAIT_MS / 1000} s; if that is gone, delete the file`,
  });

/** A link appears with its content, where O_EXCL would show an empty file for a moment, and as O_EXCL only once. */
function tryLock(path: string): boolean {
  const own = `${path}.${randomUUID()}`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(own, workerId());
    const isHeld = isLinked(own, path);
    if (!isHeld) moveAsideIfStale(path, `${own}.aside`);
    rmSync(own);
    return isHeld;
  } catch (error) {
    throw new RalphError("WRITE_FAILED", { path, why: (error as Error).message }, { cause: error });
  }
}

/**
 * Who sees a stale lock moves it aside and looks again: in between, another process may have done the same and taken
 * the lock. Then it goes back to its place.
 */
function moveAsideIfStale(path: string, aside: string): void {
  const holder = readIfThere(path);
  if (holder === undefined || !isWorkerGone(holder) || !isRenamed(path, aside)) return;
  if (readIfThere(aside) !== holder) isLinked(aside, path);
  rmSync(aside, { force: true });
}

const isLinked = (from: string, to: string): boolean => succeeds(() => linkSync(from, to), "EEXIST");
const isRenamed = (from: string, to: string): boolean => succeeds(() => renameSync(from, to), "ENOENT");

function readIfThere(path: string): string | undefined {
  let text: string | undefined;
  succeeds(() => void (text = readFileSync(path, "utf8")), "ENOENT");
  return text;
}

/** False where it failed with `code`; throws every other failure. */
function succeeds(act: () => void, code: string): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === code) return false;
    throw error;
  }
}
