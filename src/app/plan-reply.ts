/** What `ralph patch apply` and `ralph patch check` share: a reply and a folder -> what would happen there. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { RalphError } from "../core/error.ts";
import type { FileChange, Placement, Reject } from "../core/patch.ts";
import { listBelow, readBelow } from "../io/read-root.ts";
import { extractProposal } from "../patch/extract.ts";
import { planPatch } from "../patch/plan.ts";
import { renderDiff } from "../patch/render.ts";
import { type GuardPolicy, guardChanges, guardPath } from "../policy/guard.ts";
import { openProjectAnywhere, type Place } from "./project.ts";
import { protectionOf } from "./settings.ts";

export interface PatchInput {
  readInput(): Promise<string>;
  write(text: string): void;
  writeError(text: string): void;
}

export interface ReplyPlan {
  readonly changes: readonly FileChange[];
  /** Empty = the changes may be made. */
  readonly rejects: readonly Reject[];
  readonly placements: readonly Placement[];
}

/** A folder that a reply is held against, and what may not be touched in it. */
export interface PatchRoot {
  readonly folder: string;
  readonly policy: GuardPolicy;
}

/**
 * The limits and protected paths are those of the repository that the folder is in; elsewhere the built-in ones.
 * @throws RalphError USAGE where `path` is no folder, CONFIG_INVALID
 */
export async function openPatchRoot(path: string, env: Place["env"]): Promise<PatchRoot> {
  const folder = resolve(path);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new RalphError("USAGE", {
      what: `${folder} is no folder`,
      cure: "Give --root the folder that the patch is for",
    });
  }
  return { folder, policy: protectionOf(await openProjectAnywhere({ cwd: folder, env })) };
}

export function planReply(reply: string, { folder: root, policy }: PatchRoot): ReplyPlan {
  const proposal = extractProposal(reply);
  if (proposal.kind !== "patch") {
    const text = "reason" in proposal ? proposal.reason : "The reply holds no patch.";
    const kind = proposal.kind === "malformed" && proposal.cause === "truncated" ? "truncated" : "malformed";
    return { changes: [], rejects: [{ kind, text }], placements: [] };
  }
  const plan = planPatch(proposal.edits, readBelow(root), {
    root,
    listFiles: () => listBelow(root),
    refusePath: (path) => guardPath(path, policy),
  });
  if (!plan.ok) return { changes: [], rejects: plan.rejects, placements: plan.placements };
  const { changes, placements } = plan;
  return { changes, rejects: guardChanges(changes, policy), placements };
}

/** `src/a.ts, hunk 2 (not found): The file does not have …` */
export function describeReject({ kind, path, hunk, text }: Reject): string {
  const place = [path, hunk === undefined ? undefined : `hunk ${hunk}`].filter((part) => part !== undefined).join(", ");
  return `${place === "" ? "" : `${place} `}(${kind}): ${text}`;
}

/** What `git apply` would take, for programs that read it. */
export const diffOf = ({ changes }: ReplyPlan): string => renderDiff(changes);
