/** From a model's words to changes that may be made, or to the reason why not. Pure but for reading files. */
import type { FileChange, Reject } from "../core/patch.ts";
import type { Evidence } from "../core/verdict.ts";
import type { Workspace } from "../core/workspace.ts";
import { extractProposal } from "../patch/extract.ts";
import { planPatch } from "../patch/plan.ts";
import { guardPath } from "../policy/guard.ts";
import { type Protection, policyOf, violations, type Writer } from "./protect.ts";

export type ReadReply =
  | { readonly kind: "changes"; readonly changes: readonly FileChange[] }
  | { readonly kind: "question"; readonly text: string }
  | { readonly kind: "unusable"; readonly rejects: readonly Reject[]; readonly evidence: Evidence };

export interface ReplyContext {
  readonly writer: Writer;
  readonly workspace: Pick<Workspace, "read">;
  /** Every path of the workspace: for names that a reply gives incompletely. */
  readonly paths: readonly string[];
  readonly protection: Protection;
}

export interface PlanOptions {
  readonly listFiles: () => readonly string[];
  readonly refusePath: (path: string) => Reject | undefined;
}

/** How a writer's patch is planned: by the watch that follows a reply, and when it has come. */
export function planOptions(
  writer: Writer,
  { paths, protection }: Pick<ReplyContext, "paths" | "protection">,
): PlanOptions {
  const policy = policyOf(writer, protection);
  return { listFiles: () => paths, refusePath: (path) => guardPath(path, policy) };
}

export function readReply(reply: string, { writer, workspace, paths, protection }: ReplyContext): ReadReply {
  const proposal = extractProposal(reply);
  if (proposal.kind === "question") return proposal;
  if (proposal.kind === "complete") return unusable("no patch", [{ kind: "no change", text: CLAIMED }]);
  if (proposal.kind === "declined")
    return unusable("no patch", [{ kind: "no change", text: `It offers no patch: ${proposal.text}` }]);
  if (proposal.kind === "malformed") return unusable("no patch", [{ kind: "malformed", text: proposal.reason }]);

  const plan = planPatch(proposal.edits, workspace.read, planOptions(writer, { paths, protection }));
  if (!plan.ok) return unusable("patch rejected", plan.rejects);
  const against = violations(plan.changes, writer, protection);
  if (against.length > 0) return unusable("patch rejected", against);
  return { kind: "changes", changes: plan.changes };
}

const CLAIMED =
  "It says that the task is complete, but nothing was changed and the checks still fail. Only they decide.";

function unusable(kind: "no patch" | "patch rejected", rejects: readonly Reject[]): ReadReply {
  const text = rejects.map(describeReject).join("\n");
  const fingerprint = rejects.map((reject) => `${reject.kind} ${reject.path ?? ""}`).join("; ");
  return { kind: "unusable", rejects, evidence: { kind, text, fingerprint } };
}

function describeReject({ kind, path, hunk, text }: Reject): string {
  const place = [path, hunk === undefined ? undefined : `hunk ${hunk}`].filter((part) => part !== undefined).join(", ");
  return place === "" ? text : `${place} (${kind}): ${text}`;
}
