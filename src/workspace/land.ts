/** How a finished commit gets onto the run's branch: moved there, or first made anew on a tip that moved. */
import type { CommitId, LandResult } from "../core/workspace.ts";
import { type Git, gitFailed } from "./git.ts";
import type { RunBranch } from "./run-branch.ts";

/** Compare-and-swap from the commit's parent; true also when the branch holds it already. */
export async function landOnParent(git: Git, runBranch: RunBranch, commit: CommitId): Promise<boolean> {
  if (await runBranch.contains(commit)) return true;
  return runBranch.move(await git(["rev-parse", `${commit}^`]), commit);
}

/** The same change on top of `tip`. `slot` stands there, and afterwards somewhere else. */
export async function rebase(
  slot: Git,
  { branch, tip, commit }: { readonly branch: string; readonly tip: CommitId; readonly commit: CommitId },
): Promise<LandResult> {
  // A pick that leaves nothing makes an empty commit, so that every failure is a real one.
  const pick = ["cherry-pick", "--keep-redundant-commits", commit];
  const picked = await slot.attempt(pick);
  if (!picked.ok) {
    const files = (await slot(["diff", "--name-only", "--diff-filter=U", "-z"])).split("\0").filter(Boolean);
    if (files.length === 0) throw gitFailed(pick, picked);
    return { kind: "conflict", files };
  }
  const found = await slot(["rev-parse", "HEAD", "HEAD^{tree}", `${tip}^{tree}`]);
  const [made = "", tree, treeOfTip] = found.split("\n");
  // The tip has every line of it: an earlier, killed run landed this very change.
  return tree === treeOfTip ? { kind: "landed", branch, commit: tip } : { kind: "rebased", commit: made };
}
