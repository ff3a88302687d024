/**
 * What ralph itself takes for one attempt: prompt, reply, patch, commit, the tree, the journal, with a model and tests
 * that answer at once. Against the floor of a durable attempt: an intent and a result on disk and one git child that
 * writes the commit. On repositories of 1,000 and 20,000 files.
 */
import { closeSync, fsyncSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TierReply } from "../src/core/model.ts";
import { work } from "../src/engine/work.ts";
import { systemClock } from "../src/io/clock.ts";
import { runProcess } from "../src/io/process.ts";
import { readBelow } from "../src/io/read-root.ts";
import { sqliteStore } from "../src/store/sqlite.ts";
import { dependencies } from "../src/workspace/dependencies.ts";
import { importCommit } from "../src/workspace/fast-import.ts";
import { gitIn } from "../src/workspace/git.ts";
import { patchFolder } from "../src/workspace/patch-folder.ts";
import { worktreePool } from "../src/workspace/pool.ts";
import { openRunBranch } from "../src/workspace/run-branch.ts";
import { gitWorktrees } from "../src/workspace/worktrees.ts";
import { fakeTask, fakeWorld, replied } from "../test/support/fake-world.ts";
import { testRepository } from "../test/support/repository.ts";
import type { Row } from "./row.ts";

const SIZES = [1_000, 20_000];
const ATTEMPTS = 30;
const FILE_LINES = 40;
const GOAL = "<= 9 ms an attempt, <= 1.5x";

export async function attempt(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const size of SIZES) {
    const folder = mkdtempSync(join(tmpdir(), "ralph-bench-attempt-"));
    try {
      const { oursMs, floorMs } = await measure(folder, size);
      rows.push({
        name: `attempt: ${size} files, ${oursMs.toFixed(1)} ms an attempt`,
        ratio: oursMs / floorMs,
        goal: GOAL,
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return rows;
}

async function measure(folder: string, size: number): Promise<{ readonly oursMs: number; readonly floorMs: number }> {
  const root = join(folder, "project");
  mkdirSync(root);
  const repository = testRepository(projectOf(size), root);
  const git = gitIn(root, runProcess);
  const floor: number[] = [];
  const starts: number[] = [];
  let spent = 0;
  let number = 0;

  const store = sqliteStore({ path: join(folder, "ralph.db"), clock: systemClock });
  const runBranch = await openRunBranch(git, "ralph/run-", "2026-01-01");
  const pool = worktreePool(git, { folder: join(folder, "trees"), worker: "bench", isWorkerGone: () => false });
  const shared = dependencies({
    git,
    root,
    link: ["node_modules"],
    folder: join(folder, "deps"),
    setup: [],
    runSetup: async () => undefined,
  });
  const fake = fakeWorld({
    tasks: [fakeTask("T001", { files: [{ path: "src/0/0.js", action: "modify" }] })],
    files: {},
    answers: [],
  });
  const change = (from: number): TierReply =>
    replied(
      `\`\`\`diff\n--- a/src/0/0.js\n+++ b/src/0/0.js\n@@ -1 +1 @@\n-export const state = ${from};\n+export const state = ${from + 1};\n\`\`\`\n`,
    );
  const test = {
    id: "test/a.test.js > a",
    kind: "test",
    file: "test/a.test.js",
    name: "a",
    status: "failed",
    message: "no",
  } as const;
  const world = {
    ...fake,
    store,
    workspaces: gitWorktrees({ git, pool, runBranch, dependencies: shared, readBelow }),
    savePatch: patchFolder(join(folder, "patches"), systemClock).save,
    runCheck: async () => ({
      name: "unit",
      command: "fake",
      runner: "fake",
      tests: [test],
      passed: false,
      timedOut: false,
      exitCode: 1,
      output: "",
      durationMs: 1,
    }),
    limits: { ...fake.limits, attempts: ATTEMPTS, taskMs: 600_000 },
    clock: systemClock,
    askTier: async (_: unknown, questionFor: Parameters<typeof fake.askTier>[1]) => {
      const client = { ...(await import("../test/support/fake-world.ts")).fakeModel };
      await questionFor(client, 0);
      const reachedAt = performance.now();
      floor.push(await floorOf(folder, git, repository.git("rev-parse", "HEAD"), number));
      spent += performance.now() - reachedAt;
      starts.push(performance.now() - spent);
      return change(number++);
    },
  };
  await work(world, undefined, new AbortController().signal);
  await store.close();
  const each = starts.slice(1).map((at, index) => at - (starts[index] ?? 0));
  return { oursMs: median(each), floorMs: median(floor) };
}

/** Two records on disk and one child of git. */
async function floorOf(folder: string, git: ReturnType<typeof gitIn>, parent: string, number: number): Promise<number> {
  const startedAt = performance.now();
  record(folder);
  const after = { text: `export const state = ${number};\n`, mode: "100644" } as const;
  await importCommit(git, {
    parent,
    changes: [{ path: "src/0/0.js", after }],
    message: "floor",
    ref: `refs/floor/${number}`,
    at: 1_700_000_000,
  });
  record(folder);
  return performance.now() - startedAt;
}

function record(folder: string): void {
  const file = openSync(join(folder, "journal"), "a");
  writeSync(file, "x".repeat(2_000));
  fsyncSync(file);
  closeSync(file);
}

function projectOf(size: number): Readonly<Record<string, string>> {
  const files: Record<string, string> = { "test/a.test.js": "a\n" };
  const rest = Array.from({ length: FILE_LINES - 1 }, (_, line) => `export const line${line} = ${line};\n`).join("");
  for (let at = 0; at < size; at += 1)
    files[`src/${Math.floor(at / 50)}/${at % 50}.js`] = `export const state = 0;\n${rest}`;
  return files;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
