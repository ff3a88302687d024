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
  await moveTo(git, stand);
  const keep = link.flatMap((each) => ["-e", `/${each}`]);
  await git.inSlot(stand.path)(["clean", "--quiet", stand.ignored === "remove" ? "-ffdx" : "-ffd", ...keep]);
}

/** From one commit to another, where nothing is left over. */
export async function moveTo(git: Git, { path, commit }: Pick<Stand, "path" | "commit">): Promise<void> {
  await git.inSlot(path)(["checkout", "--quiet", "--force", "--detach", commit]);
}

/** The same as `standAt` for a slot that stands at the commit already: mostly nothing has changed, and one look tells. */
export async function standStill(git: Git, stand: Stand & { readonly ignored: "keep" }): Promise<void> {
  const others = stand.link.map((each) => `:(exclude,literal)${each}`);
  const look = [
    "status",
    "--porcelain",
    "-z",
    "--untracked-files=normal",
    "--ignore-submodules=all",
    "--",
    ".",
    ...others,
  ];
  if ((await git.inSlot(stand.path)(look)) !== "") await standAt(git, stand);
}
