/**
 * The one place that names adapters (wire-models.ts those of models): settings in, parts of a world out.
 * Each is imported when it is wanted, so that `ralph status` loads a store and no model.
 */
import { join } from "node:path";
import type { RunCheck } from "../core/check.ts";
import type { RunProcess } from "../core/process.ts";
import type { Store } from "../core/store.ts";
import type { TaskSource } from "../core/task.ts";
import type { Workspaces } from "../core/workspace.ts";
import { systemClock } from "../io/clock.ts";
import type { Redact } from "../io/redact.ts";
import type { Tree } from "../workspace/checkout.ts";
import type { Git } from "../workspace/git.ts";
import type { PatchFolder } from "../workspace/patch-folder.ts";
import type { Repository } from "../workspace/repository.ts";
import type { RunBranch } from "../workspace/run-branch.ts";
import { cacheFile } from "./cache-file.ts";
import type { Config } from "./config-resolve.ts";
import { type Confinement, DEPENDENCIES } from "./sandbox.ts";

export async function openTaskSource(config: Config): Promise<TaskSource> {
  const { fileTaskSource } = await import("../task/source-files.ts");
  return fileTaskSource({ folder: config.tasks, cache: cacheFile(config.root, "task-cache.json") });
}

export const storePath = (config: Config): string => `${config.root}/.ralph/ralph.db`;

export async function openStore(config: Config): Promise<Store> {
  const [{ sqliteStore }, { ensureStateFolder }] = await Promise.all([
    import("../store/sqlite.ts"),
    import("./state-folder.ts"),
  ]);
  ensureStateFolder(config.root);
  return sqliteStore({ path: storePath(config), clock: systemClock });
}

/** The store of a run, which no secret gets into. */
export async function openJournal(config: Config, redact: Redact): Promise<Store> {
  const { discreetStore } = await import("../store/discreet.ts");
  return discreetStore(await openStore(config), redact);
}

export type { Git } from "../workspace/git.ts";

/** Plain git in a folder. */
export async function openGit(folder: string): Promise<Git> {
  const { gitIn } = await import("../workspace/git.ts");
  return gitIn(folder, await processRunner());
}

export async function inspect(config: Config): Promise<Repository> {
  const { inspectRepository } = await import("../workspace/repository.ts");
  return inspectRepository(config.root, await processRunner());
}

export async function openPatchFolder(config: Config): Promise<PatchFolder> {
  const { patchFolder } = await import("../workspace/patch-folder.ts");
  return patchFolder(config.patches, systemClock);
}

/** The user's checkout, to look at; git is asked for its files once. */
export async function openCheckout(config: Config): Promise<Tree> {
  const [{ checkoutTree }, { readBelow }] = await Promise.all([
    import("../workspace/checkout.ts"),
    import("../io/read-root.ts"),
  ]);
  const tree = checkoutTree(await openGit(config.root), readBelow(config.root));
  let files: ReturnType<Tree["files"]> | undefined;
  return { ...tree, files: () => (files ??= tree.files()) };
}

export interface RunPlace {
  readonly workspaces: Workspaces;
  readonly branch: RunBranch;
}

/** What runs code that a model wrote, and what is kept of it. */
export interface Judging {
  readonly confinement: Confinement;
  readonly redact: Redact;
}

interface RunPlaceOptions {
  readonly worker: string;
  /** Of the run's branch, `2026-11-21`. */
  readonly day: string;
  readonly judging: Judging;
}

export async function openRunPlace(config: Config, { worker, day, judging }: RunPlaceOptions): Promise<RunPlace> {
  const [pools, branches, worktrees, reading, workers, { dependencies }, { setupRunner }] = await Promise.all([
    import("../workspace/pool.ts"),
    import("../workspace/run-branch.ts"),
    import("../workspace/worktrees.ts"),
    import("../io/read-root.ts"),
    import("../io/worker-id.ts"),
    import("../workspace/dependencies.ts"),
    import("../check/setup.ts"),
  ]);
  const { root, link, setup } = config;
  const git = await openGit(root);
  const branch = await branches.openRunBranch(git, config.branchPrefix, day);
  const pool = pools.worktreePool(git, { folder: config.worktrees, worker, isWorkerGone: workers.isWorkerGone });
  const runIn = (workTree: string): RunProcess => judging.confinement.runIn({ workTree, network: true });
  const runSetup = setupRunner({ runIn, redact: judging.redact, timeoutMs: config.limits.setupMs });
  const folder = join(config.worktrees, DEPENDENCIES);
  const workspaces = worktrees.gitWorktrees({
    git,
    pool,
    runBranch: branch,
    dependencies: dependencies({ git, root, link, folder, setup, runSetup }),
    readBelow: reading.readBelow,
  });
  return { workspaces, branch };
}

export async function openCheckRunner({ confinement, redact }: Judging): Promise<RunCheck> {
  const { checkRunner } = await import("../check/run.ts");
  return checkRunner({ runIn: confinement.runIn, redact });
}

async function processRunner(): Promise<RunProcess> {
  return (await import("../io/process.ts")).runProcess;
}
