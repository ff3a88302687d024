/**
 * Files whose stored bytes are not those of the work tree: gitattributes(5) with filters (LFS, git-crypt), encodings
 * or line ends. They are committed through an index and a scratch tree, so that git converts them as `git add` does.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { FileChange } from "../core/patch.ts";
import type { CommitId } from "../core/workspace.ts";
import type { ImportCommit } from "./fast-import.ts";
import type { Git } from "./git.ts";

const CONVERTING = ["filter", "working-tree-encoding", "ident"];
/** These change only what has CRLF in it. */
const LINE_ENDS = ["text", "eol", "crlf"];

/** One child; errs on the side of true. */
export async function needsConversion(slot: Git, changes: readonly FileChange[]): Promise<boolean> {
  const written = new Map(changes.flatMap(({ path, after }) => (after === undefined ? [] : [[path, after.text]])));
  if (written.size === 0) return false;
  const paths = [...written.keys()];
  if (paths.some((path) => basename(path) === ".gitattributes")) return true;
  const command = ["check-attr", "-z", "--stdin", ...CONVERTING, ...LINE_ENDS];
  const fields = (await slot(command, { input: paths.join("\0") })).split("\0");
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const [path = "", attribute = "", value = ""] = fields.slice(at, at + 3);
    if (value === "unspecified" || value === "unset") continue;
    if (CONVERTING.includes(attribute) || written.get(path)?.includes("\r\n")) return true;
  }
  return false;
}

/** @param scratch an absolute path that nobody else uses; nothing is there afterwards */
export async function checkinCommit(slot: Git, commit: ImportCommit, scratch: string): Promise<CommitId> {
  const { parent, changes, message, ref, at } = commit;
  const [tree, date] = [join(scratch, "tree"), `${at} +0000`];
  const env = { GIT_INDEX_FILE: join(scratch, "index"), GIT_WORK_TREE: tree };
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(tree, { recursive: true });
  try {
    for (const change of changes) writeAfter(tree, change);
    await slot(["read-tree", parent], { env });
    const paths = changes.map((change) => change.path).join("\0");
    await slot(["update-index", "--add", "--remove", "--replace", "-z", "--stdin"], { env, input: paths });
    const made = await slot(["commit-tree", await slot(["write-tree"], { env }), "-p", parent, "-F", "-"], {
      input: message,
      env: { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date },
    });
    await slot(["update-ref", ref, made]);
    return made;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function writeAfter(tree: string, { path, after }: FileChange): void {
  if (after === undefined) return;
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), after.text, { mode: after.mode === "100755" ? 0o755 : 0o644 });
}
