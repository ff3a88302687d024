/**
 * One process of the SQLite bench: `sqlite-worker.ts bare|ralph DATABASE COUNT`. It says "ready", waits for a line, leases
 * and settles COUNT tasks, and prints {"ms", "longestMs"}: all of it, and its slowest single step.
 */
import { once } from "node:events";
import { systemClock } from "../src/io/clock.ts";
import { sqliteStore } from "../src/store/sqlite.ts";
import { loadSqlite } from "../src/store/sqlite-driver.ts";

/** Leases and settles one task; each of the two steps goes through `timed`. */
type Turn = (timed: <T>(step: () => T | Promise<T>) => Promise<T>) => Promise<unknown>;

const LEASE = `
  UPDATE agent_tasks SET status = 'leased', leased_by = 'bare', lease_expires_at = :until, fencing = fencing + 1
  WHERE id = (SELECT id FROM agent_tasks WHERE queue = 'tdd' AND status IN ('queued', 'leased') AND status = 'queued'
              ORDER BY wsjf DESC, order_key, task_key LIMIT 1)
  RETURNING id`;
const SETTLE = `
  UPDATE agent_tasks SET status = 'completed', leased_by = NULL, lease_expires_at = NULL, attempt_count = 1
  WHERE id = :id AND status = 'leased'`;

/** What one writes first: the bare statements, synchronous FULL, SQLite's own waiting, and again when it gives up. */
async function bare(path: string): Promise<Turn> {
  const db = (await loadSqlite())(path);
  db.exec("PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000");
  const [leasing, settling] = [db.prepare(LEASE), db.prepare(SETTLE)];
  return async (timed) => {
    const task = await timed(() => insist(() => leasing.get({ until: systemClock.now() + 60_000 })));
    await timed(() => insist(() => settling.run({ id: (task as { id: number }).id })));
  };
}

function insist<T>(step: () => T): T {
  for (;;) {
    try {
      return step();
    } catch (error) {
      if (!(error instanceof Error && error.message.includes("locked"))) throw error;
    }
  }
}

async function ralph(path: string): Promise<Turn> {
  const { queue } = sqliteStore({ path, clock: systemClock });
  await queue.list();
  return async (timed) => {
    const lease = await timed(() => queue.lease("ralph", 60_000));
    if (lease === undefined) throw new Error("the bench's queue is too short");
    await timed(() => queue.settle(lease, { status: "completed", attempts: 1, result: {} }));
  };
}

const [kind, path = "", count = "0"] = process.argv.slice(2);
const turn = await (kind === "bare" ? bare : ralph)(path);
process.stdout.write("ready\n");
await once(process.stdin, "data");
process.stdin.unref();

const { monotonic } = systemClock;
let longestMs = 0;
const start = monotonic();
for (let n = 0; n < Number(count); n += 1) {
  await turn(async (step) => {
    const begin = monotonic();
    const value = await step();
    longestMs = Math.max(longestMs, monotonic() - begin);
    return value;
  });
}
process.stdout.write(`${JSON.stringify({ ms: monotonic() - start, longestMs })}\n`);
process.exit(0);
