import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { withFileLock } from "../../src/io/file-lock.ts";
import { workerId } from "../../src/io/worker-id.ts";
import { temporaryFolder } from "../support/temporary.ts";

const NEVER = new AbortController().signal;

const lockPath = (): string => join(temporaryFolder(), "state", "servers.lock");

/** Left by a process that was killed while it held the lock. */
function leaveLock(path: string, holder: string): void {
  mkdirSync(dirname(path));
  writeFileSync(path, holder);
}

const GONE = workerId().replace(/\d+:\d+$/, "4194304:1");

test.each([
  ["a free lock", undefined],
  ["the lock of a holder that was killed", GONE],
])("of many who want %s, one at a time has it, and all get it", async (_, holder) => {
  const path = lockPath();
  if (holder !== undefined) leaveLock(path, holder);
  let inside = 0;
  const work = async (turn: number): Promise<number> => {
    inside += 1;
    expect(inside).toBe(1);
    await new Promise(setImmediate);
    inside -= 1;
    return turn;
  };
  const turns = [1, 2, 3, 4, 5, 6, 7, 8];
  expect(await Promise.all(turns.map((turn) => withFileLock(path, () => work(turn), NEVER)))).toEqual(turns);
  expect(readdirSync(dirname(path))).toEqual([]);
});

test("a lock is free again after work that failed", async () => {
  const path = lockPath();
  const failing = withFileLock(path, () => Promise.reject(new Error("no")), NEVER);
  await expect(failing).rejects.toThrow("no");
  expect(existsSync(path)).toBe(false);
});

test("who waits for a lock can be interrupted, and leaves it to its holder", async () => {
  const path = lockPath();
  const holder = workerId().replace(/^[^:]+/, "another-machine");
  leaveLock(path, holder);
  const controller = new AbortController();
  const waiting = withFileLock(path, () => Promise.resolve(), controller.signal);
  controller.abort();
  await expect(waiting).rejects.toThrow("aborted");
  expect(readdirSync(dirname(path))).toEqual(["servers.lock"]);
});

test("a lock that nobody gives back is told with its holder", async () => {
  const path = lockPath();
  leaveLock(path, "another-machine:1:1:1:1");
  const clock = vi.spyOn(performance, "now").mockReturnValueOnce(0).mockReturnValue(60_001);
  onTestFinished(() => clock.mockRestore());
  const waiting = withFileLock(path, () => Promise.resolve(), NEVER);
  await expect(waiting).rejects.toThrow("another-machine:1:1:1:1 holds this lock for more than 60 s");
});

test("a folder that cannot be written is told", async () => {
  const path = join(temporaryFolder(), "file", "servers.lock");
  writeFileSync(dirname(path), "");
  await expect(withFileLock(path, () => Promise.resolve(), NEVER)).rejects.toMatchObject({ code: "WRITE_FAILED" });
});
