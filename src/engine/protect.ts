/** What a patch may not touch depends on who writes it: the tester writes tests only, the builder everything but. */
import { frozenReason, isRunnerConfig, isTestFile } from "../check/freeze.ts";
import { manifestTampering } from "../check/manifest.ts";
import type { FileChange, Reject } from "../core/patch.ts";
import type { Role } from "../core/prompt.ts";
import { type GuardPolicy, guardChanges } from "../policy/guard.ts";

/** What holds for every role. */
export type Protection = Pick<GuardPolicy, "isBlocked" | "maxFiles" | "maxChangedLines">;

const RULES: Readonly<Record<Role, Pick<GuardPolicy, "isAllowed" | "isFrozen">>> = {
  tester: { isAllowed: (path) => isTestFile(path) && !isRunnerConfig(path) },
  builder: { isFrozen: (path) => frozenReason(path) !== undefined },
};

const CONTENT: Readonly<Record<Role, (change: FileChange) => readonly Reject[]>> = {
  tester: keepsTests,
  builder: keepsManifest,
};

export const policyOf = (role: Role, protection: Protection): GuardPolicy => ({ ...protection, ...RULES[role] });

/** Everything that speaks against the changes; empty = they may be made. */
export function violations(changes: readonly FileChange[], role: Role, protection: Protection): readonly Reject[] {
  return [...guardChanges(changes, policyOf(role, protection)), ...changes.flatMap(CONTENT[role])];
}

/** A tester adds: every line of a test file that is there stays, in its order. */
function keepsTests({ path, before, after }: FileChange): readonly Reject[] {
  if (before === undefined || !isTestFile(path) || (after !== undefined && holdsLines(after.text, before.text)))
    return [];
  const text = `${path} holds tests that exist: lines may be added to it, none changed or removed.`;
  return [{ kind: "frozen", path, text }];
}

function holdsLines(text: string, wanted: string): boolean {
  const lines = text.split("\n");
  let at = 0;
  return wanted.split("\n").every((line) => {
    at = lines.indexOf(line, at) + 1;
    return at > 0;
  });
}

function keepsManifest({ path, before, after }: FileChange): readonly Reject[] {
  const why = manifestTampering(path, before?.text, after?.text);
  return why === undefined ? [] : [{ kind: "frozen", path, text: `${why}: it may not be changed.` }];
}
