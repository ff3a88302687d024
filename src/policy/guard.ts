/**
 * What a patch may touch, whatever a model says. Pure: paths and contents in, reasons out.
 *
 * Patterns read as in .gitignore: `secrets/` is a folder and `*.pem` a file name at any depth, a leading `/` ties a
 * pattern to the root. Case does not count, because it does not on some file systems.
 */
import { diffLines } from "diff";
import picomatch from "picomatch";
import type { FileChange, Reject } from "../core/patch.ts";

/** The built-in list; ralph.yaml widens or narrows it. `.git` is not in it because nothing can take it out. */
const BLOCKED: readonly { readonly why: string; readonly patterns: readonly string[] }[] = [
  { why: "it may hold secrets", patterns: [".env*", "*.pem", "*.key", "secrets/", ".ssh/", ".aws/", ".netrc"] },
  { why: "it is installed, not written", patterns: ["node_modules/"] },
  { why: "it is ralph's own", patterns: ["/ralph.yaml", ".ralph/", ".ralph_patches/"] },
  { why: "it changes what git does", patterns: [".gitattributes", ".gitmodules", ".gitconfig", ".husky/"] },
  {
    why: "it changes what package managers and shells run",
    patterns: [".npmrc", ".yarnrc", ".yarnrc.yml", ".pnpmfile.cjs", ".envrc", ".cargo/config*", "pip.conf"],
  },
  {
    why: "it is run by the CI",
    patterns: [
      ".github/workflows/",
      ".github/actions/",
      ".gitlab-ci.yml",
      ".circleci/",
      ".travis.yml",
      "/azure-pipelines.yml",
      "/bitbucket-pipelines.yml",
      "/Jenkinsfile",
      ".pre-commit-config.yaml",
      "/lefthook.yml",
    ],
  },
  {
    why: "agents and editors obey it",
    patterns: [
      ".claude/",
      "CLAUDE.md",
      "AGENTS.md",
      "GEMINI.md",
      ".mcp.json",
      ".cursor/",
      ".cursorrules",
      ".codex/",
      ".gemini/",
      ".opencode/",
      "opencode.json",
      "opencode.jsonc",
      ".github/copilot-instructions.md",
      ".vscode/",
      ".idea/",
      ".devcontainer/",
    ],
  },
];

export interface GuardPolicy {
  /** Why a path may not be touched; made by `blockPaths`. */
  readonly isBlocked: (path: string) => string | undefined;
  /** Where given, every other path is refused: the tester writes test files only. */
  readonly isAllowed?: (path: string) => boolean;
  /** Paths that hold proven tests. */
  readonly isFrozen?: (path: string) => boolean;
  readonly maxFiles: number;
  /** Added and removed lines of all files together. */
  readonly maxChangedLines: number;
}

/** A check made of the built-in list, the patterns in `add`, and without those in `remove`. */
export function blockPaths(
  lists: { readonly add?: readonly string[]; readonly remove?: readonly string[] } = {},
): GuardPolicy["isBlocked"] {
  const removed = new Set(lists.remove);
  const own = { why: "ralph.yaml blocks it", patterns: lists.add ?? [] };
  const rules = [...BLOCKED, own].flatMap(({ why, patterns }) =>
    patterns.filter((pattern) => !removed.has(pattern)).map((pattern) => ({ why, matches: toMatcher(pattern) })),
  );
  return (path) => {
    if (path.split("/").some(isGitFolder)) return "it belongs to git";
    return rules.find((rule) => rule.matches(path))?.why;
  };
}

function toMatcher(pattern: string): (path: string) => boolean {
  const name = pattern.replace(/^\/|\/$/g, "");
  const anchored = pattern.startsWith("/") ? name : `**/${name}`;
  const globs = pattern.endsWith("/") ? [`${anchored}/**`, anchored] : [anchored, `${anchored}/**`];
  return picomatch(globs, { dot: true, nocase: true });
}

/** Characters that some file systems ignore in names, so that `.g<zero-width>it` is `.git` there. */
const IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/** `.git` in any spelling that a case-insensitive, Windows or HFS+ file system takes for it. */
function isGitFolder(part: string): boolean {
  const name =
    part
      .replace(IGNORED, "")
      .split(":")[0]
      ?.replace(/[. ]+$/, "") ?? "";
  return /^(?:\.git|git~\d+)$/i.test(name);
}

/** Why one path may not be touched at all. */
export function guardPath(path: string, policy: GuardPolicy): Reject | undefined {
  const why = policy.isBlocked(path);
  if (why !== undefined) return { kind: "blocked path", path, text: `It may not be changed: ${why}.` };
  if (policy.isFrozen?.(path)) {
    return { kind: "frozen", path, text: "It holds the tests to pass and may not be changed; change the code." };
  }
  if (policy.isAllowed?.(path) === false) {
    return { kind: "blocked path", path, text: "It may not be changed here: only test files may." };
  }
  return undefined;
}

/** Everything that speaks against a plan; empty = it may be written. */
export function guardChanges(changes: readonly FileChange[], policy: GuardPolicy): readonly Reject[] {
  const rejects = changes.flatMap((change) => guardPath(change.path, policy) ?? []);
  const files = changes.length;
  if (files > policy.maxFiles)
    rejects.push(tooLarge(`The patch touches ${files} files; at most ${policy.maxFiles} are taken.`));
  else if (countChangedLines(changes, policy.maxChangedLines) > policy.maxChangedLines) {
    rejects.push(tooLarge(`The patch changes more than ${policy.maxChangedLines} lines; send a smaller step.`));
  }
  return rejects;
}

const tooLarge = (text: string): Reject => ({ kind: "too large", text });

/** Added and removed lines, exact up to `most`. A moved file counts what changed in it. */
function countChangedLines(changes: readonly FileChange[], most: number): number {
  const removed = changes.filter((change) => change.after === undefined).map((change) => change.before?.text ?? "");
  let count = 0;
  for (const { before, after } of changes) {
    if (after === undefined || count > most) continue;
    const sources = before ? [before.text] : ["", ...removed];
    const costs = sources.map((source, at) => ({ source, at, cost: countEdits(source, after.text, most) }));
    const best = costs.reduce((a, b) => (b.cost - countLines(b.source) < a.cost - countLines(a.source) ? b : a));
    if (!before && best.at > 0) removed.splice(best.at - 1, 1);
    count += best.cost;
  }
  return removed.reduce((sum, text) => sum + countLines(text), count);
}

const countLines = (text: string): number =>
  text === "" ? 0 : text.split("\n").length - (text.endsWith("\n") ? 1 : 0);

function countEdits(before: string, after: string, most: number): number {
  const [left, right] = withoutCommonEnds(before.split("\n"), after.split("\n"));
  if (left.length === 0 || right.length === 0) return left.length + right.length;
  const parts = diffLines(left.join("\n"), right.join("\n"), { maxEditLength: most + 1 });
  return parts?.reduce((sum, part) => sum + (part.added || part.removed ? part.count : 0), 0) ?? most + 1;
}

/** A patch leaves most of a file as it was: only the part between its first and last change is worth a diff. */
function withoutCommonEnds(
  before: readonly string[],
  after: readonly string[],
): [readonly string[], readonly string[]] {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return [before.slice(start, before.length - end), after.slice(start, after.length - end)];
}
