import { describe, expect, test } from "vitest";
import type { ModelFailure, Tier, TierReply } from "../../src/core/model.ts";
import { work } from "../../src/engine/work.ts";
import type { World } from "../../src/engine/world.ts";
import { type FakeWorld, fakeTask, fakeWorld, usage, writes } from "../support/fake-world.ts";

const never = new AbortController().signal;
const files = {
  "src/a.js": "one\n",
  "src/b.js": "one\n",
  "test/a.test.js": "a: src/a.js must contain two\n",
  "test/b.test.js": "b: src/b.js must contain two\n",
};
const tester = (path: string) => ({ files: [{ path, action: "modify" as const }] });
const TASKS = [fakeTask("T001", { wsjf: 9, ...tester("test/a.test.js") }), fakeTask("T002", tester("test/b.test.js"))];
const TIERS: readonly Tier[] = ["TIER1", "TIER2", "TIER3"].map((name) => ({ name, chain: [] }));

const failed = (failure: ModelFailure, retryAt: number): TierReply => ({
  kind: "failed",
  model: "fake",
  failure,
  durationMs: 1,
  tried: [{ model: "fake", endpoint: "nowhere", failure, calls: 1 }],
  retryAt,
});

type Answer = (tier: string, taskId: string, world: FakeWorld) => TierReply;

/** The fake repository takes a landing on another one's for a conflict: the task begins anew on the new tip. */
const againAfterLanding = (question: string): string => question;

/** Two tasks, three tiers; every question is noted as `task tier`. */
function tiered(answer: Answer, limits: Partial<World["limits"]> = {}, tierOf: (id: string) => string = () => "TIER3") {
  const base = fakeWorld({ tasks: TASKS, files, answers: [] });
  const asked: string[] = [];
  const world: World = {
    ...base,
    tiers: TIERS,
    route: ({ id }) => ({ tier: tierOf(id), why: "told by the test" }),
    limits: { ...base.limits, escalateAfter: 2, ...limits },
    askTier: async (tier, questionFor) => {
      const question = await questionFor({ ...fakeClient, name: tier.name }, 0);
      const taskId = question?.prompt.purpose.taskId ?? "";
      asked.push(`${taskId} ${tier.name}`);
      return answer(tier.name, taskId, base);
    },
  };
  return { world, base, asked };
}

const fakeClient = {
  endpoint: "fake",
  ask: () => Promise.reject(new Error("the test answers itself")),
  health: async () => ({ ok: true, detail: "" }),
  traits: async () => ({ outputTokens: 1_000, takesGrammar: false }),
};

const fileOf = (taskId: string): string => (taskId === "T001" ? "src/a.js" : "src/b.js");
const good = (taskId: string): TierReply => writes(fileOf(taskId), "two", "one");
/** A patch that fits nowhere: the same refusal each time. */
const useless = (taskId: string): TierReply => writes(fileOf(taskId), "two", "nothing of the kind");

describe("a task that makes no progress", () => {
  test("goes behind the others, and on with the next stronger tier", async () => {
    const { world, base, asked } = tiered((tier, taskId) =>
      taskId === "T001" && tier === "TIER3" ? useless(taskId) : good(taskId),
    );
    const result = await work(world, undefined, never);
    expect(result.outcome).toBe("all done");
    expect(asked).toEqual(["T001 TIER3", "T001 TIER3", "T002 TIER3", "T001 TIER2", againAfterLanding("T001 TIER2")]);
    expect(base.events.filter((event) => event.type === "tier.escalated")).toMatchObject([
      { taskId: "T001", from: "TIER3", to: "TIER2", reason: expect.stringContaining("2 attempts in a row") },
    ]);
  });

  test("ends at the strongest tier, which has all attempts that are left", async () => {
    const { world, asked } = tiered((_, taskId) => useless(taskId), { attempts: 7 });
    const { entries } = await work(world, ["T001"], never);
    expect(asked.map((each) => each.split(" ")[1])).toEqual([
      "TIER3",
      "TIER3",
      "TIER2",
      "TIER2",
      "TIER1",
      "TIER1",
      "TIER1",
    ]);
    expect(entries[0]).toMatchObject({
      status: "blocked",
      reason: expect.stringContaining("Max iterations reached (7"),
    });
  });

  test("stays where it is when the failures differ, or when ralph.yaml says so", async () => {
    let n = 0;
    const differing: Answer = (_, taskId) => (n++ % 2 === 0 ? useless(taskId) : writes("src/none.js", "x", "y"));
    const changing = tiered(differing, { attempts: 4 });
    await work(changing.world, ["T001"], never);
    const never0 = tiered((_, taskId) => useless(taskId), { attempts: 4, escalateAfter: 0 });
    await work(never0.world, ["T001"], never);
    expect([...changing.asked, ...never0.asked]).toEqual(Array(8).fill("T001 TIER3"));
  });
});

describe("a tier that does not answer", () => {
  const quota = (world: FakeWorld, inMs: number): TierReply => {
    const retryAt = world.time.now() + inMs;
    return failed({ class: "rate limited", message: "limit reached", retryAt }, retryAt);
  };
  const HOUR = 3_600_000;

  test("is waited for until its quota ends, while tasks of other tiers go on", async () => {
    let isOver = false;
    const { world, base, asked } = tiered(
      (tier, taskId, fake) => {
        if (tier !== "TIER1" || isOver) return good(taskId);
        isOver = true;
        return quota(fake, 11 * HOUR);
      },
      {},
      (id) => (id === "T001" ? "TIER1" : "TIER3"),
    );
    const before = base.time.now();
    const result = await work(world, undefined, never);
    expect(result.outcome).toBe("all done");
    expect(asked).toEqual(["T001 TIER1", "T002 TIER3", "T001 TIER1", againAfterLanding("T001 TIER1")]);
    expect(base.time.now() - before).toBeGreaterThan(11 * HOUR);
    expect(base.runEvents[0]).toMatchObject({ type: "run.waiting", reason: expect.stringContaining("limit reached") });
    // Nothing was decided by the first question: it counts as no attempt.
    expect(base.statuses.get("T001")?.fields).toMatchObject({ ATTEMPTS: "2" });
  });

  test("is given up after a while where nothing says when it comes back; its tasks stay PENDING", async () => {
    const { world, base } = tiered(
      (tier, taskId, fake) =>
        tier === "TIER3"
          ? good(taskId)
          : failed({ class: "refused", message: "nothing listens", cure: "start it" }, fake.time.now() + 15_000),
      { modelDownMs: 10 * 60_000 },
      (id) => (id === "T001" ? "TIER1" : "TIER3"),
    );
    const result = await work(world, undefined, never);
    expect(result).toMatchObject({
      outcome: "set-up",
      reason: "No model of TIER1 answers:\n  fake: nothing listens\n  -> start it",
    });
    expect([...base.statuses].map(([id, { status }]) => `${id} ${status}`).sort()).toEqual([
      "T001 PENDING",
      "T002 COMPLETE",
    ]);
  });

  test("does not keep the run when it is interrupted", async () => {
    const controller = new AbortController();
    const { world } = tiered((_, __, fake) => quota(fake, HOUR));
    const wait = async () => controller.abort();
    expect((await work({ ...world, wait }, undefined, controller.signal)).outcome).toBe("interrupted");
  });
});

describe("a tier that rests", () => {
  const down = (fake: FakeWorld): TierReply =>
    failed({ class: "refused", message: "nothing listens" }, fake.time.now() + 15_000);

  test("costs its tasks no work tree and no check", async () => {
    const { world, base } = tiered((_, __, fake) => down(fake));
    const rest = down(base);
    const restOf = () => (rest.kind === "failed" ? rest : undefined);
    expect((await work({ ...world, restOf }, undefined, never)).outcome).toBe("set-up");
    expect(new Set(base.events.map(({ type }) => type))).toEqual(new Set(["task.leased", "task.settled"]));
  });

  test("does not use up the time of its tasks", async () => {
    let n = 0;
    const { world, base } = tiered(
      (_, taskId, fake) => {
        n += 1;
        if (n > 3) return good(taskId);
        fake.time.advance(400_000);
        return down(fake);
      },
      { modelDownMs: 10_000_000 },
    );
    expect((await work(world, ["T001"], never)).outcome).toBe("all done");
    expect(base.statuses.get("T001")?.status).toBe("COMPLETE");
  });

  test("is looked at again when something else went on after it was given up", async () => {
    let isBack = false;
    const { world, base } = tiered(
      (tier, taskId, fake) => {
        if (tier === "TIER1") return isBack ? good(taskId) : down(fake);
        if (fake.time.now() < later) return failed({ class: "rate limited", message: "quota", retryAt: later }, later);
        isBack = true;
        return good(taskId);
      },
      {},
      (id) => (id === "T001" ? "TIER1" : "TIER3"),
    );
    const later = base.time.now() + 3_600_000;
    expect((await work(world, undefined, never)).outcome).toBe("all done");
  });

  test("does not keep a task that somebody else has finished meanwhile", async () => {
    const { world, base } = tiered((_, __, fake) => down(fake));
    const wait = async (ms: number) => {
      base.time.advance(ms);
      const task = base.tasks.get("T001");
      if (task !== undefined) base.tasks.set("T001", { ...task, status: "COMPLETE" });
    };
    expect((await work({ ...world, wait }, ["T001"], never)).outcome).toBe("all done");
  });
});

describe("a task's own budget", () => {
  test.each([
    ["tokens", { taskTokens: 300 }, usage, /the task's 300 tokens are used up \(330\)/],
    ["money", { taskCostUsd: 1 }, { ...usage, costUsd: 0.4 }, /the task's \$1 are used up \(\$1\.20\)/],
  ])("of %s blocks it, and the queue goes on", async (_, limits, spent, reason) => {
    const { world, asked } = tiered(
      (__, taskId) => ({ ...(taskId === "T001" ? useless(taskId) : good(taskId)), usage: spent }),
      { escalateAfter: 0, ...limits },
    );
    const { entries } = await work(world, undefined, never);
    expect(entries.find(({ taskId }) => taskId === "T001")).toMatchObject({
      status: "blocked",
      reason: expect.stringMatching(reason),
    });
    expect(asked.filter((each) => each.startsWith("T001"))).toHaveLength(3);
    expect(entries.find(({ taskId }) => taskId === "T002")?.status).toBe("completed");
  });
});

test("what a task used is written into its file and its last event", async () => {
  const { world, base } = tiered((_, taskId) => ({ ...good(taskId), usage: { ...usage, costUsd: 0.25 } }));
  await work(world, ["T001"], never);
  expect(base.statuses.get("T001")?.fields).toMatchObject({
    TOKENS: "100 in (0 cached), 10 out, estimated",
    COST: "$0.2500",
  });
  expect(base.events.at(-1)).toMatchObject({ type: "task.settled", usage: { promptTokens: 100, costUsd: 0.25 } });
});
