/** Branches that ralph makes and moves: never one that somebody has moved meanwhile or stands on. */
import { RalphError } from "../core/error.ts";
import type { CommitId } from "../core/workspace.ts";
import type { Git } from "./git.ts";

interface BranchMove {
  /** Where it must stand now; undefined when it must not exist. */
  readonly from: CommitId | undefined;
  readonly to: CommitId;
  /** Full name of a ref that is set to `to` in the same transaction. */
  readonly record?: string;
}

/**
 * Compare-and-swap; false when the branch does not stand at `from`.
 * Throws BRANCH_FAILED when it does and git still cannot move it.
 */
export async function moveBranch(git: Git, branch: string, { from, to, record }: BranchMove): Promise<boolean> {
  const ref = `refs/heads/${branch}`;
  const commands = [from === undefined ? `create ${ref} ${to}` : `update ${ref} ${to} ${from}`];
  if (record !== undefined) commands.push(`update ${record} ${to}`);
  const moved = await git.attempt(["update-ref", "-m", "ralph", "--stdin"], { input: `${commands.join("\n")}\n` });
  if (moved.ok) return true;
  if ((await tipsOf(git, [ref])).get(ref) !== from) return false;
  const obstacle = await branchInTheWay(git, branch);
  const inTheWay = obstacle === undefined ? {} : { inTheWay: obstacle };
  throw new RalphError("BRANCH_FAILED", { branch, why: moved.stderr.trim(), ...inTheWay });
}

/** Where those of `refs` stand that exist; full names. */
export async function tipsOf(git: Git, refs: readonly string[]): Promise<ReadonlyMap<string, CommitId>> {
  const listed = await git(["for-each-ref", "--format=%(refname) %(objectname)", ...refs]);
  const tips = listed.split("\n").map((line): [string, string] => {
    const [ref = "", commit = ""] = line.split(" ");
    return [ref, commit];
  });
  // A name that is a folder of refs lists what is below it.
  return new Map(tips.filter(([ref]) => refs.includes(ref)));
}

/** The work tree that stands on the branch: moved underneath it, its files would look like changes made by hand. */
export async function checkedOutAt(git: Git, branch: string): Promise<string | undefined> {
  const trees = (await git(["worktree", "list", "--porcelain"])).split("\n\n");
  const holder = trees.find((tree) => tree.split("\n").includes(`branch refs/heads/${branch}`));
  return holder?.split("\n")[0]?.replace("worktree ", "");
}

/** Git keeps `a/b` below `a`, so that only one of the two can be a branch. */
async function branchInTheWay(git: Git, branch: string): Promise<string | undefined> {
  const parts = branch.split("/");
  const above = parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
  const patterns = [...above, branch].map((name) => `refs/heads/${name}`);
  const names = (await git(["for-each-ref", "--format=%(refname:lstrip=2)", ...patterns])).split("\n");
  return names.find((name) => above.includes(name) || name.startsWith(`${branch}/`));
}
