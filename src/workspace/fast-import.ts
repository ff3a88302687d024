/**
 * A change becomes a commit through one `git fast-import` child: no index, no work tree, so nothing can be half staged.
 * Format: git-fast-import(1).
 */
import type { FileChange } from "../core/patch.ts";
import type { CommitId } from "../core/workspace.ts";
import type { Git } from "./git.ts";

export interface ImportCommit {
  readonly parent: CommitId;
  readonly changes: readonly FileChange[];
  readonly message: string;
  /** Full name of the ref that keeps the commit, for example `refs/ralph/T001/3`. */
  readonly ref: string;
  /** Epoch seconds. */
  readonly at: number;
}

export async function importCommit(git: Git, commit: ImportCommit): Promise<CommitId> {
  return git(["fast-import", "--quiet", "--force", "--done", "--date-format=raw"], { input: importStream(commit) });
}

/** The stream for one commit; fast-import answers it with the commit's id. */
function importStream({ parent, changes, message, ref, at }: ImportCommit): Buffer {
  const who = `ralph <ralph@localhost> ${at} +0000`;
  const head = [`commit ${ref}`, "mark :1", `author ${who}`, `committer ${who}`].join("\n");
  const parts = [Buffer.from(`${head}\n`), data(message), Buffer.from(`from ${parent}\n`)];
  // Deletions first: a file may become a folder.
  for (const change of changes)
    if (change.after === undefined) parts.push(Buffer.from(`D ${quotePath(change.path)}\n`));
  for (const { path, after } of changes) {
    if (after === undefined) continue;
    parts.push(Buffer.from(`M ${after.mode} inline ${quotePath(path)}\n`), data(after.text));
  }
  parts.push(Buffer.from("get-mark :1\ndone\n"));
  return Buffer.concat(parts);
}

function data(text: string): Buffer {
  const bytes = Buffer.from(text, "utf8");
  return Buffer.concat([Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from("\n")]);
}

const quotePath = (path: string): string => `"${path.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
