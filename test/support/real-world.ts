/**
 * The whole loop on a real repository, with real work trees and real test runners, and a model whose answers are given:
 * everything but the command line and the network. For what counts as proof: hundreds of patches judged in one suite.
 */
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkRunner } from "../../src/check/run.ts";
import type { RalphEvent } from "../../src/core/event.ts";
import type { StatusUpdate } from "../../src/core/task.ts";
import { work } from "../../src/engine/work.ts";
import type { World } from "../../src/engine/world.ts";
import { systemClock } from "../../src/io/clock.ts";
import { runProcess } from "../../src/io/process.ts";
import { readBelow } from "../../src/io/read-root.ts";
import { redactor } from "../../src/io/redact.ts";
import { parseTask } from "../../src/task/parse.ts";
import { dependencies } from "../../src/workspace/dependencies.ts";
import { gitIn } from "../../src/workspace/git.ts";
import { worktreePool } from "../../src/workspace/pool.ts";
import { openRunBranch } from "../../src/workspace/run-branch.ts";
import { gitWorktrees } from "../../src/workspace/worktrees.ts";
import { fakeWorld, replied } from "./fake-world.ts";
import { type Files, testRepository } from "./repository.ts";
import { temporaryFolder } from "./temporary.ts";

/** Of this repository, for projects that need vitest or Playwright. */
const NODE_MODULES = fileURLToPath(new URL("../../node_modules", import.meta.url));

export interface RealTask {
  readonly files: Files;
  /** What follows the title in the task file: fields and sections. */
  readonly task: string;
  /** Commands that judge it, unless the task names some. */
  readonly checks: readonly string[];
  /** One a question; the last one repeats. */
  readonly replies: readonly string[];
  readonly attempts?: number;
  /** Links the packages of this repository into the project. */
  readonly hasPackages?: boolean;
  readonly world?: Partial<World>;
}

export interface RealOutcome {
  readonly status: string;
  readonly reason: string;
  readonly update: StatusUpdate | undefined;
  readonly events: readonly RalphEvent[];
  /** Files of the run's branch after the task. */
  landed(path: string): string | undefined;
  /** What every question asked, in order. */
  readonly roles: readonly string[];
  readonly prompts: readonly string[];
}

const CHECK_MS = 60_000;
const never = new AbortController().signal;

export async function runReal({ files, task: text, checks, replies, ...more }: RealTask): Promise<RealOutcome> {
  const repository = testRepository({
    ".gitignore": "node_modules\ntarget/\n__pycache__/\n.pytest_cache/\n",
    ...files,
  });
  if (more.hasPackages === true) symlinkSync(NODE_MODULES, join(repository.root, "node_modules"));
  const folder = join(temporaryFolder(), "trees");
  const artifacts = temporaryFolder();
  const git = gitIn(repository.root, runProcess);
  const runBranch = await openRunBranch(git, "ralph/run-", "2026-01-02");
  const pool = worktreePool(git, { folder, worker: "me", isWorkerGone: () => false });
  const shared = dependencies({
    git,
    root: repository.root,
    link: ["node_modules"],
    folder: join(folder, "dependencies"),
    setup: [],
    runSetup: async () => undefined,
  });
  const task = parseTask(`# Task T001: What to do\n\n${text}`, "tasks/T001.md");
  const fake = fakeWorld({
    tasks: [task],
    files: {},
    answers: replies.map(replied),
    attempts: more.attempts ?? replies.length,
  });
  const world: World = {
    ...fake,
    workspaces: gitWorktrees({ git, pool, runBranch, dependencies: shared, readBelow }),
    runCheck: checkRunner({ runIn: () => runProcess, redact: redactor([]) }),
    artifactsOf: (taskId) => join(artifacts, taskId),
    defaultChecks: checks.map((command) => ({ name: command, command })),
    limits: { ...fake.limits, checkMs: CHECK_MS },
    clock: systemClock,
    wait: async () => {},
    ...more.world,
  };
  await work(world, undefined, never);
  const update = fake.statuses.get("T001");
  return {
    status: update?.status ?? "PENDING",
    reason: update?.reason ?? "",
    update,
    events: fake.events,
    landed: (path) => {
      try {
        return repository.git("show", `${runBranch.name}:${path}`);
      } catch {
        return undefined;
      }
    },
    roles: fake.asked.map((prompt) => prompt.purpose.role),
    prompts: fake.asked.map((prompt) => prompt.user),
  };
}
