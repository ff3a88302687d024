/** Workspaces as git worktrees: see the contract in core/workspace.ts. */
import type { ReadFile } from "../core/patch.ts";
import type { CommitId, OpenWorkspace, Workspace, Workspaces } from "../core/workspace.ts";
import { checkinCommit, needsConversion } from "./checkin.ts";
import { importCommit } from "./fast-import.ts";
import type { Git } from "./git.ts";
import { landOnParent, rebase } from "./land.ts";
import type { Pool, Slot } from "./pool.ts";
import type { RunBranch } from "./run-branch.ts";
import { standAt } from "./stand.ts";
import { readOutsideSubmodules } from "./submodules.ts";
import { openTaskBranch, type TaskBranch } from "./task-branch.ts";

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
        await standAt(options.git, options, { path: slot.path, commit, ignored: "remove" });
        return await use(slot.path);
      } finally {
        slot.release();
      }
    },
  };
}

async function openWorkspace(options: WorktreesOptions, request: OpenWorkspace): Promise<Workspace> {
  const { git, pool, readBelow } = options;
  const start = await startingPoint(options, request);
  const slot = await pool.take(start.head);
  try {
    await standAt(git, options, { path: slot.path, commit: start.head, ignored: "keep" });
    const read = await readOutsideSubmodules(git, start.head, readBelow(slot.path));
    const branch = await openTaskBranch(git, `ralph/${request.taskId}-${slug(request.title)}`, start.head);
    return workspace(options, slot, { ...start, branch, read, taskId: request.taskId });
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
  readonly branch: TaskBranch;
  readonly read: ReadFile;
  readonly taskId: string;
}

function workspace(options: WorktreesOptions, slot: Slot, opened: Opened): Workspace {
  const { branch, taskId, base, read, resumed } = opened;
  const { runBranch } = options;
  const git = options.git.inSlot(slot.path);
  const stand = (commit: CommitId) => standAt(options.git, options, { path: slot.path, commit, ignored: "keep" });
  let head = opened.head;

  const checkout = async (commit: CommitId): Promise<void> => {
    await stand(commit);
    head = commit;
  };

  return {
    path: slot.path,
    branch: branch.name,
    base,
    head: () => head,
    resumed,
    read,
    checkout,
    files: async () => lines(await git(["ls-tree", "-r", "-z", "--name-only", head])),
    changedFiles: async () => lines(await git(["diff", "-z", "--name-only", "--no-renames", base, head])),
    async commit({ changes, message, name, at }) {
      const wanted = { parent: head, changes, message, ref: `refs/ralph/${taskId}/${name}`, at: Math.floor(at / 1000) };
      const isConverted = await needsConversion(git, changes);
      const commit = await (isConverted
        ? checkinCommit(git, wanted, `${slot.path}.checkin`)
        : importCommit(git, wanted));
      await checkout(commit);
      return commit;
    },
    squash: (message) => squash(git, { base, head, message }),
    async land(commit) {
      if (await landOnParent(git, runBranch, commit)) return { kind: "landed", branch: runBranch.name, commit };
      const tip = await runBranch.tip();
      try {
        await stand(tip);
        return await rebase(git, { branch: runBranch.name, tip, commit });
      } finally {
        await stand(head);
      }
    },
    async close() {
      try {
        await branch.follow(head);
      } finally {
        slot.release();
      }
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

const lines = (output: string): string[] => output.split("\0").filter((path) => path !== "");

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
