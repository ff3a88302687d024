/** Commands that answer at once, from the built program: nothing here asks a model. */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startLlamaServer } from "../fixtures/servers/llama-server.ts";
import { ralph } from "../support/ralph.ts";
import { GOOD_DIFF, sumProject, taskFile } from "../support/sum-project.ts";

const NOWHERE = "http://127.0.0.1:9";

test("tdd says of a task of another queue that it does not run it", async () => {
  const sum = sumProject({ url: NOWHERE, files: { "tasks/D001.md": taskFile("D001", "Ship it") } });
  const { exitCode, stderr } = await ralph(["tdd", "D001"], { cwd: sum.root });
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/D001 is a task of the deploy queue; `ralph tdd` runs the tdd queue only\n {2}Put /);
});

test.each([
  ["logs", "T999"],
  ["patch", "list", "T999"],
])("%s %s: says that there is no such task, and knows one that only has no history yet", async (...args) => {
  const sum = sumProject({ url: NOWHERE });
  const unknown = await ralph(args, { cwd: sum.root });
  expect([unknown.exitCode, unknown.stderr]).toEqual([2, "ralph: There is no task T999\n  Known: T001.\n"]);
  expect((await ralph([...args.slice(0, -1), "T001"], { cwd: sum.root })).exitCode).toBe(0);
  expect(readdirSync(sum.root)).not.toContain(".ralph_patches");
});

test("a run's summary tells what a pending task waits for", async () => {
  const model = await startLlamaServer("QUESTION: what now?");
  onTestFinished(() => model.close());
  const files = {
    "tasks/T002.md": taskFile("T002", "After", "**Depends On**: T001\n"),
    "tasks/T003.md": taskFile("T003", "Never", "**Depends On**: T099\n"),
  };
  const sum = sumProject({ url: model.url, files });
  const { stdout } = await ralph(["tdd"], { cwd: sum.root });
  expect(stdout).toMatch(/T002 +PENDING .*After - waits for T001 \(BLOCKED\)\n/);
  expect(stdout).toMatch(/T003 +PENDING .*Never - waits for T099, which does not exist\n/);
});

test("a log file that cannot be written is told once and ends no run", async () => {
  const model = await startLlamaServer(GOOD_DIFF);
  onTestFinished(() => model.close());
  const sum = sumProject({ url: model.url, files: { logs: "a file\n", ".gitignore": ".ralph/\n.ralph_patches/\n" } });
  const { exitCode, stderr } = await ralph(["tdd"], { cwd: sum.root });
  expect([exitCode, stderr]).toEqual([0, expect.stringMatching(/^ralph: the log file \S+ cannot be written: .*\n$/)]);
});

test("a state folder that is a file is the person's to mend, not a fault of ralph", async () => {
  const model = await startLlamaServer(GOOD_DIFF);
  onTestFinished(() => model.close());
  const sum = sumProject({ url: model.url, files: { ".ralph": "a file\n", ".gitignore": "" } });
  const { exitCode, stderr } = await ralph(["tdd"], { cwd: sum.root });
  expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/^ralph: \S+\.ralph cannot be written: .*\n {2}Check/)]);
});

test("a dry run over hundreds of tasks warns of nothing", async () => {
  const sum = sumProject({ url: NOWHERE });
  mkdirSync(join(sum.root, "tasks"), { recursive: true });
  for (let number = 2; number <= 300; number++) {
    const id = `T${String(number).padStart(3, "0")}`;
    writeFileSync(join(sum.root, "tasks", `${id}.md`), taskFile(id, "Another one"));
  }
  const { exitCode, stdout, stderr } = await ralph(["tdd", "--dry-run"], { cwd: sum.root });
  expect([exitCode, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("\n300. T300 Another one");
});
