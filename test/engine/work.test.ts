import { describe, expect, test } from "vitest";
import type { TierReply } from "../../src/core/model.ts";
import type { Lease, Store } from "../../src/core/store.ts";
import { work } from "../../src/engine/work.ts";
import type { World } from "../../src/engine/world.ts";
import { memoryStore } from "../../src/store/memory.ts";
import { fakeClock, fakeTask, fakeWorld, replied, writes } from "../support/fake-world.ts";

const never = new AbortController().signal;

const files = {
  "src/a.js": "one\n",
  "test/a.test.js": "a: src/a.js must contain two\n",
  "test/old.test.js": "old: src/a.js must contain o\n",
};
const GOOD = writes("src/a.js", "two", "one");
const WRONG = writes("src/a.js", "oops", "one");

const failed = (failure: {
  class: "refused" | "timeout" | "bad answer" | "rate limited";
  message: string;
  cure?: string;
}): TierReply => ({
  kind: "failed",
  model: "fake",
  failure,
  durationMs: 1,
  tried: [{ model: "fake", endpoint: "nowhere", failure, calls: 1 }],
  retryAt: 0,
});

const typesOf = (events: readonly { type: string }[]): string[] => events.map((event) => event.type);

describe("the loop", () => {
  test("takes a red task to green, lands it and writes the block", async () => {
    const world = fakeWorld({ tasks: [fakeTask("T001")], files, answers: [GOOD] });
    const result = await work(world, undefined, never);
    expect(result.outcome).toBe("all done");
    expect(world.repository.treeOf(world.repository.tip)["src/a.js"]).toBe("two\n");
    expect(world.statuses.get("T001")).toMatchObject({
      status: "COMPLETE",
      fields: {
        ATTEMPTS: "1",
        MODEL: "fake",
        TESTS_STATUS: "PASSING",
        FILES_MODIFIED: "src/a.js",
        COMMIT: world.repository.tip,
      },
    });
    expect(typesOf(world.events)).toEqual([
      "task.leased",
      "workspace.opened",
      "check.finished",
      "baseline.finished",
      "red.proved",
      "attempt.started",
      "prompt.built",
      "model.replied",
      "patch.applied",
      "check.finished",
      "check.finished",
      "check.finished",
      "task.landed",
      "attempt.finished",
      "task.settled",
    ]);
  });

  test("hands the failing test to the next attempt as evidence, and keeps a patch that broke nothing", async () => {
    const world = fakeWorld({
      tasks: [fakeTask("T001")],
      files,
      answers: [WRONG, writes("src/a.js", "two o", "oops")],
    });
    expect((await work(world, undefined, never)).outcome).toBe("all done");
    expect(world.asked[0]?.user).toContain("These tests fail now");
    expect(world.asked[1]?.user).toContain("src/a.js does not contain two");
    expect(world.asked[1]?.user).toContain("as your earlier patches left it");
  });

  test("takes back a patch that breaks what passed before", async () => {
    const world = fakeWorld({ tasks: [fakeTask("T001")], files, answers: [writes("src/a.js", "x", "one"), GOOD] });
    expect((await work(world, undefined, never)).outcome).toBe("all done");
    expect(world.asked[1]?.user).toContain("taken back");
    expect(world.events.filter((event) => event.type === "attempt.finished").map((event) => event.verdict)).toEqual([
      "retry",
      "complete",
    ]);
  });

  test("asks a tester for red where nothing is red, then a builder for green", async () => {
    const quiet = { "src/a.js": "one\n", "test/old.test.js": "old: src/a.js must contain o\n" };
    const answers = [writes("test/new.test.js", "new: src/a.js must contain two"), writes("src/a.js", "two o", "one")];
    const world = fakeWorld({ tasks: [fakeTask("T001")], files: quiet, answers });
    expect((await work(world, undefined, never)).outcome).toBe("all done");
    expect(world.asked.map((prompt) => prompt.purpose.role)).toEqual(["tester", "builder"]);
    expect(world.events.find((event) => event.type === "red.proved")).toMatchObject({
      by: "tester",
      targets: [expect.stringContaining("new")],
    });
  });

  test("does not take tests that already pass, code from a tester, or tests from a builder", async () => {
    const quiet = { "src/a.js": "one\n", "test/old.test.js": "old: src/a.js must contain o\n" };
    const answers = [
      writes("test/new.test.js", "new: src/a.js must contain one"),
      writes("src/a.js", "two"),
      writes("test/new.test.js", "new: src/a.js must contain two"),
      writes("test/other.test.js", "other: src/a.js must contain o"),
    ];
    const world = fakeWorld({ tasks: [fakeTask("T001")], files: quiet, answers, attempts: 4 });
    expect((await work(world, undefined, never)).outcome).toBe("some blocked");
    expect(world.asked[1]?.user).toContain("No new test fails");
    expect(world.asked[2]?.user).toContain("only test files may");
    expect(world.statuses.get("T001")?.reason).toMatch(/Max iterations reached \(4 attempts\); last: patch rejected/);
    expect(world.repository.landed).toEqual([]);
  });

  test("runs in WSJF order, waits for dependencies, and goes on after a blocked task", async () => {
    const tasks = [
      fakeTask("T001", { wsjf: 1 }),
      fakeTask("T002", { wsjf: 9, dependsOn: ["T001"] }),
      fakeTask("T003", { wsjf: 5 }),
    ];
    const world = fakeWorld({ tasks, files, answers: [replied("QUESTION: which colour?")] });
    const result = await work(world, undefined, never);
    expect(world.events.filter((event) => event.type === "task.leased").map((event) => event.taskId)).toEqual([
      "T003",
      "T001",
    ]);
    expect(world.statuses.get("T003")).toMatchObject({ status: "BLOCKED", reason: "question: which colour?" });
    expect(result.outcome).toBe("some blocked");
    expect(world.tasks.get("T002")?.status).toBe("PENDING");
  });

  test("runs only the tasks that were named", async () => {
    const world = fakeWorld({ tasks: [fakeTask("T001"), fakeTask("T002")], files, answers: [GOOD] });
    const result = await work(world, ["T002"], never);
    expect(result.entries.map((entry) => [entry.taskId, entry.status])).toEqual([["T002", "completed"]]);
    expect(world.tasks.get("T001")?.status).toBe("PENDING");
  });
});

describe("red", () => {
  test("is proved once more before the work lands: a test that fails only sometimes proves nothing", async () => {
    let runs = 0;
    const runCheck: World["runCheck"] = async (check, context, signal) => {
      const run = await world.runCheck(check, context, signal);
      // Red on the first run and when that is looked at once more, whatever the code says.
      if (runs++ > 1) return run;
      const tests = run.tests.map((each) => ({ ...each, status: "failed" as const }));
      return { ...run, tests, passed: false };
    };
    const quiet = { "src/a.js": "one\n", "test/old.test.js": "old: src/a.js must contain o\n" };
    const answers = [writes("src/a.js", "two o", "one")];
    const world = fakeWorld({ tasks: [fakeTask("T001")], files: quiet, answers });
    expect((await work({ ...world, runCheck }, undefined, never)).outcome).toBe("some blocked");
    expect(world.statuses.get("T001")?.reason).toMatch(/do not fail every time without the change.*: old/);
    expect(world.repository.landed).toEqual([]);
  });

  test("is looked for again with other checks than the interrupted run had", async () => {
    const controller = new AbortController();
    const interrupt = () => {
      controller.abort(new Error("interrupted"));
      return replied("too late");
    };
    const world = fakeWorld({ tasks: [fakeTask("T001")], files, answers: [interrupt, GOOD] });
    await work(world, undefined, controller.signal);
    const defaultChecks = [{ name: "other", command: "other-test" }];
    expect((await work({ ...world, defaultChecks }, undefined, never)).outcome).toBe("all done");
    const baselines = world.events.filter((event) => event.type === "check.finished" && event.phase === "baseline");
    expect(baselines).toMatchObject([{ run: { command: "fake-test" } }, { run: { command: "other-test" } }]);
  });
});

describe("limits", () => {
  test("a task's time is counted on the clock, also over an interruption", async () => {
    const slow = () => {
      world.time.advance(250_000);
      return replied("TASK_COMPLETE");
    };
    const world = fakeWorld({ tasks: [fakeTask("T001")], files, answers: [slow], attempts: 15 });
    await work(world, undefined, never);
    expect(world.statuses.get("T001")).toMatchObject({
      status: "BLOCKED",
      reason: expect.stringMatching(/^Max wait reached \(600 s, 3 attempts\)/),
    });
  });

  test("at the run's budget the task stays PENDING and the run says so", async () => {
    const world = fakeWorld({ tasks: [fakeTask("T001")], files, answers: [WRONG] });
    let asked = 0;
    const budget = {
      ...world.budget,
      exceeded: () => (asked++ > 1 ? "the run's 100 tokens are used up" : undefined),
    };
    const result = await work({ ...world, budget }, undefined, never);
    expect(result).toMatchObject({ outcome: "budget", reason: "the run's 100 tokens are used up" });
    expect(world.tasks.get("T001")?.status).toBe("PENDING");
  });

  test("with every model down nothing is decided, and the message holds what was tried and the cure", async () => {
    const down = failed({
      class: "refused",
      message: "nothing listens at http://127.0.0.1:8000/v1",
      cure: "start llama-server",
    });
    const world = fakeWorld({ tasks: [fakeTask("T001")], files, answers: [down] });
    const result = await work(world, undefined, never);
    expect(result.outcome).toBe("set-up");
    expect(result.reason).toMatch(/fake: nothing listens at http:\/\/127.0.0.1:8000\/v1\n {2}-> start llama-server/);
    expect(world.tasks.get("T001")?.status).toBe("PENDING");
  });

  test("a check that cannot start stops the run when it is everybody's, and blocks the task that brought it", async () => {
    const runCheck: typeof world.runCheck = async (check) => ({
      name: check.name,
      command: check.command,
      runner: "command",
      tests: [],
      passed: false,
      timedOut: false,
      exitCode: null,
      output: "",
      durationMs: 1,
      startFailure: "there is no program `nope` on PATH",
    });
    const tasks = [fakeTask("T001", { checks: [{ name: "own", command: "nope" }], wsjf: 9 }), fakeTask("T002")];
    const world = fakeWorld({ tasks, files, answers: [GOOD] });
    const result = await work({ ...world, runCheck }, undefined, never);
    expect(world.statuses.get("T001")).toMatchObject({
      status: "BLOCKED",
      reason: expect.stringContaining("there is no program `nope`"),
    });
    expect(result).toMatchObject({ outcome: "set-up", reason: expect.stringContaining("fake-test") });
    expect(world.tasks.get("T002")?.status).toBe("PENDING");
    // The set-up is mended: nothing of the failed start is remembered.
    expect((await work(world, ["T002"], never)).outcome).toBe("all done");
  });

  test("a person's STATUS: PENDING runs a blocked task again from the start", async () => {
    const world = fakeWorld({ tasks: [fakeTask("T001")], files, answers: [replied("QUESTION: why?"), GOOD] });
    await work(world, undefined, never);
    expect(world.tasks.get("T001")?.status).toBe("BLOCKED");
    // The night between the two costs the task no time.
    world.time.advance(8 * 3_600_000);
    world.tasks.set("T001", fakeTask("T001"));
    expect((await work(world, undefined, never)).outcome).toBe("all done");
    expect(world.statuses.get("T001")?.fields).toMatchObject({ ATTEMPTS: "1" });
  });

  test("what a person writes into the file while the task runs is not overwritten, and counts", async () => {
    const edit = () => {
      world.tasks.set("T001", fakeTask("T001", { status: "BLOCKED", statusReason: "not now" }));
      return GOOD;
    };
    const world = fakeWorld({ tasks: [fakeTask("T001")], files, answers: [edit] });
    expect((await work(world, undefined, never)).outcome).toBe("some blocked");
    expect(world.tasks.get("T001")).toMatchObject({ status: "BLOCKED", statusReason: "not now" });
  });

  test("work that no longer fits the moved branch begins anew on the new tip", async () => {
    const world = fakeWorld({ tasks: [fakeTask("T001")], files, answers: [GOOD] });
    const { repository } = world;
    let moved = false;
    const runCheck: typeof world.runCheck = async (...args) => {
      if (args[1].cwd === "/fresh" && !moved) {
        moved = true;
        repository.tip = repository.add(
          { ...repository.treeOf(repository.tip), "b.txt": "b\n" },
          repository.tip,
          "somebody",
        );
      }
      return world.runCheck(...args);
    };
    expect((await work({ ...world, runCheck }, undefined, never)).outcome).toBe("all done");
    expect(Object.keys(repository.treeOf(repository.tip))).toContain("b.txt");
    expect(world.statuses.get("T001")?.fields).toMatchObject({ ATTEMPTS: "2" });
  });
});

describe("after a kill", () => {
  /** A store that dies at its n-th write, as a process does. */
  function dyingStore(store: Store, writesLeft: number): Store {
    let left = writesLeft;
    const step = () => {
      if (left-- <= 0) throw new Error("killed");
    };
    return {
      ...store,
      events: {
        ...store.events,
        append: async (...args) => {
          step();
          const events = await store.events.append(...args);
          step();
          return events;
        },
      },
      queue: {
        ...store.queue,
        settle: async (...args) => {
          step();
          const events = await store.queue.settle(...args);
          step();
          return events;
        },
        fileWritten: async (...args) => {
          step();
          await store.queue.fileWritten(...args);
        },
      },
    };
  }

  const quiet = { "src/a.js": "one\n", "test/old.test.js": "old: src/a.js must contain o\n" };
  const story = {
    tasks: [fakeTask("T001")],
    files: quiet,
    attempts: 6,
  };
  /** By attempt, as a model would answer again: tests, a refused patch, a wrong one, a harmful one, the right one. */
  const answers: Readonly<Record<number, TierReply>> = {
    1: writes("test/new.test.js", "new: src/a.js must contain two"),
    2: replied("TASK_COMPLETE"),
    3: writes("src/a.js", "oops", "one"),
    4: writes("src/a.js", "x", "oops"),
    5: writes("src/a.js", "two o", "oops"),
  };
  const answer = (prompt: { purpose: { attempt: number } }): TierReply =>
    answers[prompt.purpose.attempt] ?? replied("");

  async function undisturbed() {
    const world = fakeWorld({ ...story, answers: [answer] });
    await work(world, undefined, never);
    return world;
  }

  test("at any write, the next start goes on and ends as the undisturbed run does", async () => {
    const calm = await undisturbed();
    expect(calm.tasks.get("T001")?.status).toBe("COMPLETE");
    let kills = 0;
    for (let at = 0; ; at++) {
      const clock = fakeClock();
      const store = memoryStore({ clock });
      const world = fakeWorld({ ...story, answers: [answer] }, store);
      let killed = true;
      try {
        await work({ ...world, worker: "dead", store: dyingStore(store, at) }, undefined, never);
        killed = false;
      } catch (error) {
        expect((error as Error).message).toBe("killed");
      }
      if (!killed) break;
      kills++;
      const again = await work(world, undefined, never);
      expect([at, again.outcome, again.entries[0]?.reason]).toEqual([at, "all done", undefined]);
      expect(world.repository.landed).toHaveLength(1);
      expect(world.repository.treeOf(world.repository.tip)).toEqual(calm.repository.treeOf(calm.repository.tip));
      expect(world.statuses.get("T001")?.fields).toMatchObject({ ATTEMPTS: "5" });
      const finished = await store.events.read({ taskId: "T001", types: ["attempt.finished"] });
      expect(finished).toMatchObject([1, 2, 3, 4, 5].map((attempt) => ({ attempt })));
      const replies = await store.events.read({ taskId: "T001", types: ["model.replied"] });
      expect(replies).toHaveLength(5);
      expect(world.tasks.get("T001")?.status).toBe("COMPLETE");
    }
    expect(kills).toBeGreaterThan(40);
  });

  test("an interrupted attempt leaves the task PENDING and goes on at the same attempt", async () => {
    const controller = new AbortController();
    const interrupt = () => {
      controller.abort(new Error("interrupted"));
      return replied("too late");
    };
    const world = fakeWorld({
      tasks: [fakeTask("T001")],
      files,
      answers: [WRONG, interrupt, writes("src/a.js", "two o", "oops")],
    });
    expect((await work(world, undefined, controller.signal)).outcome).toBe("interrupted");
    expect(world.tasks.get("T001")?.status).toBe("PENDING");
    world.time.advance(8 * 3_600_000);
    expect((await work(world, undefined, never)).outcome).toBe("all done");
    expect(world.statuses.get("T001")?.fields).toMatchObject({ ATTEMPTS: "2" });
  });
});

test("a worker whose lease was taken over neither lands nor settles, and the other's outcome counts", async () => {
  const clock = fakeClock();
  const store = memoryStore({ clock });
  const base = fakeWorld({ tasks: [fakeTask("T001")], files, answers: [GOOD] }, store);
  let theirs: Lease | undefined;
  const world = {
    ...base,
    askTier: async (...args: Parameters<typeof base.askTier>) => {
      const reply = await base.askTier(...args);
      clock.advance(10 * 60_000);
      await store.queue.expireStale();
      theirs = await store.queue.lease("other", 60_000);
      return reply;
    },
    wait: async () => {
      if (theirs === undefined) throw new Error("nobody else has the task");
      await store.queue.settle(theirs, { status: "blocked", reason: "theirs", attempts: 7, result: {} });
    },
  };
  const { outcome, entries } = await work(world, undefined, never);
  expect([outcome, entries[0]?.reason, entries[0]?.attempts]).toEqual(["some blocked", "theirs", 7]);
  expect(base.repository.landed).toEqual([]);
  expect(base.asked).toHaveLength(1);
});
