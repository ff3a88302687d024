/** `ralph tdd` and `ralph llm check` with the real claude and the real opencode, against servers on loopback. */
import { describe, expect, test, vi } from "vitest";
import type { RalphEvent } from "../../src/core/event.ts";
import { type RealProject, realProject } from "../support/real-project.ts";
import { GOOD_DIFF } from "../support/sum-project.ts";

vi.setConfig({ testTimeout: 600_000 });

/** What ralph leaves in a checkout. */
const TRACES = [" M tasks/T001.md", "!! .ralph/", "!! .ralph_patches/", "!! logs/"];

/**
 * Runs `ralph tdd`: that model does the task in so many attempts, and the fix on the run's branch, the status block and
 * ralph's own folders are all that is left. Returns the events.
 */
async function expectDone(
  model: string,
  attempts: number,
  project: RealProject,
  meanwhile: () => Promise<void> = async () => {},
): Promise<readonly RalphEvent[]> {
  const before = project.snapshot();
  const run = project.start("tdd");
  await meanwhile();
  expect(await run.ended).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(new RegExp(`T001 {2}COMPLETE {2}${attempts} attempt`)),
    stderr: "",
  });
  expect(project.alive()).toEqual([]);
  expect(project.statusBlock()).toContain(`STATUS: COMPLETE\nATTEMPTS: ${attempts}\nMODEL: ${model}\n`);
  expect(project.snapshot()).toEqual(before);
  expect(project.git("status", "--porcelain", "--ignored").split("\n")).toEqual(TRACES);
  const branch = project.git("for-each-ref", "--format=%(refname:short)", "refs/heads/ralph/run-*");
  expect(project.git("log", "--format=%s", `main..${branch}`)).toBe("T001: Add instead of subtract");
  expect(project.git("diff", "--numstat", "main", branch)).toBe("1\t1\tsrc/sum.js");
  return project.events();
}

/** Which model failed and how, in the order in which it happened. */
const failuresIn = (events: readonly RalphEvent[]): readonly string[] =>
  events.flatMap((event) => (event.type === "model.failed" ? `${event.model}: ${event.failure.class}` : []));

/** How often each server was asked. */
const asksOf = ({ servers: { opus, glm, local } }: RealProject): readonly number[] =>
  [opus, glm, local].map(({ asks }) => asks.length);

/** The server begins to answer and is gone, while the program that asked it lives on. */
async function dieInMidAnswer({ servers, alive }: RealProject, model: "opus" | "glm"): Promise<void> {
  await servers[model].asked(1);
  expect(alive().length).toBeGreaterThan(1);
  await servers[model].close();
}

const STALLED = { kind: "stall", text: GOOD_DIFF.slice(0, 60) } as const;

describe("a task is done", () => {
  test("by the real claude", async () => {
    const project = await realProject({ opus: GOOD_DIFF });
    const events = await expectDone("opus", 1, project);
    expect(events.filter(({ type }) => type.startsWith("model."))).toMatchObject([
      { type: "model.replied", model: "opus", text: GOOD_DIFF, finish: "stop", usage: { estimated: false } },
    ]);
    expect(asksOf(project)).toEqual([1, 0, 0]);
    expect(project.servers.opus.asks[0]?.headers).toMatchObject({ "x-api-key": "dummy" });
  });

  test.each([false, true])("by the real opencode (serve: %s)", async (serve) => {
    const project = await realProject({ glm: GOOD_DIFF, serve, tiers: { TIER1: ["glm", "local"] } });
    const events = await expectDone("glm", 1, project);
    expect(events.filter(({ type }) => type.startsWith("model."))).toMatchObject([
      { type: "model.replied", model: "glm", text: GOOD_DIFF, finish: "stop", usage: { estimated: false } },
    ]);
    expect(asksOf(project)).toEqual([0, 1, 0]);
  });
});

describe("what went wrong goes back to the model through its program, and the second answer counts:", () => {
  const nameless = GOOD_DIFF.replace(/^(---|\+\+\+) .*\n/gm, "");
  const misplaced = GOOD_DIFF.replace("return a - b", "return minus(a, b)");
  const wrong = GOOD_DIFF.replace("a + b", "a * b");
  const mended = GOOD_DIFF.replace("a - b", "a * b");
  test.each([
    ["a malformed diff", "opus", [nameless, GOOD_DIFF], "The diff names no file"],
    ["a malformed diff", "glm", [nameless, GOOD_DIFF], "The diff names no file"],
    ["a diff of lines that are not there", "opus", [misplaced, GOOD_DIFF], "src/sum.js, hunk 1 ("],
    ["a wrong fix", "glm", [wrong, mended], "6 !== 5"],
  ] as const)("%s, %s", async (_, model, replies, evidence) => {
    const project = await realProject({ [model]: replies, tiers: { TIER1: [model, "local"] } });
    await expectDone(model, 2, project);
    const bodies = project.servers[model].asks.map(({ body }) => JSON.stringify(body));
    expect(bodies.map((body) => body.includes(evidence))).toEqual([false, true]);
  });
});

describe("the next model of the tier does the task", () => {
  test("when the API behind claude answers 500, however often it is asked", async () => {
    const project = await realProject({ opus: { kind: "status", status: 500, message: "oops" }, glm: GOOD_DIFF });
    const failures = failuresIn(await expectDone("glm", 1, project));
    expect(new Set(failures)).toEqual(new Set(["opus: overloaded"]));
    expect(asksOf(project).slice(1)).toEqual([1, 0]);
  });

  test("when the API behind claude is not there, although claude itself is well", async () => {
    const project = await realProject({ glm: GOOD_DIFF });
    await project.servers.opus.close();
    expect(failuresIn(await expectDone("glm", 1, project))).toEqual(["opus: refused"]);
    expect(asksOf(project)).toEqual([0, 1, 0]);
  });

  test("when the API behind claude dies in the middle of its answer", async () => {
    const project = await realProject({
      opus: STALLED,
      local: GOOD_DIFF,
      tiers: { TIER1: ["opus", "local"] },
    });
    const events = await expectDone("local", 1, project, () => dieInMidAnswer(project, "opus"));
    expect(failuresIn(events).at(-1)).toBe("opus: refused");
  });

  test.each([
    [true, {}, "glm: refused"],
    // On its own opencode tries a dead server for 73 s before it says so: here the clock of the model is shorter.
    [false, { model_seconds: 60 }, "glm: timeout"],
  ] as const)("when opencode's server dies in the middle of its answer (serve: %s)", async (serve, limits, failure) => {
    const project = await realProject({
      glm: STALLED,
      local: GOOD_DIFF,
      serve,
      tiers: { TIER1: ["glm", "local"] },
      limits,
    });
    const events = await expectDone("local", 1, project, () => dieInMidAnswer(project, "glm"));
    expect(failuresIn(events).at(-1)).toBe(failure);
    expect(project.servers.local.asks).toHaveLength(1);
  });
});

describe("ralph llm check", () => {
  const READY = {
    opus: "Yes.",
    glm: "Yes.",
    local: "Yes.",
    tiers: { TIER1: ["opus", "glm"], TIER3: ["local"] },
  } as const;

  /** Exit code, the tiers that are live, the models that are. */
  async function check(project: RealProject) {
    const { exitCode, stdout } = await project.start("llm", "check", "--json").ended;
    expect(project.alive()).toEqual([]);
    const { tiers, models } = JSON.parse(stdout) as {
      readonly tiers: readonly { readonly name: string; readonly live: boolean }[];
      readonly models: readonly { readonly name: string; readonly state: string }[];
    };
    return {
      exitCode,
      tiers: tiers.map(({ name, live }) => `${name} ${live ? "live" : "dead"}`),
      models: models.map(({ name, state }) => `${name} ${state}`),
    };
  }

  test("asks all three and finds them live", async () => {
    const project = await realProject(READY);
    expect(await check(project)).toEqual({
      exitCode: 0,
      tiers: ["TIER1 live", "TIER3 live"],
      models: ["opus live", "glm live", "local live"],
    });
    expect(asksOf(project)).toEqual([1, 1, 1]);
  });

  test("a program without its server is down, which is no fault where its tier has another model", async () => {
    const project = await realProject(READY);
    await project.servers.opus.close();
    expect(await check(project)).toEqual({
      exitCode: 0,
      tiers: ["TIER1 live", "TIER3 live"],
      models: ["opus down", "glm live", "local live"],
    });
  });

  test("a tier without a live model is a fault", async () => {
    const project = await realProject({ ...READY, serve: true });
    await Promise.all([project.servers.opus.close(), project.servers.glm.close()]);
    expect(await check(project)).toEqual({
      exitCode: 1,
      tiers: ["TIER1 dead", "TIER3 live"],
      models: ["opus down", "glm down", "local live"],
    });
  });
});
