/** What every store must do, seen only through the `Store` interface. */
import { describe, expect, onTestFinished, test } from "vitest";
import type { Clock } from "../../src/core/clock.ts";
import { RalphError } from "../../src/core/error.ts";
import type { EventBody } from "../../src/core/event.ts";
import type { Lease, QueueEntry, Store } from "../../src/core/store.ts";
import type { TaskStatus, TaskSummary } from "../../src/core/task.ts";

export interface SettableClock extends Clock {
  advance(ms: number): void;
}

export function settableClock(start = 1_000_000): SettableClock {
  let now = start;
  return {
    now: () => now,
    monotonic: () => now,
    advance: (ms) => {
      now += ms;
    },
  };
}

export function aTask(id: string, more: Partial<TaskSummary> = {}): TaskSummary {
  const fixed = { queue: "tdd", priority: "P1", wsjf: 1, dependsOn: [], status: "PENDING" } as const;
  return { id, title: `Title of ${id}`, path: `/tasks/${id}.md`, ...fixed, ...more };
}

export const started = (attempt: number): EventBody => ({ type: "attempt.started", attempt, role: "builder" });

const TTL = 1000;
const DONE = { status: "completed", attempts: 1, result: { COMMIT: "abc" } } as const;

interface Fixture {
  readonly store: Store;
  readonly clock: SettableClock;
  lease(worker?: string): Promise<Lease>;
  entry(id: string): Promise<QueueEntry>;
}

/** `make` gives an empty store; the suite closes it. */
export function storeContract(name: string, make: (clock: Clock) => Promise<Store>): void {
  const fixture = async (...tasks: readonly TaskSummary[]): Promise<Fixture> => {
    const clock = settableClock();
    const store = await make(clock);
    onTestFinished(() => store.close());
    await store.queue.sync(tasks);
    const lease = async (worker = "worker") => (await store.queue.lease(worker, TTL)) ?? fail("nothing to lease");
    const entry = async (id: string) => (await store.queue.list()).find((e) => e.taskId === id) ?? fail(`no ${id}`);
    return { store, clock, lease, entry };
  };
  describe(`${name}: order`, () => {
    orderContract(fixture);
  });
  describe(`${name}: leases`, () => {
    leaseContract(fixture);
  });
  describe(`${name}: task files`, () => {
    syncContract(fixture);
  });
  describe(`${name}: events`, () => {
    eventContract(fixture);
  });
}

type MakeFixture = (...tasks: readonly TaskSummary[]) => Promise<Fixture>;

function fail(why: string): never {
  throw new Error(why);
}

/** `writeUnder` where the lease is lost. */
const allRefused = ({ taskId, worker }: Lease) =>
  Array.from({ length: 3 }, () => new RalphError("LEASE_LOST", { taskId, worker }));

async function leaseAll({ queue }: Store, filter = {}): Promise<readonly string[]> {
  const ids: string[] = [];
  for (;;) {
    const lease = await queue.lease("worker", TTL, filter);
    if (lease === undefined) return ids;
    ids.push(lease.taskId);
  }
}

function orderContract(fixture: MakeFixture): void {
  test("the highest WSJF is leased first, then the lowest id, counting T2 before T10", async () => {
    const { store } = await fixture(aTask("T10"), aTask("T2"), aTask("T7", { wsjf: 2.5 }), aTask("T02"), aTask("T1x"));
    const order = ["T7", "T1x", "T02", "T2", "T10"];
    expect((await store.queue.list()).map((entry) => entry.taskId)).toEqual(order);
    expect(await leaseAll(store)).toEqual(order);
  });

  test("a task waits until everything it depends on is completed", async () => {
    const { store, lease } = await fixture(aTask("T1", { wsjf: 9, dependsOn: ["T2", "T3"] }), aTask("T2"), aTask("T3"));
    const [second, third] = [await lease(), await lease()];
    expect([second.taskId, third.taskId]).toEqual(["T2", "T3"]);
    expect(await store.queue.lease("worker", TTL)).toBeUndefined();
    await store.queue.settle(second, DONE);
    expect(await store.queue.lease("worker", TTL)).toBeUndefined();
    await store.queue.settle(third, DONE);
    expect((await lease()).taskId).toBe("T1");
  });

  test("a task that depends on an unknown task is never leased, and the list shows on what it waits", async () => {
    const { store } = await fixture(aTask("T1", { dependsOn: ["T99"] }), aTask("T2"));
    expect(await leaseAll(store)).toEqual(["T2"]);
    const entries = await store.queue.list();
    const known = new Set(entries.map((entry) => entry.taskId));
    expect(entries.flatMap((entry) => entry.dependsOn).filter((id) => !known.has(id))).toEqual(["T99"]);
  });

  test("a filter restricts the tasks but not what they depend on", async () => {
    const { store } = await fixture(aTask("T1"), aTask("T2", { dependsOn: ["T1"] }), aTask("T3"));
    expect(await leaseAll(store, { only: ["T2", "T3"] })).toEqual(["T3"]);
    expect(await leaseAll(store, { only: [] })).toEqual([]);
  });

  test("deploy tasks are leased only by who asks for that queue", async () => {
    const { store } = await fixture(aTask("D001", { queue: "deploy", wsjf: 9 }), aTask("T1"));
    expect(await leaseAll(store)).toEqual(["T1"]);
    expect(await leaseAll(store, { queue: "deploy" })).toEqual(["D001"]);
  });
}

function leaseContract(fixture: MakeFixture): void {
  test("a leased task is given to nobody else until it is settled as queued", async () => {
    const { store, clock, lease, entry } = await fixture(aTask("T1"));
    const first = await lease("one");
    expect(first).toMatchObject({ taskId: "T1", worker: "one", expiresAt: clock.now() + TTL });
    expect(await entry("T1")).toMatchObject({ status: "leased", leasedBy: "one", leaseExpiresAt: first.expiresAt });
    expect(await store.queue.lease("two", TTL)).toBeUndefined();
    await store.queue.settle(first, { status: "queued", reason: "interrupted", attempts: 3, result: {} });
    expect(await entry("T1")).toMatchObject({ status: "queued", reason: "interrupted", attempts: 3 });
    const second = await lease("two");
    expect(second.fencing).toBeGreaterThan(first.fencing);
    expect(second.runId).not.toBe(first.runId);
  });

  test("an outcome frees the task and keeps reason, attempts and fields", async () => {
    const { store, lease, entry } = await fixture(aTask("T1"));
    const result = { COMMIT: "abc", TESTS_STATUS: "échec" };
    await store.queue.settle(await lease(), { status: "blocked", reason: "no progress", attempts: 4, result });
    const settled = await entry("T1");
    expect(settled).toMatchObject({ status: "blocked", reason: "no progress", attempts: 4, result, fileBehind: true });
    expect(settled).not.toHaveProperty("leasedBy");
    expect(settled).not.toHaveProperty("leaseExpiresAt");
    expect(await store.queue.lease("two", TTL)).toBeUndefined();
  });

  test("a lease that ran out is taken over, and its first holder can write nothing any more", async () => {
    const { store, clock, lease, entry } = await fixture(aTask("T1"));
    const zombie = await lease("zombie");
    clock.advance(TTL);
    const heir = await lease("heir");
    expect(await writeUnder(store, zombie)).toEqual(allRefused(zombie));
    expect(await store.events.read({})).toEqual([]);
    expect(await entry("T1")).toMatchObject({ status: "leased", leasedBy: "heir" });
    await store.queue.settle(heir, DONE);
    expect(await writeUnder(store, heir)).toEqual(allRefused(heir));
    expect(await entry("T1")).toMatchObject({ status: "completed", attempts: 1 });
  });

  test("a lease that ran out but was not taken may be renewed, and then holds again", async () => {
    const { store, clock, lease } = await fixture(aTask("T1"));
    const held = await lease("slow");
    clock.advance(5 * TTL);
    const renewed = await store.queue.renew(held, TTL);
    expect(renewed).toEqual({ ...held, expiresAt: clock.now() + TTL });
    expect(await store.queue.lease("two", TTL)).toBeUndefined();
    await store.queue.settle(renewed, DONE);
  });

  test("a lease renewed in time does not run out", async () => {
    const { store, clock, lease } = await fixture(aTask("T1"));
    let held = await lease();
    for (let beat = 0; beat < 5; beat += 1) {
      clock.advance(TTL - 1);
      held = await store.queue.renew(held, TTL);
    }
    expect(await store.queue.expireStale()).toEqual([]);
    expect(await store.queue.lease("two", TTL)).toBeUndefined();
  });

  test("leases that ran out and those of workers that are gone are freed, others stay", async () => {
    const { store, clock, lease, entry } = await fixture(aTask("T1"), aTask("T2"), aTask("T3"));
    const late = await lease("late");
    clock.advance(TTL / 2);
    const dead = await lease("dead");
    const alive = await lease("alive");
    clock.advance(TTL / 2);
    expect(await store.queue.expireStale((worker) => worker === "dead")).toEqual(["T1", "T2"]);
    expect(await store.queue.expireStale((worker) => worker === "dead")).toEqual([]);
    expect(await writeUnder(store, late)).toEqual(allRefused(late));
    expect(await writeUnder(store, dead)).toEqual(allRefused(dead));
    await store.queue.renew(alive, TTL);
    expect(await entry("T1")).toMatchObject({ status: "queued" });
  });

  test("a lease of a task that does not exist is lost", async () => {
    const { store } = await fixture();
    const lease = { taskId: "T9", runId: "T9.1", worker: "worker", fencing: 1, expiresAt: 0 };
    expect(await writeUnder(store, lease)).toEqual(allRefused(lease));
  });

  test("workers that ask at the same time get different tasks", async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `T${index + 1}`);
    const { store } = await fixture(...ids.map((id) => aTask(id)));
    const leases = await Promise.all(Array.from({ length: 25 }, (_, worker) => store.queue.lease(`w${worker}`, TTL)));
    expect(new Set(leases.map((lease) => lease?.taskId))).toEqual(new Set([...ids, undefined]));
    expect(leases.filter((lease) => lease === undefined)).toHaveLength(5);
  });
}

/** What each write under the lease comes to: "done", or the error. */
async function writeUnder({ queue, events }: Store, lease: Lease): Promise<readonly unknown[]> {
  const writes = [
    queue.renew(lease, TTL),
    queue.settle(lease, { ...DONE, attempts: 99 }, [started(99)]),
    events.append(lease, [started(99)]),
  ];
  const outcomes = await Promise.allSettled(writes);
  return outcomes.map((outcome) => (outcome.status === "fulfilled" ? "done" : outcome.reason));
}

function syncContract(fixture: MakeFixture): void {
  const FIRST: readonly (readonly [TaskStatus, QueueEntry["status"]])[] = [
    ["PENDING", "queued"],
    ["IN_PROGRESS", "queued"],
    ["COMPLETE", "completed"],
    ["BLOCKED", "blocked"],
    ["AWAITING_APPROVAL", "awaiting_approval"],
  ];

  test.each(FIRST)("a file seen for the first time with %s becomes %s", async (status, expected) => {
    const { store, entry } = await fixture(aTask("T1", { status, statusReason: "because" }));
    expect(await entry("T1")).toMatchObject({ status: expected, reason: "because", fileStatus: status, attempts: 0 });
    expect(await store.events.read({})).toEqual([]);
  });

  test("title, order, path and dependencies follow the file", async () => {
    const { store, entry } = await fixture(aTask("T1"));
    await store.queue.sync([
      aTask("T1", { title: "New", wsjf: 7, path: "/b/T1.md", dependsOn: ["T2"], queue: "deploy" }),
    ]);
    expect(await entry("T1")).toMatchObject({
      title: "New",
      wsjf: 7,
      path: "/b/T1.md",
      dependsOn: ["T2"],
      queue: "deploy",
    });
  });

  test("a file that shows what ralph last read changes no outcome", async () => {
    const { store, lease, entry } = await fixture(aTask("T1"));
    await store.queue.settle(await lease(), DONE);
    await store.queue.sync([aTask("T1")]);
    expect(await entry("T1")).toMatchObject({ status: "completed", fileBehind: true, fileStatus: "PENDING" });
  });

  test("a person who sets PENDING again runs the task again from the start, and the log says so", async () => {
    const { store, clock, lease, entry } = await fixture(aTask("T1"));
    await store.queue.settle(await lease(), { status: "blocked", reason: "stuck", attempts: 15, result: { A: "1" } });
    await store.queue.fileWritten("T1", "BLOCKED");
    clock.advance(10);
    await store.queue.sync([aTask("T1")]);
    const again = await entry("T1");
    expect(again).toMatchObject({
      status: "queued",
      attempts: 0,
      result: {},
      fileStatus: "PENDING",
      fileBehind: false,
    });
    expect(again).not.toHaveProperty("reason");
    expect(await store.events.read({ taskId: "T1" })).toEqual([
      { seq: 1, at: clock.now(), runId: "sync", taskId: "T1", type: "task.edited", from: "BLOCKED", to: "PENDING" },
    ]);
    expect((await lease()).fencing).toBe(2);
  });

  test("a person who sets COMPLETE is believed, and what depends on the task goes on", async () => {
    const { store } = await fixture(aTask("T1", { status: "BLOCKED" }), aTask("T2", { dependsOn: ["T1"] }));
    await store.queue.sync([aTask("T1", { status: "COMPLETE" }), aTask("T2", { dependsOn: ["T1"] })]);
    expect(await leaseAll(store)).toEqual(["T2"]);
  });

  test("a leased task is left alone until the lease has run out; then the person's edit wins over the worker", async () => {
    const { store, clock, lease, entry } = await fixture(aTask("T1"));
    const held = await lease();
    await store.queue.fileWritten("T1", "IN_PROGRESS");
    await store.queue.sync([aTask("T1", { status: "BLOCKED" })]);
    await store.queue.sync([]);
    expect(await entry("T1")).toMatchObject({ status: "leased", fileStatus: "IN_PROGRESS" });
    clock.advance(TTL);
    await store.queue.sync([aTask("T1", { status: "BLOCKED", statusReason: "not now" })]);
    expect(await entry("T1")).toMatchObject({ status: "blocked", reason: "not now", fileStatus: "BLOCKED" });
    expect(await writeUnder(store, held)).toEqual(allRefused(held));
  });

  test("ralph's own word that was written but not noted is no person's edit", async () => {
    const { store, lease, entry } = await fixture(aTask("T1"), aTask("T2", { status: "COMPLETE" }));
    await store.queue.settle(await lease(), DONE);
    await store.queue.sync([aTask("T1", { status: "COMPLETE" }), aTask("T2", { status: "COMPLETE" })]);
    expect(await entry("T1")).toMatchObject({
      status: "completed",
      fileStatus: "COMPLETE",
      fileBehind: false,
      result: DONE.result,
    });
    expect(await store.events.read({})).toEqual([]);
  });

  test("a listing older than another worker's outcome does not bring the task back", async () => {
    const { store, clock, lease, entry } = await fixture(aTask("T1"));
    const readAt = clock.now();
    const listing = [aTask("T1")];
    await store.queue.settle(await lease(), DONE);
    await store.queue.fileWritten("T1", "COMPLETE");
    clock.advance(5);
    await store.queue.sync(listing, readAt);
    await store.queue.sync([], readAt);
    expect(await entry("T1")).toMatchObject({ status: "completed", fileStatus: "COMPLETE" });
  });

  test("a clock that was set back does not hide a person's edit", async () => {
    const { store, clock, entry } = await fixture(aTask("T1"));
    clock.advance(-500_000);
    await store.queue.sync([aTask("T1", { status: "BLOCKED" })], clock.now());
    expect(await entry("T1")).toMatchObject({ status: "blocked" });
  });

  test("a dead worker's task that a person blocked meanwhile stays blocked", async () => {
    const { store, clock, lease, entry } = await fixture(aTask("T1"));
    await lease("dead");
    await store.queue.fileWritten("T1", "IN_PROGRESS");
    clock.advance(10);
    const readAt = clock.now();
    await store.queue.expireStale(() => true);
    await store.queue.sync([aTask("T1", { status: "BLOCKED" })], readAt);
    expect(await entry("T1")).toMatchObject({ status: "blocked" });
  });

  test("a task whose file is gone is cancelled, and comes back as its file says", async () => {
    const { store, entry } = await fixture(aTask("T1"), aTask("T2", { status: "COMPLETE" }));
    await store.queue.sync([]);
    expect(await entry("T1")).toMatchObject({ status: "cancelled" });
    expect(await entry("T2")).toMatchObject({ status: "completed" });
    expect(await leaseAll(store)).toEqual([]);
    await store.queue.sync([aTask("T1", { status: "BLOCKED" }), aTask("T2", { status: "COMPLETE" })]);
    expect(await entry("T1")).toMatchObject({ status: "blocked" });
    await store.queue.sync([aTask("T1"), aTask("T2", { status: "COMPLETE" })]);
    expect(await leaseAll(store)).toEqual(["T1"]);
  });

  test("the file is behind until its outcome is noted as written", async () => {
    const { store, lease, entry } = await fixture(aTask("T1"));
    const held = await lease();
    await store.queue.fileWritten("T1", "IN_PROGRESS");
    await store.queue.settle(held, DONE);
    await store.queue.fileWritten("T1", "IN_PROGRESS");
    expect(await entry("T1")).toMatchObject({ fileBehind: true, fileStatus: "IN_PROGRESS" });
    await store.queue.fileWritten("T1", "COMPLETE");
    expect(await entry("T1")).toMatchObject({ fileBehind: false, fileStatus: "COMPLETE" });
  });

  test("a file of a task that is not in the queue cannot be noted", async () => {
    const { store } = await fixture(aTask("T1"));
    const unknown = new RalphError("TASK_UNKNOWN", { id: "T9", known: ["T1"] });
    await expect(store.queue.fileWritten("T9", "COMPLETE")).rejects.toEqual(unknown);
  });
}

function eventContract(fixture: MakeFixture): void {
  test("events are numbered without gaps across tasks and runs, with their head", async () => {
    const { store, clock, lease } = await fixture(aTask("T1"), aTask("T2"));
    const [one, two] = [await lease(), await lease()];
    const written = [
      ...(await store.events.append(one, [started(1), started(2)], { durable: true })),
      ...(await store.events.appendRun("run-1", [{ type: "run.finished", outcome: "all done" }])),
      ...(await store.queue.settle(two, DONE, [{ type: "task.settled", status: "COMPLETE", attempts: 1 }])),
    ];
    const at = clock.now();
    expect(written).toEqual([
      { seq: 1, at, runId: one.runId, taskId: "T1", ...started(1) },
      { seq: 2, at, runId: one.runId, taskId: "T1", ...started(2) },
      { seq: 3, at, runId: "run-1", type: "run.finished", outcome: "all done" },
      { seq: 4, at, runId: two.runId, taskId: "T2", type: "task.settled", status: "COMPLETE", attempts: 1 },
    ]);
    expect(await store.events.read({})).toEqual(written);
  });

  test("a write that is refused leaves no gap", async () => {
    const { store, clock, lease } = await fixture(aTask("T1"));
    const zombie = await lease();
    clock.advance(TTL);
    const heir = await lease();
    expect(await writeUnder(store, zombie)).toEqual(allRefused(zombie));
    expect((await store.events.append(heir, [started(1)])).map((event) => event.seq)).toEqual([1]);
  });

  test("an event keeps every character of what it was given", async () => {
    const { store, lease } = await fixture(aTask("T1"));
    const text = "é ✓ 𝄞 \u0000 \ud800 \r\n \" ' -- ; {{x}}";
    const body: EventBody = { type: "run.finished", outcome: "set-up", reason: text };
    const [written] = await store.events.append(await lease(), [body]);
    expect(written).toMatchObject(body);
    expect(await store.events.read({})).toEqual([written]);
  });

  test("events are read by task, run, type and page", async () => {
    const { store, lease } = await fixture(aTask("T1"), aTask("T2"));
    const [one, two] = [await lease(), await lease()];
    for (let n = 1; n <= 3; n += 1) {
      await store.events.append(one, [started(n)]);
      await store.events.append(two, [started(n), { type: "run.finished", outcome: "all done" }]);
    }
    const seqs = async (filter: Parameters<Store["events"]["read"]>[0]) =>
      (await store.events.read(filter)).map((event) => event.seq);
    expect(await seqs({ taskId: "T1" })).toEqual([1, 4, 7]);
    expect(await seqs({ taskId: "T9" })).toEqual([]);
    expect(await seqs({ runId: two.runId, types: ["run.finished"] })).toEqual([3, 6, 9]);
    expect(await seqs({ types: ["run.finished", "attempt.started"], limit: 2 })).toEqual([1, 2]);
    expect(await seqs({ types: [] })).toEqual([]);
    expect(await seqs({ after: 4, limit: 3 })).toEqual([5, 6, 7]);
    expect(await seqs({ after: 9 })).toEqual([]);
    expect(await seqs({ limit: 0 })).toEqual([]);
  });

  test("a store may be closed twice", async () => {
    const { store } = await fixture(aTask("T1"));
    await store.close();
    expect(await store.close()).toBeUndefined();
  });
}
