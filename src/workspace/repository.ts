/** Where the user's repository is, and what state it is in: asked once, before anything is touched. */
import { RalphError } from "../core/error.ts";
import type { RunProcess } from "../core/process.ts";
import type { CommitId } from "../core/workspace.ts";
import { gitIn } from "./git.ts";

export interface Repository {
  /** Absolute, links resolved: the top of the user's checkout. */
  readonly root: string;
  readonly head: CommitId;
  /** Changed or untracked paths of the checkout: tasks start from the commit and do not see them. */
  readonly uncommitted: readonly string[];
}

/** Throws NO_COMMITS in a repository without any. */
export async function inspectRepository(root: string, run: RunProcess): Promise<Repository> {
  const git = gitIn(root, run);
  const head = await git.attempt(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]);
  if (!head.ok) throw new RalphError("NO_COMMITS", { path: root });
  const status = await git(["status", "--porcelain=v1", "-z", "--untracked-files=normal", "--no-renames"]);
  const uncommitted = status
    .split("\0")
    .filter((entry) => entry !== "")
    .map((entry) => entry.slice(3));
  return { root, head: head.stdout.trim(), uncommitted };
}
