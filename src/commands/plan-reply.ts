/** What `ralph patch apply` and `ralph patch check` share: a reply and a folder -> what would happen there. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { RalphError } from "../core/error.ts";
import type { FileChange, Placement, Reject } from "../core/patch.ts";
import { listBelow, readBelow } from "../io/read-root.ts";
import { extractProposal } from "../patch/extract.ts";
import { planPatch } from "../patch/plan.ts";
import { blockPaths, type GuardPolicy, guardChanges, guardPath } from "../policy/guard.ts";

export interface PatchInput {
  readInput(): Promise<string>;
  write(text: string): void;
  writeError(text: string): void;
}

export interface ReplyPlan {
  readonly root: string;
  readonly changes: readonly FileChange[];
  /** Empty = the changes may be made. */
  readonly rejects: readonly Reject[];
  readonly placements: readonly Placement[];
}

/** For folders without a ralph.yaml too. */
const POLICY: GuardPolicy = { isBlocked: blockPaths(), maxFiles: 20, maxChangedLines: 500 };

/** @throws RalphError USAGE where `folder` is none */
export function openRoot(folder: string): string {
  const root = resolve(folder);
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory() === true) return root;
  throw new RalphError("USAGE", { what: `${root} is no folder`, cure: "Give --root the folder that the patch is for" });
}

export function planReply(reply: string, root: string): ReplyPlan {
  const proposal = extractProposal(reply);
  if (proposal.kind !== "patch") {
    const text = "reason" in proposal ? proposal.reason : "The reply holds no patch.";
    const kind = proposal.kind === "malformed" && proposal.cause === "truncated" ? "truncated" : "malformed";
    return { root, changes: [], rejects: [{ kind, text }], placements: [] };
  }
  const plan = planPatch(proposal.edits, readBelow(root), {
    root,
    listFiles: () => listBelow(root),
    refusePath: (path) => guardPath(path, POLICY),
  });
  if (!plan.ok) return { root, changes: [], rejects: plan.rejects, placements: plan.placements };
  const { changes, placements } = plan;
  return { root, changes, rejects: guardChanges(changes, POLICY), placements };
}

/** `src/a.ts, hunk 2 (not found): The file does not have …` */
export function describeReject({ kind, path, hunk, text }: Reject): string {
  const place = [path, hunk === undefined ? undefined : `hunk ${hunk}`].filter((part) => part !== undefined).join(", ");
  return `${place === "" ? "" : `${place} `}(${kind}): ${text}`;
}
