/**
 * The branch on which a run's finished tasks land, one on top of the other. The person merges it when they like;
 * their own branch and checkout are never moved.
 */
import type { CommitId } from "../core/workspace.ts";
import type { Git } from "./git.ts";

export interface RunBranch {
  readonly name: string;
  tip(): Promise<CommitId>;
  /** Compare-and-swap; false when the branch no longer stands at `from`. */
  move(from: CommitId, to: CommitId): Promise<boolean>;
  contains(commit: CommitId): Promise<boolean>;
}

/**
 * Finds or makes the branch for a run that starts now.
 * - Today's branch is used when it holds everything in HEAD, or when HEAD holds everything in it (then it is moved up).
 * - Where the two have parted, a new one with a counter is made.
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

/** True when branch `name` exists now and holds HEAD. */
async function settle(git: Git, name: string, head: CommitId, prefix: string): Promise<boolean> {
  const tip = await tipOf(git, name);
  if (tip === undefined) {
    const start = (await newestAhead(git, prefix, head)) ?? head;
    // Two processes may start at once: whoever comes second finds the branch made and looks at it again.
    const made = await git.attempt(["update-ref", `refs/heads/${name}`, start, ""]);
    return made.ok || settle(git, name, head, prefix);
  }
  if (await isAncestor(git, head, tip)) return true;
  if (!(await isAncestor(git, tip, head))) return false;
  await git.attempt(["update-ref", `refs/heads/${name}`, head, tip]);
  return settle(git, name, head, prefix);
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
  const ref = `refs/heads/${name}`;
  const tip = () => git(["rev-parse", ref]);
  return {
    name,
    tip,
    move: async (from, to) => (await git.attempt(["update-ref", "-m", "ralph: land", ref, to, from])).ok,
    contains: async (commit) => isAncestor(git, commit, await tip()),
  };
}

async function tipOf(git: Git, name: string): Promise<CommitId | undefined> {
  const found = await git.attempt(["rev-parse", "--verify", "--quiet", `refs/heads/${name}`]);
  return found.ok ? found.stdout.trim() : undefined;
}

async function isAncestor(git: Git, older: CommitId, newer: CommitId): Promise<boolean> {
  return (await git.attempt(["merge-base", "--is-ancestor", older, newer])).ok;
}
