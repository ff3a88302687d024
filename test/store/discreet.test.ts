import { describe, expect, test } from "vitest";
import type { TestRun } from "../../src/core/check.ts";
import type { EventBody } from "../../src/core/event.ts";
import { redactor } from "../../src/io/redact.ts";
import { discreetStore } from "../../src/store/discreet.ts";
import { memoryStore } from "../../src/store/memory.ts";
import { aTask, settableClock, storeContract } from "../contract/store.ts";

const SECRET = "deploy-token-8f3c29";

storeContract("discreet", async (clock) => discreetStore(memoryStore({ clock }), redactor([SECRET])));

async function leased(secrets: readonly string[]) {
  const store = discreetStore(memoryStore({ clock: settableClock() }), redactor(secrets));
  await store.queue.sync([aTask("T001")]);
  const lease = await store.queue.lease("worker", 1_000);
  if (lease === undefined) throw new Error("nothing to lease");
  return { store, lease };
}

const RUN: TestRun = {
  name: "npm test",
  command: `curl -H ${SECRET}`,
  runner: "node",
  tests: [{ id: `t > ${SECRET}`, kind: "test", name: SECRET, file: "t.test.js", status: "failed", actual: SECRET }],
  passed: false,
  timedOut: false,
  exitCode: 1,
  output: `a ${SECRET} b`,
  durationMs: 5,
};

const BODIES: readonly EventBody[] = [
  { type: "check.finished", phase: "attempt", run: RUN },
  { type: "patch.rejected", attempt: 1, rejects: [{ kind: "not found", path: "a.js", text: `1 | ${SECRET}` }] },
  {
    type: "model.failed",
    attempt: 1,
    model: "local",
    failure: { class: "auth", message: SECRET, cure: `not ${SECRET}` },
    durationMs: 1,
  },
  { type: "red.proved", targets: [`t > ${SECRET}`], by: "base", commit: "abc" },
];

describe("a discreet store", () => {
  test("keeps no secret, however deep it stands in an event, and tells listeners of none", async () => {
    const { store, lease } = await leased([SECRET]);
    const told = [
      ...(await store.events.append(lease, BODIES)),
      ...(await store.events.appendRun("run", [{ type: "run.waiting", until: 1, reason: `for ${SECRET}` }])),
      ...(await store.queue.settle(
        lease,
        { status: "blocked", attempts: 1, reason: `because of ${SECRET}`, result: { RECOMMENDATION: SECRET } },
        [{ type: "task.settled", status: "BLOCKED", attempts: 1, reason: SECRET }],
      )),
    ];
    const [entry] = await store.queue.list();
    const kept = await store.events.read({});
    expect([entry?.reason, entry?.result]).toEqual(["because of [redacted]", { RECOMMENDATION: "[redacted]" }]);
    expect(kept).toEqual(told);
    expect(kept).toHaveLength(BODIES.length + 2);
    expect(JSON.stringify([kept, entry])).not.toContain(SECRET);
    expect(kept[0]).toMatchObject({ run: { output: "a [redacted] b", tests: [{ id: "t > [redacted]" }] } });
  });

  test("leaves the words that ralph reads back, where a password happens to be one of them", async () => {
    const { store, lease } = await leased(["check.finished", "attempt.", "t.test.js", "finished", "completed"]);
    const [event] = await store.events.append(lease, [{ type: "check.finished", phase: "attempt", run: RUN }]);
    expect(event).toMatchObject({ type: "check.finished", run: { tests: [{ file: "t.test.js", kind: "test" }] } });
    await store.queue.settle(lease, { status: "completed", attempts: 1, result: { COMMIT: "abc" } });
    expect((await store.queue.list())[0]?.status).toBe("completed");
  });
});
