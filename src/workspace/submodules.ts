/** A submodule is another repository: git would replace its entry by the files that a patch puts there. */
import type { ReadFile } from "../core/patch.ts";
import type { CommitId } from "../core/workspace.ts";
import type { Git } from "./git.ts";

/** `160000 commit <id>\t<path>`, see git-ls-tree(1). */
const ENTRY = /^160000 commit [0-9a-f]+\t(.+)$/s;

/** `read`, but for what is at or below a submodule of `commit`. */
export async function readOutsideSubmodules(git: Git, commit: CommitId, read: ReadFile): Promise<ReadFile> {
  const entries = (await git(["ls-tree", "-r", "-z", commit])).split("\0");
  const submodules = entries.flatMap((entry) => ENTRY.exec(entry)?.[1] ?? []);
  if (submodules.length === 0) return read;
  return (path) => {
    const isInside = submodules.some((submodule) => path === submodule || path.startsWith(`${submodule}/`));
    return isInside ? { kind: "refused", why: "outside the root" } : read(path);
  };
}
