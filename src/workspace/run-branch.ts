/**
 * The branch on which a run's finished tasks land, one on top of the other. The person merges it when they like;
 * their own branch and checkout are never moved.
 */
import { RalphError } from "../core/error.ts";
import type { CommitId } from "../core/workspace.ts";
import { checkedOutAt, moveBranch, tipsOf } from "./branches.ts";
import type { Git } from "./git.ts";

export interface RunBranch {
  readonly name: string;
  tip(): Promise<CommitId>;
  /** Compare-and-swap; false when the branch no longer stands at `from`. Throws BRANCH_CHECKED_OUT, BRANCH_FAILED. */
  move(from: CommitId, to: CommitId): Promise<boolean>;
  contains(commit: CommitId): Promise<boolean>;
}

/**
 * Finds or makes the branch for a run that starts now.
 * - Today's branch is used when it holds everything in HEAD, or when HEAD holds everything in it (then it is moved up).
 * - Where the two have parted, or somebody has it checked out, a new one with a counter is made.
 * - A new branch starts at the newest unmerged run branch that is ahead of HEAD, so that last night's work is built upon.
 * @param prefix for example `ralph/run-`
 * @param day for example `2026-11-21`
 */
export async function openRunBranch(git: Git, prefix: string, day: string): Promise<RunBranch> {
  const head = await git(["rev-parse", "HEAD"]);
  for (let counter = 1; ; counter++) {
    const name = counter === 1 ? `${prefix}${day}` : `${prefix}${day}-${counter}`;
    if (await settle(git, name, head, prefix)) return runBranch(git, name);
  }
}

/** True when branch `name` exists now, holds HEAD, and nobody stands on it. */
async function settle(git: Git, name: string, head: CommitId, prefix: string): Promise<boolean> {
  if ((await checkedOutAt(git, name)) !== undefined) return false;
  const from = await tipOf(git, name);
  if (from !== undefined && (await isAncestor(git, head, from))) return true;
  if (from !== undefined && !(await isAncestor(git, from, head))) return false;
  const to = from === undefined ? ((await newestAhead(git, prefix, head)) ?? head) : head;
  // Two processes may start at once: whoever comes second looks at what the first has made.
  return (await moveBranch(git, name, { from, to })) || settle(git, name, head, prefix);
}

async function newestAhead(git: Git, prefix: string, head: CommitId): Promise<CommitId | undefined> {
  const refs = await git([
    "for-each-ref",
    "--sort=-committerdate",
    `--contains=${head}`,
    "--format=%(objectname)",
    `refs/heads/${prefix}*`,
  ]);
  return refs.split("\n").find((line) => line !== "");
}

function runBranch(git: Git, name: string): RunBranch {
  const tip = () => git(["rev-parse", `refs/heads/${name}`]);
  return {
    name,
    tip,
    async move(from, to) {
      const path = await checkedOutAt(git, name);
      if (path !== undefined) throw new RalphError("BRANCH_CHECKED_OUT", { branch: name, path });
      return moveBranch(git, name, { from, to });
    },
    contains: async (commit) => isAncestor(git, commit, await tip()),
  };
}

async function tipOf(git: Git, name: string): Promise<CommitId | undefined> {
  const ref = `refs/heads/${name}`;
  return (await tipsOf(git, [ref])).get(ref);
}

async function isAncestor(git: Git, older: CommitId, newer: CommitId): Promise<boolean> {
  return (await git.attempt(["merge-base", "--is-ancestor", older, newer])).ok;
}
