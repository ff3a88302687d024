/**
 * Proposal -> plan: the new content of every file, or the reasons why not. All of it in memory and all or nothing;
 * whoever writes does so only with a plan that holds as a whole.
 */
import type { Edit, FileChange, Placement, PlanResult, ReadFile, Reject } from "../core/patch.ts";
import { type IndexedFile, indexFile } from "./line-index.ts";
import { planEdit } from "./plan-edit.ts";
import { ALREADY_APPLIED } from "./steps.ts";
import { findTarget, type Lookup, mergeTargets, type Target } from "./targets.ts";

export interface PlanOptions extends Omit<Lookup, "read" | "indexFile"> {
  /** Set by callers that plan on the same files again and again. */
  readonly indexFile?: (text: string) => IndexedFile;
  /** More hunks or files than this are no task's patch. Default 1,000. */
  readonly maxParts?: number;
}

/** `readFile` is asked for paths relative to the root. Never throws on account of the edits. */
export function planPatch(edits: readonly Edit[], readFile: ReadFile, options: PlanOptions = {}): PlanResult {
  const parts = edits.reduce((sum, edit) => sum + Math.max(1, "hunks" in edit ? edit.hunks.length : 0), 0);
  const most = options.maxParts ?? 1000;
  if (parts > most)
    return refused([{ kind: "too large", text: `The patch has ${parts} parts; the most is ${most}.` }], []);
  const lookup: Lookup = { indexFile, ...options, read: readFile };
  const found = edits.map((edit) => findTarget(edit, lookup));
  const targets = mergeTargets(found.filter((target): target is Target => "edit" in target));
  const outcomes = targets.map((target) => planEdit(target, lookup));
  const placements = outcomes.flatMap((outcome) => outcome.placements);
  const rejects = [
    ...found.filter((target): target is Reject => !("edit" in target)),
    ...outcomes.flatMap((outcome) => outcome.rejects),
  ];
  if (rejects.length > 0) return refused(rejects, placements);
  return settle(
    outcomes.flatMap((outcome) => outcome.changes),
    placements,
  );
}

const refused = (rejects: readonly Reject[], placements: readonly Placement[]): PlanResult => ({
  ok: false,
  rejects,
  placements,
});

/** Two edits that end in the same file conflict; a patch that changes nothing is no success. */
function settle(changes: readonly FileChange[], placements: readonly Placement[]): PlanResult {
  const seen = new Set<string>();
  for (const { path } of changes) {
    if (seen.has(path)) {
      const text = "The patch changes the file in two ways that exclude each other.";
      return refused([{ kind: "conflicting hunks", path, text }], placements);
    }
    seen.add(path);
  }
  const binary = changes.find(({ after }) => after?.text.includes("\0"));
  if (binary) {
    const text = "The new content holds a NUL character; only text is taken.";
    return refused([{ kind: "binary", path: binary.path, text }], placements);
  }
  const real = changes.filter((change) => !isSame(change));
  if (real.length > 0) return { ok: true, changes: real, placements };
  const isThere = changes.length === 0 || placements.some(({ step }) => step === ALREADY_APPLIED.name);
  const reject: Reject = isThere
    ? { kind: "already applied", text: "The files already have this change; nothing is left to apply." }
    : { kind: "no change", text: "The patch changes nothing: its new lines are the old ones." };
  return refused([reject], placements);
}

const isSame = ({ before, after }: FileChange): boolean =>
  before !== undefined && after !== undefined && before.text === after.text && before.mode === after.mode;
