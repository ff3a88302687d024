/** Where the user's repository is, and what state it is in: asked once, before anything is touched. */
import { RalphError } from "../core/error.ts";
import type { RunProcess } from "../core/process.ts";
import type { CommitId } from "../core/workspace.ts";
import { type GitResult, gitFailed, gitIn } from "./git.ts";

export interface Repository {
  /** Absolute, links resolved: the top of the user's checkout. */
  readonly root: string;
  readonly head: CommitId;
  /** Changed or untracked paths of the checkout: tasks start from the commit and do not see them. */
  readonly uncommitted: readonly string[];
}

/** Throws NO_COMMITS in a repository without any, GIT_FAILED where git will not look (its words say what to do). */
export async function inspectRepository(root: string, run: RunProcess): Promise<Repository> {
  const git = gitIn(root, run);
  const asked = ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"];
  const head = await git.attempt(asked);
  if (isSilentNo(head)) throw new RalphError("NO_COMMITS", { path: root });
  if (!head.ok) throw gitFailed(asked, head);
  const status = await git(["status", "--porcelain=v1", "-z", "--untracked-files=normal", "--no-renames"]);
  const uncommitted = status
    .split("\0")
    .filter((entry) => entry !== "")
    .map((entry) => entry.slice(3));
  return { root, head: head.stdout.trim(), uncommitted };
}

/** `--quiet` keeps quiet about a missing commit only. */
const isSilentNo = ({ exitCode, stderr }: GitResult): boolean => exitCode === 1 && stderr.trim() === "";
