/** Workspaces as git worktrees: see the contract in core/workspace.ts. */
import { existsSync, lstatSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { ReadFile } from "../core/patch.ts";
import type { CommitId, LandResult, OpenWorkspace, Workspace, Workspaces } from "../core/workspace.ts";
import { importCommit } from "./fast-import.ts";
import type { Git } from "./git.ts";
import type { Pool, Slot } from "./pool.ts";
import type { RunBranch } from "./run-branch.ts";

export interface WorktreesOptions {
  readonly git: Git;
  readonly pool: Pool;
  readonly runBranch: RunBranch;
  /** The user's checkout. */
  readonly root: string;
  /** Paths there that a work tree needs and git does not have, such as node_modules. */
  readonly link: readonly string[];
  /** Reads a file below a folder, refusing what leaves it. */
  readonly readBelow: (folder: string) => ReadFile;
}

export function gitWorktrees(options: WorktreesOptions): Workspaces {
  return {
    open: (request) => openWorkspace(options, request),
    async fresh(commit, use) {
      const slot = await options.pool.take(commit);
      try {
        await standAt(options, slot.path, { commit, ignored: "remove" });
        return await use(slot.path);
      } finally {
        slot.release();
      }
    },
  };
}

async function openWorkspace(options: WorktreesOptions, request: OpenWorkspace): Promise<Workspace> {
  const start = await startingPoint(options, request);
  const slot = await options.pool.take(start.head);
  try {
    const branch = `ralph/${request.taskId}-${slug(request.title)}`;
    await standAt(options, slot.path, { commit: start.head, branch });
    return workspace(options, slot, { ...start, branch, taskId: request.taskId });
  } catch (error) {
    slot.release();
    throw error;
  }
}

interface Start {
  readonly base: CommitId;
  readonly head: CommitId;
  readonly resumed: boolean;
}

async function startingPoint({ git, runBranch }: WorktreesOptions, { resume }: OpenWorkspace): Promise<Start> {
  if (resume !== undefined) {
    const known = await Promise.all(
      [resume.base, resume.head].map((commit) => git.attempt(["cat-file", "-e", `${commit}^{commit}`])),
    );
    if (known.every((result) => result.ok)) return { ...resume, resumed: true };
  }
  const tip = await runBranch.tip();
  return { base: tip, head: tip, resumed: false };
}

interface Opened extends Start {
  readonly branch: string;
  readonly taskId: string;
}

function workspace(options: WorktreesOptions, slot: Slot, opened: Opened): Workspace {
  const { branch, taskId, base } = opened;
  const git = options.git.in(slot.path);
  let head = opened.head;

  const checkout = async (commit: CommitId): Promise<void> => {
    await standAt(options, slot.path, { commit, branch });
    head = commit;
  };

  return {
    path: slot.path,
    branch,
    base,
    head: () => head,
    resumed: opened.resumed,
    read: options.readBelow(slot.path),
    checkout,
    files: async () => lines(await git(["ls-tree", "-r", "-z", "--name-only", head])),
    changedFiles: async () => lines(await git(["diff", "-z", "--name-only", "--no-renames", base, head])),
    async commit({ changes, message, name, at }) {
      const ref = `refs/ralph/${taskId}/${name}`;
      const commit = await importCommit(git, { parent: head, changes, message, ref, at: Math.floor(at / 1000) });
      await checkout(commit);
      return commit;
    },
    squash: (message) => squash(git, { base, head, message }),
    land: (commit) => land(options.runBranch, git, commit),
    async close() {
      // The branch stays free for the person; the slot stands at the commit only.
      await git.attempt(["checkout", "--quiet", "--detach"]);
      slot.release();
    },
  };
}

/** The date is that of `head`, so that a run repeated after a kill makes the very same commit and lands it once. */
async function squash(
  git: Git,
  { base, head, message }: { base: CommitId; head: CommitId; message: string },
): Promise<CommitId> {
  const date = await git(["log", "-1", "--format=%ct +0000", head]);
  return git(["commit-tree", `${head}^{tree}`, "-p", base, "-F", "-"], {
    input: message,
    env: { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date },
  });
}

async function land(runBranch: RunBranch, git: Git, commit: CommitId): Promise<LandResult> {
  const landed: LandResult = { kind: "landed", branch: runBranch.name, commit };
  if (await runBranch.contains(commit)) return landed;
  const parent = await git(["rev-parse", `${commit}^`]);
  if (await runBranch.move(parent, commit)) return landed;

  await git(["checkout", "--quiet", "--force", "--detach", await runBranch.tip()]);
  const picked = await git.attempt(["cherry-pick", "--allow-empty", commit]);
  if (picked.ok) return { kind: "rebased", commit: await git(["rev-parse", "HEAD"]) };
  const files = lines(await git(["diff", "--name-only", "--diff-filter=U", "-z"]));
  await git.attempt(["cherry-pick", "--abort"]);
  // Nothing collides and yet nothing is left to pick: an earlier, killed run has landed this very change.
  if (files.length === 0) return { ...landed, commit: await runBranch.tip() };
  return { kind: "conflict", files };
}

const lines = (output: string): string[] => output.split("\0").filter((path) => path !== "");

interface Stand {
  readonly commit: CommitId;
  /** Without one the work tree is detached. */
  readonly branch?: string;
  readonly ignored?: "keep" | "remove";
}

async function standAt(
  options: WorktreesOptions,
  path: string,
  { commit, branch, ignored = "keep" }: Stand,
): Promise<void> {
  const git = options.git.in(path);
  const target = branch === undefined ? ["--detach", commit] : ["--ignore-other-worktrees", "-B", branch, commit];
  await git(["checkout", "--quiet", "--force", ...target]);
  const keep = options.link.flatMap((link) => ["-e", `/${link}`]);
  await git(["clean", "--quiet", ignored === "remove" ? "-ffdx" : "-ffd", ...keep]);
  for (const link of options.link) linkFromCheckout(options.root, path, link);
}

function linkFromCheckout(root: string, worktree: string, link: string): void {
  const [from, to] = [join(root, link), join(worktree, link)];
  if (!existsSync(from) || lstatSync(to, { throwIfNoEntry: false }) !== undefined) return;
  if (!existsSync(join(to, ".."))) return;
  symlinkSync(from, to);
}

/** At most 40 characters that are plain in a branch name. */
function slug(title: string): string {
  const plain = title
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 40)
    .replaceAll(/^-+|-+$/g, "");
  return plain === "" ? "task" : plain;
}
