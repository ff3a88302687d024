/** `ralph patch apply < reply`: the changes of a reply are made in a folder, all of them or none. */

import {
  describeReject,
  diffOf,
  openPatchRoot,
  type PatchInput,
  planReply,
  type ReplyPlan,
} from "../app/plan-reply.ts";
import type { FileChange } from "../core/patch.ts";
import { finishInterrupted, writeChanges } from "../io/write-changes.ts";

export interface PatchApplyOptions {
  /** The folder to change. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Say what would happen; write nothing. */
  readonly check: boolean;
  readonly json: boolean;
}

/**
 * 0: applied, or with `check` it would be; 1: refused, with the reasons, and nothing is changed.
 * @throws RalphError USAGE, WRITE_FAILED
 */
export async function patchApply(options: PatchApplyOptions, io: PatchInput): Promise<0 | 1> {
  const root = await openPatchRoot(options.root, options.env);
  const reply = await io.readInput();
  if (!options.check) finishInterrupted(root.folder);
  const plan = planReply(reply, root);
  const isTaken = plan.rejects.length === 0;
  if (isTaken && !options.check) writeChanges(root.folder, plan.changes);
  if (options.json) io.write(`${JSON.stringify(toJson(plan, options.check))}\n`);
  else if (isTaken) io.write(plan.changes.map((change) => `${VERBS[actionOf(change)]} ${change.path}\n`).join(""));
  else io.writeError(plan.rejects.map((reject) => `${describeReject(reject)}\n`).join(""));
  return isTaken ? 0 : 1;
}

type Action = "create" | "modify" | "delete";
const VERBS: Readonly<Record<Action, string>> = { create: "created ", modify: "modified", delete: "deleted " };

function actionOf({ before, after }: FileChange): Action {
  if (before === undefined) return "create";
  return after === undefined ? "delete" : "modify";
}

function toJson(plan: ReplyPlan, isCheck: boolean): object {
  const { changes, rejects, placements } = plan;
  if (rejects.length > 0) return { applied: false, rejects };
  const files = changes.map((change) => ({ path: change.path, action: actionOf(change) }));
  return { applied: !isCheck, files, placements, diff: diffOf(plan) };
}
