/** One hunk on a 1,000-line file, in process and with the policy, against npm `diff` and against `git apply` as a process. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { applyPatch, createTwoFilesPatch } from "diff";
import type { ReadFile } from "../src/core/patch.ts";
import { extractProposal } from "../src/patch/extract.ts";
import { planPatch } from "../src/patch/plan.ts";
import { blockPaths, guardChanges } from "../src/policy/guard.ts";
import type { Row } from "./row.ts";

const LINES = 1_000;
const PAIRS = 15;
const REPEATS = 50;

const policy = { isBlocked: blockPaths(), maxFiles: 20, maxChangedLines: 500 };

export async function patch(): Promise<readonly Row[]> {
  const before = Array.from(
    { length: LINES },
    (_, index) => `  const value${index} = compute(${index}, "line");\n`,
  ).join("");
  const after = before.replace("compute(500,", "computeAnew(500,");
  const reply = createTwoFilesPatch("a/src/file.js", "b/src/file.js", before, after, "", "", { context: 3 });
  const folder = mkdtempSync(join(tmpdir(), "ralph-bench-"));
  try {
    writeFileSync(join(folder, "file.js"), before);
    const gitReply = reply.replaceAll("src/file.js", "file.js");
    const ours = (): void => planOnce(reply, before, after);
    const theirs = (): void => void applyPatch(before, reply);
    const git = (): void => applyByGit(folder, gitReply);
    return [
      {
        name: "patch: one hunk, 1,000 lines, against git apply",
        ratio: compare(ours, git, 1),
        goal: "<= 0.3x of git apply",
      },
      {
        name: "patch: the same, against npm diff's applyPatch",
        ratio: compare(ours, theirs, REPEATS),
        goal: "(npm diff: 0.012 ms)",
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function planOnce(reply: string, before: string, after: string): void {
  const read: ReadFile = (path) =>
    path === "src/file.js" ? { kind: "text", text: before, mode: "100644" } : { kind: "missing" };
  const proposal = extractProposal(reply);
  const plan = proposal.kind === "patch" ? planPatch(proposal.edits, read) : undefined;
  const isRight =
    plan?.ok === true && plan.changes[0]?.after?.text === after && guardChanges(plan.changes, policy).length === 0;
  if (!isRight) throw new Error("the benchmark's patch was not planned right");
}

/** --check: the same work without a write, so that it can be repeated. */
function applyByGit(cwd: string, input: string): void {
  const { status } = spawnSync("git", ["apply", "--check", "-"], { cwd, input });
  if (status !== 0) throw new Error("git apply refused the benchmark's patch");
}

/** Median of one / other over pairs that are timed in turn. */
function compare(one: () => void, other: () => void, repeats: number): number {
  const timed = (run: () => void): number => {
    const start = performance.now();
    for (let round = 0; round < repeats; round++) run();
    return performance.now() - start;
  };
  for (let round = 0; round < REPEATS; round++) one();
  const ratios = Array.from({ length: PAIRS }, () => timed(one) / timed(other)).sort((a, b) => a - b);
  return ratios[Math.floor(PAIRS / 2)] ?? Number.NaN;
}
