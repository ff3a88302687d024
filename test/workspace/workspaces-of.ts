/** Workspaces on a real repository, with a pool of their own. */
import { join } from "node:path";
import type { FileChange } from "../../src/core/patch.ts";
import type { RunProcess } from "../../src/core/process.ts";
import type { Workspaces } from "../../src/core/workspace.ts";
import { runProcess } from "../../src/io/process.ts";
import { readBelow } from "../../src/io/read-root.ts";
import { type DependenciesOptions, dependencies } from "../../src/workspace/dependencies.ts";
import { gitIn } from "../../src/workspace/git.ts";
import { worktreePool } from "../../src/workspace/pool.ts";
import { openRunBranch } from "../../src/workspace/run-branch.ts";
import { gitWorktrees } from "../../src/workspace/worktrees.ts";
import type { TestRepository } from "../support/repository.ts";
import { temporaryFolder } from "../support/temporary.ts";

export const never = new AbortController().signal;
export const AT = Date.UTC(2026, 0, 2, 3, 4, 5);

interface Options {
  readonly worker?: string;
  readonly folder?: string;
  readonly run?: RunProcess;
  readonly setup?: readonly string[];
  readonly runSetup?: DependenciesOptions["runSetup"];
}

export async function workspacesOf(repository: TestRepository, options: Options = {}) {
  const git = gitIn(repository.root, options.run ?? runProcess);
  const runBranch = await openRunBranch(git, "ralph/run-", "2026-01-02");
  const folder = options.folder ?? join(temporaryFolder(), "worktrees");
  const pool = worktreePool(git, {
    folder,
    worker: options.worker ?? "me",
    isWorkerGone: (worker) => worker === "dead",
  });
  const shared = dependencies({
    git,
    root: repository.root,
    link: ["node_modules"],
    folder: join(folder, "dependencies"),
    setup: options.setup ?? [],
    runSetup: options.runSetup ?? (async () => undefined),
  });
  const workspaces = gitWorktrees({ git, pool, runBranch, dependencies: shared, readBelow });
  return { workspaces, folder, runBranch };
}

export const open = (workspaces: Workspaces, taskId = "T001") =>
  workspaces.open({ taskId, title: "Add: a thing!" }, never);

export const change = (path: string, text: string): FileChange => ({ path, after: { text, mode: "100644" } });
export const deletion = (path: string): FileChange => ({ path, before: { text: "", mode: "100644" } });
