/**
 * Lease and settle, both durable, against the bare statements in the same schema: one process, then eight at once.
 * The database lies in the system's temporary folder; each round starts with a new one.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { TaskSummary } from "../src/core/task.ts";
import { systemClock } from "../src/io/clock.ts";
import { sqliteStore } from "../src/store/sqlite.ts";

const WORKER = fileURLToPath(new URL("./sqlite-worker.ts", import.meta.url));
const ROUNDS = 9;
/** Turns of each process, by their number. SQLite's own waiting lets one of eight run while seven stand: 400 show it. */
const TURNS = { 1: 2000, 8: 400 } as const;
const LONGEST_WAIT_MS = 500;

type Kind = "bare" | "ralph";

interface Round {
  /** From the common start to the last worker's end. */
  readonly ms: number;
  readonly longestMs: number;
}

/** Ratios of throughput, ralph to bare, and of the longest wait to what is allowed; medians of pairs run in turn. */
export const sqlite = async () => {
  const one: number[] = [];
  const eight: number[] = [];
  const waits: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    one.push((await run("bare", 1)).ms / (await run("ralph", 1)).ms);
    const [bare, ralph] = [await run("bare", 8), await run("ralph", 8)];
    eight.push(bare.ms / ralph.ms);
    waits.push(ralph.longestMs / LONGEST_WAIT_MS);
  }
  return [
    { name: "sqlite: lease + settle, 1 process, speed against bare", ratio: median(one), goal: ">= 0.8" },
    { name: "sqlite: lease + settle, 8 processes, speed against bare", ratio: median(eight), goal: ">= 3" },
    { name: "sqlite: longest wait among 8 processes, against 500 ms", ratio: Math.max(...waits), goal: "<= 1" },
  ] as const;
};

async function run(kind: Kind, processes: keyof typeof TURNS): Promise<Round> {
  const folder = mkdtempSync(join(tmpdir(), "ralph-bench-"));
  const workers: ChildProcess[] = [];
  try {
    const path = `${folder}/ralph.db`;
    await fill(path, TURNS[processes] * processes);
    const results = Array.from({ length: processes }, () => {
      const argv = ["--import", "tsx", WORKER, kind, path, `${TURNS[processes]}`];
      const child = spawn(process.execPath, argv, { stdio: ["pipe", "pipe", "inherit"] });
      workers.push(child);
      const lines = createInterface({ input: child.stdout });
      return { child, ready: once(lines, "line"), lines };
    });
    await Promise.all(results.map(({ ready }) => ready));
    const answers = results.map(({ lines }) => once(lines, "line"));
    for (const { child } of results) child.stdin.write("go\n");
    const rounds = (await Promise.all(answers)).map(([line]) => JSON.parse(line as string) as Round);
    return {
      ms: Math.max(...rounds.map(({ ms }) => ms)),
      longestMs: Math.max(...rounds.map((round) => round.longestMs)),
    };
  } finally {
    for (const worker of workers) worker.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}

async function fill(path: string, count: number): Promise<void> {
  const store = sqliteStore({ path, clock: systemClock });
  await store.queue.sync(Array.from({ length: count }, (_, index) => task(index + 1)));
  await store.close();
}

const task = (number: number): TaskSummary => ({
  id: `T${number}`,
  title: `Task ${number}`,
  queue: "tdd",
  priority: "P1",
  wsjf: number % 17,
  dependsOn: [],
  status: "PENDING",
  path: `tasks/T${number}.md`,
});

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
