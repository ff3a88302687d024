import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Store } from "../../src/core/store.ts";
import { systemClock } from "../../src/io/clock.ts";
import { isWorkerGone } from "../../src/io/worker-id.ts";
import { sqliteStore } from "../../src/store/sqlite.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const PROGRAM = fileURLToPath(new URL("./worker-process.ts", import.meta.url));

interface Worker {
  /** Ids that the worker was told are settled, so far. */
  readonly settled: readonly string[];
  /** The exit code, or the signal. */
  readonly end: Promise<number | string>;
  kill(): void;
}

/** @param onSettled called with the number of settled tasks after each */
function startWorker(
  path: string,
  tasks: number,
  onSettled: (count: number, self: Worker) => void = () => undefined,
): Worker {
  const stdio: ["ignore", "pipe", "inherit"] = ["ignore", "pipe", "inherit"];
  const child = spawn(process.execPath, ["--import", "tsx", PROGRAM, path, `${tasks}`], { stdio });
  onTestFinished(() => void child.kill("SIGKILL"));
  const settled: string[] = [];
  const worker: Worker = { settled, end: endOf(child), kill: () => void child.kill("SIGKILL") };
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    settled.push(...lines);
    onSettled(settled.length, worker);
  });
  return worker;
}

async function endOf(child: ChildProcessByStdio<null, Readable, null>): Promise<number | string> {
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  return signal ?? code ?? "";
}

function openStore(path: string): Store {
  const store = sqliteStore({ path, clock: systemClock });
  onTestFinished(() => store.close());
  return store;
}

async function expectNoGap({ events }: Store): Promise<void> {
  const seqs = (await events.read({})).map((event) => event.seq);
  expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, index) => index + 1));
}

describe("several processes on one database", () => {
  test("create it together, settle each task once and lose nothing", async () => {
    const path = `${temporaryFolder()}/ralph.db`;
    const workers = Array.from({ length: 4 }, () => startWorker(path, 200));
    expect(await Promise.all(workers.map((worker) => worker.end))).toEqual([0, 0, 0, 0]);
    const settled = workers.flatMap((worker) => worker.settled);
    expect(settled.length).toBe(200);
    expect(new Set(settled).size).toBe(200);
    const store = openStore(path);
    expect(new Set((await store.queue.list()).map((entry) => entry.status))).toEqual(new Set(["completed"]));
    expect(await store.events.read({})).toHaveLength(400);
    await expectNoGap(store);
  });

  test("a worker killed in the middle loses nothing that it was told, and its task goes to the next", async () => {
    const path = `${temporaryFolder()}/ralph.db`;
    const victims = [20, 35, 50].map((last) => startWorker(path, 3000, (count, self) => count >= last && self.kill()));
    expect(await Promise.all(victims.map((worker) => worker.end))).toEqual(["SIGKILL", "SIGKILL", "SIGKILL"]);
    const store = openStore(path);
    await expectNoGap(store);
    const settled = victims.flatMap((worker) => worker.settled);
    const after = await store.queue.list();
    const completed = new Set(after.filter((entry) => entry.status === "completed").map((entry) => entry.taskId));
    expect(settled.filter((id) => !completed.has(id))).toEqual([]);
    const held = after.filter((entry) => entry.status === "leased").map((entry) => entry.taskId);
    expect(await store.queue.expireStale(isWorkerGone)).toEqual(held);
    for (const only of held)
      expect(await store.queue.lease("heir", 1000, { only: [only] })).toMatchObject({ fencing: 2 });
    await expectNoGap(store);
  });
});
