/**
 * The one place that names adapters: settings in, parts of a world out.
 * Each is imported when it is wanted, so that `ralph status` loads a store and no model.
 */
import type { RunCheck } from "../core/check.ts";
import type { ModelClient, Tier } from "../core/model.ts";
import type { RunProcess } from "../core/process.ts";
import type { Store } from "../core/store.ts";
import type { TaskSource } from "../core/task.ts";
import type { Workspaces } from "../core/workspace.ts";
import { systemClock } from "../io/clock.ts";
import type { Tree } from "../workspace/checkout.ts";
import type { Git } from "../workspace/git.ts";
import type { PatchFolder } from "../workspace/patch-folder.ts";
import type { Repository } from "../workspace/repository.ts";
import type { RunBranch } from "../workspace/run-branch.ts";
import { cacheFile } from "./cache-file.ts";
import type { Config, ModelConfig } from "./config-resolve.ts";

type Environment = Readonly<Record<string, string | undefined>>;

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

/** Every tier with its models, in the order of ralph.yaml. Nothing is asked yet. */
export async function openTiers(config: Config, env: Environment): Promise<readonly Tier[]> {
  const clients = new Map<string, ModelClient>();
  for (const [name, model] of Object.entries(config.models)) clients.set(name, await openModel(name, model, env));
  return Object.entries(config.tiers).map(([name, chain]) => ({
    name,
    chain: chain.flatMap((model) => clients.get(model) ?? []),
  }));
}

async function openModel(name: string, model: ModelConfig, env: Environment): Promise<ModelClient> {
  if (model.provider === "replay") {
    const [{ replayClient }, { readFile }] = await Promise.all([
      import("../model/replay.ts"),
      import("node:fs/promises"),
    ]);
    return replayClient({ name, file: model.file, readText: (path) => readFile(path, "utf8") });
  }
  const { openaiClient } = await import("../model/openai.ts");
  const apiKey = model.apiKeyEnv === undefined ? undefined : env[model.apiKeyEnv];
  const client = openaiClient({
    name,
    url: model.url,
    clock: systemClock,
    ...(model.model === undefined ? {} : { model: model.model }),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(model.temperature === undefined ? {} : { temperature: model.temperature }),
  });
  const { maxTokens } = model;
  return {
    ...client,
    ask: (prompt, options, signal) =>
      client.ask(prompt, { ...options, maxTokens: Math.min(maxTokens, options.maxTokens) }, signal),
  };
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

/** @param day of the run's branch, `2026-11-21` */
export async function openRunPlace(config: Config, worker: string, day: string): Promise<RunPlace> {
  const [{ worktreePool }, { openRunBranch }, { gitWorktrees }, { readBelow }, { isWorkerGone }] = await Promise.all([
    import("../workspace/pool.ts"),
    import("../workspace/run-branch.ts"),
    import("../workspace/worktrees.ts"),
    import("../io/read-root.ts"),
    import("../io/worker-id.ts"),
  ]);
  const git = await openGit(config.root);
  const branch = await openRunBranch(git, config.branchPrefix, day);
  const pool = worktreePool(git, { folder: config.worktrees, worker, isWorkerGone });
  const workspaces = gitWorktrees({ git, pool, runBranch: branch, root: config.root, link: config.link, readBelow });
  return { workspaces, branch };
}

export async function openCheckRunner(env: Environment): Promise<RunCheck> {
  const [{ checkRunner }, { redactor, secretsOf }] = await Promise.all([
    import("../check/run.ts"),
    import("../io/redact.ts"),
  ]);
  return checkRunner({ run: await processRunner(), redact: redactor(secretsOf(env)) });
}

async function processRunner(): Promise<RunProcess> {
  return (await import("../io/process.ts")).runProcess;
}
