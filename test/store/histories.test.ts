/**
 * Random histories of several workers on both stores: the memory store is the model, so every answer of the
 * database must be the same, and at no point may two leases of one task be good.
 */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { RalphError } from "../../src/core/error.ts";
import type { Lease, Settlement, Store } from "../../src/core/store.ts";
import type { TaskStatus } from "../../src/core/task.ts";
import { memoryStore } from "../../src/store/memory.ts";
import { sqliteStore } from "../../src/store/sqlite.ts";
import { aTask, type SettableClock, settableClock, started } from "../contract/store.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const IDS = ["T1", "T2", "T10", "D1"] as const;
const WORKERS = ["one", "two", "three"] as const;

interface World {
  readonly store: Store;
  readonly clock: SettableClock;
  /** Every lease that was ever given, renewed ones included. */
  readonly leases: Lease[];
}

type Step = (world: World) => Promise<unknown>;

const word = fc.constantFrom<TaskStatus>("PENDING", "IN_PROGRESS", "COMPLETE", "BLOCKED", "AWAITING_APPROVAL");
const file = fc.record({
  id: fc.constantFrom(...IDS),
  status: word,
  wsjf: fc.constantFrom(1, 2.5),
  dependsOn: fc.constantFrom<readonly string[]>([], [], ["T1"], ["T2", "T9"]),
});
const settlement = fc.record(
  {
    status: fc.constantFrom<Settlement["status"]>("queued", "completed", "blocked", "awaiting_approval"),
    attempts: fc.nat(15),
    result: fc.constantFrom({}, { COMMIT: "abc" }),
    reason: fc.constant("why"),
  },
  { requiredKeys: ["status", "attempts", "result"] },
);
const worker = fc.constantFrom(...WORKERS);
const which = fc.nat(12);

const keep = async (world: World, lease: Promise<Lease | undefined>) => {
  const given = await lease;
  if (given !== undefined) world.leases.push(given);
  return given;
};

/** A step that a failing history prints as `what`. */
const named = (what: string, act: Step): Step => Object.assign(act, { [fc.toStringMethod]: () => what });

/** Under the lease number `n` of those given so far; nothing happens before the first. */
const under = (n: number, what: string, act: (world: World, lease: Lease) => Promise<unknown>): Step =>
  named(`${what} under lease ${n}`, async (world) => {
    const lease = world.leases[n % Math.max(world.leases.length, 1)];
    return lease === undefined ? "no lease yet" : act(world, lease);
  });

const syncStep = fc
  .tuple(fc.uniqueArray(file, { selector: ({ id }) => id, minLength: 2 }), fc.option(fc.nat(300)))
  .map(([files, ago]) =>
    named(`sync ${JSON.stringify(files)} read ${ago} ms ago`, async ({ store, clock }) => {
      const listing = files.map(({ id, ...rest }) => aTask(id, { ...rest, queue: id === "D1" ? "deploy" : "tdd" }));
      await store.queue.sync(listing, ago === null ? undefined : clock.now() - ago);
    }),
  );

const leaseStep = fc
  .tuple(worker, fc.option(fc.subarray([...IDS])), fc.constantFrom("tdd" as const, "deploy" as const))
  .map(([name, only, queue]) =>
    named(`lease for ${name} of ${queue} ${only}`, (world) =>
      keep(world, world.store.queue.lease(name, 300, only === null ? { queue } : { queue, only })),
    ),
  );

const underLeaseStep = fc.oneof(
  which.map((n) => under(n, "renew", (world, held) => keep(world, world.store.queue.renew(held, 300)))),
  which.map((n) => under(n, "append", ({ store }, held) => store.events.append(held, [started(n)]))),
  fc
    .tuple(which, settlement)
    .map(([n, outcome]) =>
      under(n, `settle ${JSON.stringify(outcome)}`, ({ store }, held) =>
        store.queue.settle(held, outcome, [started(n)]),
      ),
    ),
);

const fileWrittenStep = fc
  .tuple(fc.constantFrom(...IDS, "T99"), word)
  .map(([id, status]) => named(`written ${id} ${status}`, ({ store }) => store.queue.fileWritten(id, status)));

const expireStep = worker.map((gone) =>
  named(`expire, ${gone} is gone`, ({ store }) => store.queue.expireStale((name) => name === gone)),
);

const advanceStep = fc
  .integer({ min: -50, max: 400 })
  .map((ms) => named(`advance ${ms}`, async ({ clock }) => clock.advance(ms)));

const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: leaseStep, weight: 3 },
  { arbitrary: underLeaseStep, weight: 3 },
  syncStep,
  fileWrittenStep,
  expireStep,
  advanceStep,
);

const answerOf = async (act: Step, world: World): Promise<unknown> =>
  act(world).catch((error: unknown) => {
    if (error instanceof RalphError) return { code: error.code, details: error.details };
    throw error;
  });

/** Ids of the tasks for which a lease given so far is still good, once for each fencing token. */
async function heldTasks({ store, leases }: World): Promise<readonly string[]> {
  const held = new Set<string>();
  for (const { taskId, fencing, ...lease } of leases) {
    const isGood = store.events.append({ ...lease, taskId, fencing }, []).then(() => true);
    if (await isGood.catch(() => false)) held.add(`${taskId} ${fencing}`);
  }
  return [...held].map((holder) => holder.split(" ")[0] ?? "").sort();
}

async function expectAgreement(steps: readonly Step[], model: World, real: World): Promise<void> {
  for (const act of steps) {
    expect(await answerOf(act, real)).toEqual(await answerOf(act, model));
    const entries = await real.store.queue.list();
    expect(entries).toEqual(await model.store.queue.list());
    const leased = entries.filter((entry) => entry.status === "leased").map((entry) => entry.taskId);
    expect(await heldTasks(real)).toEqual(leased.sort());
  }
}

test("any history of syncs, leases and outcomes gives the same answers in memory and in SQLite", async () => {
  const folder = temporaryFolder();
  let run = 0;
  const property = fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40, size: "max" }), async (steps) => {
    const clocks = [settableClock(), settableClock()] as const;
    run += 1;
    const model: World = { store: memoryStore({ clock: clocks[0] }), clock: clocks[0], leases: [] };
    const real: World = {
      store: sqliteStore({ path: `${folder}/${run}.db`, clock: clocks[1] }),
      clock: clocks[1],
      leases: [],
    };
    try {
      await real.store.queue.sync([]);
      await expectAgreement(steps, model, real);
      expect(await real.store.events.read({})).toEqual(await model.store.events.read({}));
    } finally {
      await real.store.close();
    }
  });
  await fc.assert(property, { numRuns: 60 });
});
