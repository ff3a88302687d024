/** The user's checkout, to look at: for what is shown before anything is run. */
import type { ReadFile } from "../core/patch.ts";
import type { Workspace } from "../core/workspace.ts";
import type { Git } from "./git.ts";

export type Tree = Pick<Workspace, "files" | "changedFiles" | "read">;

export function checkoutTree(git: Git, read: ReadFile): Tree {
  return {
    files: async () => (await git(["ls-files", "-z"])).split("\0").filter((path) => path !== ""),
    changedFiles: async () => [],
    read,
  };
}
