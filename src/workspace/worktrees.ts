/** Workspaces as git worktrees: see the contract in core/workspace.ts. */
import type { ReadFile } from "../core/patch.ts";
import type { CommitId, OpenWorkspace, Place, Workspace, Workspaces } from "../core/workspace.ts";
import { checkinCommit, needsConversion } from "./checkin.ts";
import type { Dependencies } from "./dependencies.ts";
import { importCommit } from "./fast-import.ts";
import type { Git } from "./git.ts";
import { landOnParent, rebase } from "./land.ts";
import type { Pool, Slot } from "./pool.ts";
import type { RunBranch } from "./run-branch.ts";
import { moveTo, standAt, standStill } from "./stand.ts";
import { readOutsideSubmodules } from "./submodules.ts";
import { openTaskBranch, type TaskBranch } from "./task-branch.ts";

export interface WorktreesOptions {
  readonly git: Git;
  readonly pool: Pool;
  readonly runBranch: RunBranch;
  readonly dependencies: Dependencies;
  /** Reads a file below a folder, refusing what leaves it. */
  readonly readBelow: (folder: string) => ReadFile;
}

export function gitWorktrees(options: WorktreesOptions): Workspaces {
  const { link } = options.dependencies;
  return {
    open: (request) => openWorkspace(options, request),
    async fresh(commit, use) {
      const slot = await options.pool.take(commit);
      try {
        const stand = () => standAt(options.git, { path: slot.path, commit, ignored: "remove", link });
        await stand();
        return await use(placeIn(options, { path: slot.path, isClean: true, restore: stand }));
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
    const { link } = options.dependencies;
    await standAt(git, { path: slot.path, commit: start.head, ignored: "keep", link });
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
  const { link } = options.dependencies;
  const stand = (commit: CommitId) => standAt(options.git, { path: slot.path, commit, ignored: "keep", link });
  let head = opened.head;

  const changedBetween = async (from: CommitId, to: CommitId): Promise<readonly string[]> =>
    lines(await git(["diff", "-z", "--name-only", "--no-renames", from, to]));

  const checkout = async (commit: CommitId): Promise<void> => {
    await stand(commit);
    head = commit;
  };

  return {
    branch: branch.name,
    base,
    head: () => head,
    resumed,
    read,
    readBase: async (path) => {
      const shown = await git.attempt(["cat-file", "blob", `${base}:${path}`]);
      return shown.ok && !shown.stdout.includes("\0") ? shown.stdout : undefined;
    },
    checkout,
    ...placeIn(options, {
      path: slot.path,
      isClean: false,
      restore: () => standStill(options.git, { path: slot.path, commit: head, ignored: "keep", link }),
    }),
    changedBetween,
    diff: (from, to) => git(["diff", "--no-color", "--no-ext-diff", "--no-renames", from, to]),
    files: async () => lines(await git(["ls-tree", "-r", "-z", "--name-only", head])),
    changedFiles: () => changedBetween(base, head),
    async commit({ changes, message, name, at }) {
      const wanted = { parent: head, changes, message, ref: `refs/ralph/${taskId}/${name}`, at: Math.floor(at / 1000) };
      const isConverted = await needsConversion(git, changes);
      const commit = await (isConverted
        ? checkinCommit(git, wanted, `${slot.path}.checkin`)
        : importCommit(git, wanted));
      await moveTo(options.git, { path: slot.path, commit });
      head = commit;
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

interface PlaceParts extends Pick<Place, "path" | "restore"> {
  readonly isClean: boolean;
}

function placeIn({ git, dependencies }: WorktreesOptions, { path, isClean, restore }: PlaceParts): Place {
  const slot = git.inSlot(path);
  return {
    path,
    restore,
    changed: async () => lines(await slot(["diff", "-z", "--name-only", "--no-renames"])),
    prepare: (signal) => dependencies.prepare(path, { isClean }, signal),
    overlay: async (commit, files) => {
      await slot(["checkout", "--quiet", "--force", commit, "--", ...files.map(literal)]);
    },
  };
}

const literal = (path: string): string => `:(literal)${path}`;

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
