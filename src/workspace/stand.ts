/** Makes a slot exactly one commit: its files, and nothing left over. */
import type { CommitId } from "../core/workspace.ts";
import type { Git } from "./git.ts";

interface Stand {
  readonly path: string;
  readonly commit: CommitId;
  /** Files that git ignores: caches are worth keeping, a proof wants none. */
  readonly ignored: "keep" | "remove";
  /** What is not git's but belongs there, such as node_modules. */
  readonly link: readonly string[];
}

/** The slot stays detached: branches are moved by name, under nobody's feet. */
export async function standAt(git: Git, { link, ...stand }: Stand): Promise<void> {
  const slot = git.inSlot(stand.path);
  await slot(["checkout", "--quiet", "--force", "--detach", stand.commit]);
  const keep = link.flatMap((each) => ["-e", `/${each}`]);
  await slot(["clean", "--quiet", stand.ignored === "remove" ? "-ffdx" : "-ffd", ...keep]);
}
