/** What counts as proof, and what does not, in a world of plain data. */
import { describe, expect, test } from "vitest";
import type { TestRun } from "../../src/core/check.ts";
import type { TierReply } from "../../src/core/model.ts";
import type { FileAction, Task } from "../../src/core/task.ts";
import { work } from "../../src/engine/work.ts";
import type { World } from "../../src/engine/world.ts";
import { readCriterion } from "../../src/task/criterion.ts";
import { type FakeWorld, fakeModel, fakeTask, fakeWorld, replied, writes } from "../support/fake-world.ts";

const never = new AbortController().signal;

const files = {
  "src/a.js": "one\n",
  "test/a.test.js": "a: src/a.js must contain two\n",
  "test/old.test.js": "old: src/a.js must contain o\n",
};
const GOOD = writes("src/a.js", "two", "one");

const named = (...paths: readonly (string | readonly [string, FileAction])[]): Pick<Task, "files"> => ({
  files: paths.map((each) =>
    typeof each === "string" ? { path: each, action: "modify" } : { path: each[0], action: each[1] },
  ),
});
const criteria = (...texts: readonly string[]): Pick<Task, "criteria"> => ({
  criteria: texts.map((text) => readCriterion(text, false)),
});

async function outcome(world: FakeWorld, change: Partial<World> = {}): Promise<string> {
  await work({ ...world, ...change }, undefined, never);
  const { status = "", reason } = world.statuses.get("T001") ?? {};
  return reason === undefined ? status : `${status} - ${reason}`;
}

const rolesOf = (world: FakeWorld) => world.asked.map((prompt) => prompt.purpose.role);

describe("a task that asks for no test", () => {
  const DOC = writes("docs/x.md", "The guide");

  test("is complete when its criteria go from unmet to met", async () => {
    const task = fakeTask("T001", { tdd: false, ...criteria("`docs/x.md` contains `guide`") });
    const world = fakeWorld({
      tasks: [task],
      files: { "src/a.js": "one\n", "test/old.test.js": files["test/old.test.js"] },
      answers: [DOC],
    });
    expect(await outcome(world)).toBe("COMPLETE");
    expect(rolesOf(world)).toEqual(["builder"]);
    expect(world.statuses.get("T001")).toMatchObject({ ticked: [1], fields: { CRITERIA: "1 by ralph" } });
  });

  test("may not break what passes", async () => {
    const task = fakeTask("T001", { tdd: false, ...criteria("`src/a.js` contains `two`") });
    const world = fakeWorld({
      tasks: [task],
      files: { "src/a.js": "one\n", "test/old.test.js": "old: src/a.js must contain one\n" },
      answers: [GOOD],
      attempts: 1,
    });
    expect(await outcome(world)).toMatch(/^BLOCKED - .*regressed/);
  });

  test.each([
    [
      "names no criterion that ralph can look at",
      criteria("The guide is clear"),
      /name a success criterion that ralph can look at/,
    ],
    [
      "has all its criteria met from the start",
      criteria("`src/a.js` exists"),
      /all its criteria are met .* set STATUS to COMPLETE/,
    ],
  ])("is blocked with the cure where it %s", async (_, change, reason) => {
    const world = fakeWorld({
      tasks: [fakeTask("T001", { tdd: false, ...change })],
      files: { "src/a.js": "o\n", "test/old.test.js": files["test/old.test.js"] },
      answers: [DOC],
    });
    expect(await outcome(world)).toMatch(reason);
    expect(world.asked).toEqual([]);
  });
});

test("criteria that ralph looks at hold a task with tests back, too", async () => {
  const task = fakeTask("T001", criteria("`docs/x.md` exists", "`a` is two"));
  const world = fakeWorld({ tasks: [task], files, answers: [GOOD, writes("docs/x.md", "x")] });
  expect(await outcome(world)).toBe("COMPLETE");
  expect(world.asked[1]?.user).toContain("docs/x.md is not there");
  expect(world.statuses.get("T001")).toMatchObject({
    ticked: [1, 2],
    fields: { CRITERIA: "1 by ralph; 2 by the tests" },
  });
});

describe("a test that passes only sometimes", () => {
  /** `name` fails in the runs whose numbers (from 0) are given. */
  const flips = (world: FakeWorld, name: string, red: readonly number[]): World["runCheck"] => {
    let number = 0;
    return async (check, context, signal) => {
      const run = await world.runCheck(check, context, signal);
      const isRed = red.includes(number++);
      const tests = run.tests.map((each) =>
        each.name === name && isRed ? { ...each, status: "failed" as const } : each,
      );
      return { ...run, tests, passed: tests.every((each) => each.status === "passed") };
    };
  };
  const flakyEvents = (world: FakeWorld) => world.events.filter((event) => event.type === "test.flaky");

  test("is left out of the run when it is no target, and told", async () => {
    const world = fakeWorld({ tasks: [fakeTask("T001")], files, answers: [GOOD] });
    // Baseline and its repeat, then the attempt.
    expect(await outcome(world, { runCheck: flips(world, "old", [2]) })).toBe("COMPLETE");
    expect(flakyEvents(world)).toMatchObject([{ phase: "attempt", tests: ["unit » test/old.test.js > old"] }]);
  });

  test("is no target when it is red at the baseline", async () => {
    const world = fakeWorld({ tasks: [fakeTask("T001")], files, answers: [GOOD] });
    expect(await outcome(world, { runCheck: flips(world, "old", [0]) })).toBe("COMPLETE");
    expect(world.events.find((event) => event.type === "red.proved")).toMatchObject({
      targets: ["unit » test/a.test.js > a"],
    });
  });

  test("is no green evidence for a target", async () => {
    const world = fakeWorld({
      tasks: [fakeTask("T001")],
      files,
      answers: [GOOD, replied("TASK_COMPLETE")],
      attempts: 2,
    });
    // The final run, in which the target fails once.
    expect(await outcome(world, { runCheck: flips(world, "a", [3]) })).toMatch(/^BLOCKED/);
    expect(world.asked[1]?.user).toContain("passes only sometimes");
    expect(world.repository.landed).toEqual([]);
  });

  test("stays out of the tasks that follow in the same run", async () => {
    const world = fakeWorld({ tasks: [fakeTask("T001")], files, answers: [GOOD] });
    world.flaky.add("unit » test/old.test.js > old");
    expect(await outcome(world, { runCheck: flips(world, "old", [2, 3, 4, 5]) })).toBe("COMPLETE");
    expect(flakyEvents(world)).toEqual([]);
  });
});

describe("of several checks", () => {
  const defaultChecks = [
    { name: "slow", command: "slow-test" },
    { name: "fast", command: "fast-test" },
  ];
  const timed =
    (world: FakeWorld, ran: string[]): World["runCheck"] =>
    async (check, context, signal) => {
      ran.push(check.name);
      const run = await world.runCheck(check, context, signal);
      return { ...run, durationMs: check.name === "slow" ? 60_000 : 1 };
    };

  test("the cheapest runs first, and the dearer ones wait until it passes", async () => {
    const world = fakeWorld({
      tasks: [fakeTask("T001")],
      files,
      answers: [writes("src/a.js", "oops", "one"), writes("src/a.js", "two o", "oops")],
    });
    const ran: string[] = [];
    expect(await outcome(world, { defaultChecks, runCheck: timed(world, ran) })).toBe("COMPLETE");
    const baseline = ["slow", "slow", "fast", "fast"];
    expect(ran).toEqual([...baseline, "fast", "fast", "slow", "fast", "slow", "fast", "slow"]);
  });
});

describe("a reader", () => {
  const prose = fakeTask("T001", criteria("The code is easy to read"));
  const yes = replied("MET: easy.\nVERDICT: YES");
  const no = replied("NOT MET: the name says nothing (src/a.js:1)\n\n**VERDICT: NO**");

  test("is asked with the change where no test can judge, and a yes ticks the box", async () => {
    const world = fakeWorld({ tasks: [prose], files, answers: [GOOD, yes] });
    expect(await outcome(world)).toBe("COMPLETE");
    expect(rolesOf(world)).toEqual(["builder", "verifier"]);
    expect(world.asked[1]?.user).toMatch(/changed src\/a\.js[^]*The code is easy to read/);
    expect(world.statuses.get("T001")).toMatchObject({
      ticked: [1],
      fields: { CRITERIA: "1 by fake, who read the change" },
    });
  });

  test("who says no is evidence for another attempt", async () => {
    const world = fakeWorld({ tasks: [prose], files, answers: [GOOD, no, writes("src/a.js", "two o", "two"), yes] });
    expect(await outcome(world)).toBe("COMPLETE");
    expect(world.asked[2]?.user).toContain("the name says nothing");
  });

  test("who always says no keeps the task from being complete", async () => {
    const world = fakeWorld({ tasks: [prose], files, answers: [GOOD, no], attempts: 1 });
    expect(await outcome(world)).toMatch(/^BLOCKED - .*not verified: NOT MET: the name says nothing/);
    expect(world.repository.landed).toEqual([]);
  });

  test("completes nothing that the checks do not", async () => {
    const world = fakeWorld({
      tasks: [prose],
      files,
      answers: [replied("All done. VERDICT: YES\nTASK_COMPLETE")],
      attempts: 2,
    });
    expect(await outcome(world)).toMatch(/^BLOCKED/);
    expect(rolesOf(world)).toEqual(["builder", "builder"]);
  });

  test.each<[string, TierReply]>([
    ["without a verdict", replied("It looks fine to me.")],
    [
      "who does not answer",
      {
        kind: "failed",
        model: "fake",
        failure: { class: "refused", message: "down" },
        durationMs: 1,
        tried: [],
        retryAt: 0,
      },
    ],
  ])("%s leaves the box open", async (_, reply) => {
    const world = fakeWorld({ tasks: [prose], files, answers: [GOOD, reply] });
    expect(await outcome(world)).toBe("COMPLETE");
    expect(world.statuses.get("T001")).toMatchObject({ ticked: [], fields: { CRITERIA: "1 by nobody" } });
  });

  test("is not asked where `verify` is off", async () => {
    const world = fakeWorld({ tasks: [prose], files, answers: [GOOD] });
    expect(await outcome(world, { verify: "off" })).toBe("COMPLETE");
    expect(rolesOf(world)).toEqual(["builder"]);
  });

  test("is another model than the builder where there is one", async () => {
    const world = fakeWorld({ tasks: [prose], files, answers: [GOOD, yes] });
    const model = (name: string) => ({ ...fakeModel, name });
    const tiers = [
      { name: "TIER2", chain: [model("stronger")] },
      { name: "TIER3", chain: [model("fake"), model("other")] },
    ];
    const chains: string[][] = [];
    const askTier: World["askTier"] = (tier, ...rest) => {
      chains.push(tier.chain.map(({ name }) => name));
      return world.askTier(tier, ...rest);
    };
    expect(await outcome(world, { tiers, askTier })).toBe("COMPLETE");
    expect(chains).toEqual([
      ["fake", "other"],
      ["other", "stronger", "fake"],
    ]);
  });
});

describe("scope", () => {
  const outside = replied(
    "```diff\n--- a/src/a.js\n+++ b/src/a.js\n@@ -1 +1 @@\n-one\n+two\n--- /dev/null\n+++ b/src/b.js\n@@ -0,0 +1 @@\n+more\n```\n",
  );

  test("files that the task does not name are reported", async () => {
    const world = fakeWorld({ tasks: [fakeTask("T001", named("src/a.js"))], files, answers: [outside] });
    expect(await outcome(world)).toBe("COMPLETE");
    expect(world.statuses.get("T001")?.fields).toMatchObject({ OUT_OF_SCOPE: "src/b.js" });
  });

  test.each([
    ["ralph.yaml", {}, { scope: "strict" as const }],
    ["the task", { scope: "strict" as const }, {}],
  ])("or refused, where %s is strict", async (_, change, world_) => {
    const world = fakeWorld({
      tasks: [fakeTask("T001", { ...named("src/a.js"), ...change })],
      files,
      answers: [outside, GOOD],
    });
    expect(await outcome(world, world_)).toBe("COMPLETE");
    expect(world.asked[1]?.user).toMatch(/src\/b\.js .*the scope is strict/);
  });

  test("files of a task that another worker has in hand are refused", async () => {
    const other = fakeTask("T002", { ...named("src/b.js"), wsjf: 9 });
    const world = fakeWorld({ tasks: [fakeTask("T001"), other], files, answers: [outside, GOOD] });
    await world.store.queue.sync(world.source.list().tasks);
    expect((await world.store.queue.lease("elsewhere", 60_000))?.taskId).toBe("T002");
    await work(world, ["T001"], never);
    expect(world.asked[1]?.user).toMatch(/src\/b\.js .*T002, which is in work, changes it/);
    expect(world.statuses.get("T001")?.status).toBe("COMPLETE");
  });
});

describe("tests that the task names", () => {
  /** A test that the change replaces by another. */
  const renamed = replied(
    "```diff\n--- a/src/a.js\n+++ b/src/a.js\n@@ -1 +1 @@\n-one\n+two\n--- a/test/old.test.js\n+++ b/test/old.test.js\n@@ -1 +1 @@\n-old: src/a.js must contain one\n+new: src/a.js must contain two\n```\n",
  );
  const tree = { ...files, "test/old.test.js": "old: src/a.js must contain one\n" };

  test("may be changed with the code", async () => {
    const task = fakeTask("T001", named("src/a.js", "test/a.test.js", "test/old.test.js"));
    const world = fakeWorld({ tasks: [task], files: tree, answers: [renamed] });
    expect(await outcome(world)).toBe("COMPLETE");
  });

  test("may not without being named", async () => {
    const world = fakeWorld({
      tasks: [fakeTask("T001", named("src/a.js"))],
      files: tree,
      answers: [renamed],
      attempts: 1,
    });
    expect(await outcome(world)).toMatch(/test\/old\.test\.js \(frozen\)/);
  });

  test("prove as they were when they were red, whatever the change makes of them", async () => {
    const cheat = replied(
      "```diff\n--- a/src/a.js\n+++ b/src/a.js\n@@ -1 +1 @@\n-one\n+once\n--- a/test/a.test.js\n+++ b/test/a.test.js\n@@ -1 +1 @@\n-a: src/a.js must contain two\n+a: src/a.js must contain once\n```\n",
    );
    const world = fakeWorld({
      tasks: [fakeTask("T001", named("src/a.js", "test/a.test.js"))],
      files,
      answers: [cheat],
      attempts: 1,
    });
    expect(await outcome(world)).toMatch(/^BLOCKED - .*tests failed/);
  });
});

test("dependencies that cannot be installed are evidence, and forgotten when they can", async () => {
  const world = fakeWorld({
    tasks: [fakeTask("T001")],
    files,
    answers: [writes("src/a.js", "t o", "one"), writes("src/a.js", "two o", "t o")],
  });
  let prepared = 0;
  const workspaces: World["workspaces"] = {
    ...world.workspaces,
    open: async (request, signal) => ({
      ...(await world.workspaces.open(request, signal)),
      // The baseline's tree can be made ready, that of the first attempt not.
      prepare: async () => (prepared++ === 1 ? { command: "npm install", message: "no such package" } : undefined),
    }),
  };
  expect(await outcome(world, { workspaces })).toBe("COMPLETE");
  expect(world.asked[1]?.user).toContain("no such package");
});

test("what passed before a test that does not compile must pass when it does", async () => {
  const quiet = { "src/a.js": "one\n", "test/old.test.js": "old: src/a.js must contain o\n" };
  const answers = [
    writes("test/new.test.js", "new: src/a.js must contain two"),
    writes("src/a.js", "tw", "one"),
    writes("src/a.js", "two o", "one"),
  ];
  const world = fakeWorld({ tasks: [fakeTask("T001")], files: quiet, answers });
  const runCheck: World["runCheck"] = async (check, context, signal) => {
    const run = await world.runCheck(check, context, signal);
    const isBuilt = run.tests.every((each) => each.name !== "new" || each.status === "passed");
    const broken = {
      id: "test/new.test.js",
      kind: "file",
      file: "test/new.test.js",
      name: "test/new.test.js",
    } as const;
    const unbuilt: TestRun = {
      ...run,
      passed: false,
      isUnbuilt: true,
      tests: [{ ...broken, status: "errored", fault: "unresolved" }],
    };
    return isBuilt ? run : unbuilt;
  };
  expect(await outcome(world, { runCheck })).toBe("COMPLETE");
  expect(world.asked.map((prompt) => prompt.purpose.role)).toEqual(["tester", "builder", "builder"]);
});
