/** `ralph tdd` as a user runs it: the built program, real git, real tests, a server that speaks the wire format. */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { type LlamaServer, type ScriptEntry, startLlamaServer } from "../fixtures/servers/llama-server.ts";
import { isAlive } from "../support/is-alive.ts";
import { ralph, startRalph } from "../support/ralph.ts";
import { testRepository } from "../support/repository.ts";
import { GOOD_DIFF, type SumProjectOptions, sumProject, taskFile } from "../support/sum-project.ts";

async function server(script: ScriptEntry | readonly ScriptEntry[]): Promise<LlamaServer> {
  const started = await startLlamaServer(script);
  onTestFinished(() => started.close());
  return started;
}

async function project(script: ScriptEntry | readonly ScriptEntry[], options: Partial<SumProjectOptions> = {}) {
  const model = await server(script);
  return { model, ...sumProject({ url: model.url, ...options }) };
}

const WRONG_DIFF = GOOD_DIFF.replace("a + b", "a * b");

/** Two tasks on two files, each red by a test of its own. */
const TWO_TASKS = {
  "src/double.js": "export function double(a) {\n  return a;\n}\n",
  "test/double.test.js":
    'import assert from "node:assert/strict";\nimport test from "node:test";\nimport { double } from "../src/double.js";\n\ntest("doubles", () => {\n  assert.equal(double(2), 4);\n});\n',
  "tasks/T002.md": taskFile("T002", "Double it").replace(
    "src/sum.js (MODIFY)",
    "src/double.js (MODIFY)\n- [ ] test/double.test.js (MODIFY)",
  ),
  "tasks/T001.md": taskFile("T001", "Add").replace(
    "src/sum.js (MODIFY)",
    "src/sum.js (MODIFY)\n- [ ] test/sum.test.js (MODIFY)",
  ),
};
const DOUBLE_DIFF =
  "```diff\n--- a/src/double.js\n+++ b/src/double.js\n@@ -1,3 +1,3 @@\n export function double(a) {\n-  return a;\n+  return a * 2;\n }\n```\n";

const byTask = (body: unknown): string => (JSON.stringify(body).includes("Task T002") ? DOUBLE_DIFF : GOOD_DIFF);

describe("a run", () => {
  test("goes from red to green over a wrong fix, with the failure as evidence, and tells what it did", async () => {
    const { model, ...sum } = await project([WRONG_DIFF, GOOD_DIFF.replace("a - b", "a * b")]);
    const { exitCode, stdout } = await ralph(["tdd"], { cwd: sum.root });
    expect(exitCode).toBe(0);
    expect(JSON.stringify(model.asks[1]?.body)).toMatch(/two and three make five[\s\S]*6/);
    expect(stdout).toMatch(/T001 {2}COMPLETE {2}2 attempts {2}[0-9a-f]{10} {2}Add instead of subtract/);
    expect(sum.statusBlock()).toMatch(
      /STATUS: COMPLETE\nATTEMPTS: 2\nMODEL: local\nTOKENS: \d+ in \(14 cached\), \d+ out\nMODEL_SECONDS: [\d.]+\nBRANCH: ralph\/T001-add-instead-of-subtract\nCOMMIT: [0-9a-f]{40}\nTESTS_STATUS: PASSING\nFILES_MODIFIED: src\/sum.js\n/,
    );
    const patches = readdirSync(join(sum.root, ".ralph_patches"));
    expect(patches).toContain("last_patch.diff");
    expect(patches.filter((name) => /^T001_\d{6}(-\d+)?\.diff$/.test(name))).toHaveLength(2);
    expect(sum.git("for-each-ref", "--format=%(refname)", "refs/ralph")).toBe("refs/ralph/T001/1\nrefs/ralph/T001/2");
    expect(sum.git("status", "--porcelain")).toBe(" M tasks/T001.md");
  });

  test("every kept patch is one that git apply takes on the commit it was made for", async () => {
    const sum = await project([WRONG_DIFF, GOOD_DIFF.replace("a - b", "a * b")]);
    await ralph(["tdd"], { cwd: sum.root });
    const names = (await ralph(["patch", "list"], { cwd: sum.root })).stdout.trim().split("\n");
    expect(names).toHaveLength(2);
    for (const name of names) sum.git("apply", join(".ralph_patches", name));
    expect(sum.read("src/sum.js")).toContain("a + b");
  });

  test("runs nothing again that is done, and runs again what a person set to PENDING", async () => {
    const { model, ...sum } = await project(GOOD_DIFF);
    await ralph(["tdd"], { cwd: sum.root });
    const again = await ralph(["tdd"], { cwd: sum.root });
    expect([again.exitCode, model.asks.length]).toEqual([0, 1]);
    sum.write({ "tasks/T001.md": sum.read("tasks/T001.md").replace("STATUS: COMPLETE", "STATUS: PENDING") });
    const third = await ralph(["tdd"], { cwd: sum.root });
    // The fix has landed, so nothing is red any more: a tester would have to find something new.
    expect(third.exitCode).toBe(1);
    expect(model.asks.length).toBe(3);
    expect((await ralph(["logs", "T001"], { cwd: sum.root })).stdout).toContain(
      "a person set STATUS from COMPLETE to PENDING",
    );
  });

  test("prints events as NDJSON with --json and nothing else on standard output", async () => {
    const sum = await project(GOOD_DIFF);
    const { stdout } = await ralph(["tdd", "--json"], { cwd: sum.root });
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string; seq: number });
    expect(events[0]?.type).toBe("run.started");
    expect(events.at(-1)?.type).toBe("run.finished");
    expect(events.map((event) => event.seq)).toEqual([...events.keys()].map((index) => index + 1));
  });

  test("shows with --dry-run what would happen and touches nothing", async () => {
    const { model, ...sum } = await project(GOOD_DIFF, { files: TWO_TASKS });
    const before = sum.snapshot();
    const all = await ralph(["tdd", "--dry-run"], { cwd: sum.root });
    expect(all.exitCode).toBe(0);
    expect(all.stdout).toMatch(
      /1\. T001 Add \(WSJF [\d.]+\)\n {3}tier {3}TIER3 \(measured as simple: [^)]+\): local\n {3}checks `npm test`\n {3}prompt about \d+ characters\n2\. T002/,
    );
    const one = await ralph(["tdd", "--dry-run", "T001"], { cwd: sum.root });
    expect(one.stdout).toContain("return a - b;");
    expect(one.stdout).toContain("Nothing was run, asked or changed.");
    expect(sum.snapshot()).toEqual(before);
    expect(model.requests).toEqual([]);
    expect(existsSync(join(sum.root, ".ralph/ralph.db"))).toBe(false);
    expect(sum.git("branch", "--list", "ralph/*")).toBe("");
  });

  test("leaves uncommitted work alone and says that no task sees it", async () => {
    const sum = await project(GOOD_DIFF);
    sum.write({ "src/sum.js": "// half a thought\n", "notes.txt": "x\n" });
    const { exitCode, stderr } = await ralph(["tdd"], { cwd: sum.root });
    expect(exitCode).toBe(0);
    expect(stderr).toContain("not committed, so no task sees it: src/sum.js, notes.txt");
    expect(sum.read("src/sum.js")).toBe("// half a thought\n");
  });

  test("works from a subfolder of the repository", async () => {
    const sum = await project(GOOD_DIFF);
    expect((await ralph(["tdd"], { cwd: join(sum.root, "src") })).exitCode).toBe(0);
    expect(sum.statusBlock()).toContain("STATUS: COMPLETE");
  });

  test("lets one task use what an earlier one built, and stops a task that waits for a blocked one", async () => {
    const files = {
      ...TWO_TASKS,
      "tasks/T003.md": taskFile("T003", "After both", "**Depends On**: T001, T002\n"),
      "tasks/T004.md": taskFile("T004", "Never", "**Depends On**: T009\n"),
    };
    const sum = await project(
      (body) => (JSON.stringify(body).includes("Task T003") ? "QUESTION: what now?" : byTask(body)),
      { files },
    );
    const { exitCode, stderr } = await ralph(["tdd"], { cwd: sum.root });
    expect(exitCode).toBe(1);
    expect(sum.statusBlock("T003")).toMatch(/STATUS: BLOCKED - question: what now\?/);
    expect(sum.statusBlock("T004")).toBe("STATUS: PENDING\n");
    expect(stderr).toMatch(/T004\.md:4: expected ids of tasks in the same folder, found T009, which is not there/);
    const branch = sum.git("for-each-ref", "--format=%(refname:short)", "refs/heads/ralph/run-*");
    expect(sum.git("log", "--format=%s", `main..${branch}`)).toBe("T002: Double it\nT001: Add");
  });
});

test("a run whose tokens are used up stops cleanly with 3, says so, and goes on the next time", async () => {
  const sum = await project([WRONG_DIFF, GOOD_DIFF.replace("a - b", "a * b")], { limits: { run_tokens: 1 } });
  const { exitCode, stdout } = await ralph(["tdd"], { cwd: sum.root });
  expect([exitCode, sum.statusBlock().split("\n")[0]]).toEqual([3, "STATUS: PENDING"]);
  expect(stdout).toMatch(/Run ended: budget: the run's 1 tokens are used up \(\d+\); what is PENDING goes on/);
  expect((await ralph(["tdd"], { cwd: sum.root })).exitCode).toBe(0);
  expect(sum.statusBlock()).toContain("STATUS: COMPLETE\nATTEMPTS: 2\n");
});

describe("interruption", () => {
  test("kill -9 in the middle of an attempt: the next start goes on at it, and nothing is applied twice", async () => {
    const { model, ...sum } = await project([WRONG_DIFF, { kind: "hang" }, GOOD_DIFF.replace("a - b", "a * b")], {
      limits: { attempts: 5, model_seconds: 60, model_idle_seconds: 60 },
    });
    const first = startRalph(["tdd"], { cwd: sum.root });
    await model.asked(2);
    first.child.kill("SIGKILL");
    await first.ended;
    expect(sum.statusBlock()).toMatch(/^STATUS: IN_PROGRESS/);
    const { exitCode } = await ralph(["tdd"], { cwd: sum.root });
    expect(exitCode).toBe(0);
    expect(sum.statusBlock()).toContain("STATUS: COMPLETE\nATTEMPTS: 2\n");
    expect(sum.git("for-each-ref", "--format=%(refname)", "refs/ralph")).toBe("refs/ralph/T001/1\nrefs/ralph/T001/2");
    expect(model.asks).toHaveLength(3);
  });

  test("kill -9 while the tests run: they do not run on, and the answer is not asked for again", async () => {
    const { model, ...sum } = await project(GOOD_DIFF, {
      files: {
        "test/slow.test.js":
          'import test from "node:test";\nimport { setTimeout } from "node:timers/promises";\ntest("slow", () => setTimeout(1500));\n',
      },
    });
    const first = startRalph(["tdd"], { cwd: sum.root });
    await model.asked(1);
    while (!first.stdout().includes("patch applied")) await pause(20);
    first.child.kill("SIGKILL");
    await first.ended;
    expect((await ralph(["tdd"], { cwd: sum.root })).exitCode).toBe(0);
    expect(sum.statusBlock()).toContain("STATUS: COMPLETE\nATTEMPTS: 1\n");
    expect(model.asks).toHaveLength(1);
  });

  test("Ctrl-C once writes the state and leaves with 130; the next start goes on", async () => {
    const { model, ...sum } = await project([{ kind: "hang" }, GOOD_DIFF], {
      limits: { model_seconds: 60, model_idle_seconds: 60 },
    });
    const first = startRalph(["tdd"], { cwd: sum.root });
    await model.asked(1);
    first.child.kill("SIGINT");
    const { exitCode } = await first.ended;
    expect(exitCode).toBe(130);
    expect(sum.statusBlock()).toMatch(/^STATUS: PENDING/);
    expect((await ralph(["tdd"], { cwd: sum.root })).exitCode).toBe(0);
    expect(sum.statusBlock()).toContain("STATUS: COMPLETE\nATTEMPTS: 1\n");
  });
});

test("Ctrl-C twice ends a check that will not end, and leaves at once", async () => {
  const stubborn =
    'import { writeFileSync } from "node:fs";\nprocess.on("SIGTERM", () => {});\nwriteFileSync(process.env.HOME + "/pid", String(process.pid));\nsetInterval(() => {}, 1000);\n';
  const { root, ...sum } = await project(GOOD_DIFF, { files: { "stubborn.js": stubborn } });
  // In the sandbox its pid would be another one.
  const settings = `${sum.read("ralph.yaml").replace("npm test", "node stubborn.js")}sandbox: none\n`;
  sum.commit({ "ralph.yaml": settings });
  const run = startRalph(["tdd"], { cwd: root, env: { HOME: join(root, ".ralph") } });
  const pidFile = join(root, ".ralph/pid");
  while (!existsSync(pidFile) || sum.read(".ralph/pid") === "") await pause(20);
  run.child.kill("SIGINT");
  while (!run.stderr().includes("stopping")) await pause(5);
  run.child.kill("SIGINT");
  expect((await run.ended).exitCode).toBe(130);
  expect(isAlive(Number(sum.read(".ralph/pid")))).toBe(false);
  expect(sum.statusBlock()).toMatch(/^STATUS: (PENDING|IN_PROGRESS)/);
});

test("two runs at once in one repository share the queue: no task runs twice, both land", async () => {
  const { model, ...sum } = await project(byTask, { files: TWO_TASKS });
  const results = await Promise.all([ralph(["tdd"], { cwd: sum.root }), ralph(["tdd"], { cwd: sum.root })]);
  expect(results.map((result) => result.stderr)).toEqual(["", ""]);
  expect(results.map((result) => result.exitCode)).toEqual([0, 0]);
  expect([sum.statusBlock("T001"), sum.statusBlock("T002")].map((block) => block.split("\n")[0])).toEqual([
    "STATUS: COMPLETE",
    "STATUS: COMPLETE",
  ]);
  const branch = sum.git("for-each-ref", "--format=%(refname:short)", "refs/heads/ralph/run-*");
  expect(sum.git("log", "--format=%s", `main..${branch}`).split("\n").sort()).toEqual(["T001: Add", "T002: Double it"]);
  const { stdout } = await ralph(["logs", "--json"], { cwd: sum.root });
  const leased = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string; taskId?: string })
    .filter((event) => event.type === "task.leased");
  expect(leased.map((event) => event.taskId ?? "").sort()).toEqual(["T001", "T002"]);
  expect(model.asks).toHaveLength(2);
});

describe("looking at things", () => {
  test("status, logs and the patch commands show what happened", async () => {
    const sum = await project(GOOD_DIFF);
    expect((await ralph(["status"], { cwd: sum.root })).stdout).toMatch(/T001 +PENDING/);
    expect((await ralph(["logs"], { cwd: sum.root })).stderr).toContain("nothing has run here yet");
    await ralph(["tdd"], { cwd: sum.root });
    const status = JSON.parse((await ralph(["status", "--json"], { cwd: sum.root })).stdout) as { tasks: unknown[] };
    expect(status.tasks).toMatchObject([
      { id: "T001", status: "COMPLETE", attempts: 1, result: { TESTS_STATUS: "PASSING" } },
    ]);
    const list = await ralph(["patch", "list"], { cwd: sum.root });
    expect(list.stdout).toMatch(/^T001_\d{6}\.diff\n$/);
    const shown = await ralph(["patch", "show", "T001"], { cwd: sum.root });
    expect(shown.stdout).toContain("+  return a + b;");
    expect(readdirSync(join(sum.root, "logs"))).toEqual([expect.stringMatching(/^ralph_\d{4}-\d\d-\d\d\.log$/)]);
  });

  test("patch get prints the diff of one answer and changes nothing", async () => {
    const sum = await project(["no idea", GOOD_DIFF]);
    const before = sum.snapshot();
    const none = await ralph(["patch", "get", "tasks/T001.md"], { cwd: sum.root });
    expect([none.exitCode, none.stdout]).toEqual([1, ""]);
    expect(none.stderr).toContain("holds no patch");
    const { exitCode, stdout } = await ralph(["patch", "get", "tasks/T001.md"], { cwd: sum.root });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^diff --git a\/src\/sum.js b\/src\/sum.js\n/);
    expect(sum.snapshot()).toEqual(before);
  });
});

describe("bad input ends with one message, without a stack trace, and a non-zero exit code:", () => {
  const complain = async (args: readonly string[], cwd: string, env: Record<string, string> = {}) => {
    const { exitCode, stdout, stderr } = await ralph(args, { cwd, env });
    expect(stderr).not.toMatch(/\n\s+at /);
    return { exitCode, stdout, stderr };
  };

  test("not a git repository", async () => {
    const repository = testRepository();
    rmSync(join(repository.root, ".git"), { recursive: true });
    const { exitCode, stderr } = await complain(["tdd"], repository.root);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/is not inside a git repository\n {2}Run `git init`/);
  });

  test("no ralph.yaml", async () => {
    const { exitCode, stderr } = await complain(["tdd"], testRepository({ "a.txt": "x" }).root);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/There is no ralph.yaml in .*\n {2}Run `ralph init`/);
  });

  test("no commits yet", async () => {
    const repository = testRepository();
    repository.write({ "ralph.yaml": "checks: [npm test]\n", "tasks/T001.md": taskFile("T001", "x") });
    const { exitCode, stderr } = await complain(["tdd"], repository.root);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/has no commit yet[\s\S]*git commit/);
  });

  test("an unknown key in ralph.yaml, with the nearest known one", async () => {
    const repository = testRepository({ "ralph.yaml": "cheks: [npm test]\n" });
    const { exitCode, stderr } = await complain(["tdd"], repository.root);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/ralph\.yaml[\s\S]*1[\s\S]*cheks[\s\S]*checks/);
  });

  test("a model server that is down: the URL and the command that starts one; the task stays PENDING", async () => {
    const model = await startLlamaServer("x");
    await model.close();
    const sum = sumProject({ url: model.url });
    const before = sum.snapshot();
    const { exitCode, stderr } = await complain(["tdd"], sum.root);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(model.url);
    expect(stderr).toMatch(/llama-server -m .* --port/);
    expect(sum.statusBlock()).toBe("STATUS: PENDING\n");
    expect(sum.snapshot()).toEqual(before);
  });

  test("a task file that is not one: reported with its line, and the rest goes on", async () => {
    const sum = await project(GOOD_DIFF, { files: { "tasks/T009.md": "\u0000\u0001" } });
    const { exitCode, stderr } = await complain(["tdd"], sum.root);
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/T009\.md:1 is left out: expected .*, found /);
  });

  test("tests that cannot start", async () => {
    const sum = await project(GOOD_DIFF);
    sum.commit({ "ralph.yaml": sum.read("ralph.yaml").replace("npm test", "no-such-runner --all") });
    const { exitCode, stderr } = await complain(["tdd"], sum.root);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      /the check `no-such-runner --all` cannot start: there is no program `no-such-runner` (on PATH|in the sandbox)/,
    );
    expect(sum.statusBlock()).toMatch(/^STATUS: PENDING/);
  });

  test("a task that does not exist, a command that does not exist, a folder without tasks", async () => {
    const sum = await project(GOOD_DIFF);
    expect((await complain(["tdd", "T777"], sum.root)).stderr).toMatch(/There is no task T777\n {2}Known: T001/);
    const unknown = await complain(["tddd"], sum.root);
    expect([unknown.exitCode, unknown.stderr]).toEqual([2, expect.stringMatching(/unknown command 'tddd'/)]);
    sum.git("rm", "--quiet", "-r", "tasks");
    expect((await complain(["tdd"], sum.root)).stderr).toMatch(/There is no task in .*tasks/);
  });
});
