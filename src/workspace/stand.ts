/** Makes a slot exactly one commit: its files, nothing left over, and links to what git does not carry. */
import { existsSync, lstatSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import type { CommitId } from "../core/workspace.ts";
import type { Git } from "./git.ts";

interface Surroundings {
  /** The user's checkout. */
  readonly root: string;
  /** Paths there that a work tree needs and git does not have, such as node_modules. */
  readonly link: readonly string[];
}

interface Stand {
  readonly path: string;
  readonly commit: CommitId;
  /** Files that git ignores: caches are worth keeping, a proof wants none. */
  readonly ignored: "keep" | "remove";
}

/** The slot stays detached: branches are moved by name, under nobody's feet. */
export async function standAt(git: Git, { root, link }: Surroundings, stand: Stand): Promise<void> {
  const slot = git.inSlot(stand.path);
  await slot(["checkout", "--quiet", "--force", "--detach", stand.commit]);
  const keep = link.flatMap((each) => ["-e", `/${each}`]);
  await slot(["clean", "--quiet", stand.ignored === "remove" ? "-ffdx" : "-ffd", ...keep]);
  for (const each of link) linkInto(join(stand.path, each), join(root, each));
}

function linkInto(path: string, target: string): void {
  if (!existsSync(target) || !existsSync(dirname(path))) return;
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) symlinkSync(target, path);
}
