import { describe, expect, test } from "vitest";
import type { FileChange, FileState, PlanResult } from "../../src/core/patch.ts";
import { extractProposal } from "../../src/patch/extract.ts";
import { planPatch } from "../../src/patch/plan.ts";
import { renderDiff } from "../../src/patch/render.ts";

type Files = Readonly<Record<string, string>>;

const readFrom =
  (files: Files) =>
  (path: string): FileState => {
    const text = files[path];
    return text === undefined ? { kind: "missing" } : { kind: "text", text, mode: "100644" };
  };

function plan(files: Files, reply: string): PlanResult {
  const proposal = extractProposal(reply);
  if (proposal.kind !== "patch") throw new Error(`no patch: ${JSON.stringify(proposal)}`);
  return planPatch(proposal.edits, readFrom(files), { root: "/project", listFiles: () => Object.keys(files) });
}

const changesOf = (result: PlanResult): readonly FileChange[] => (result.ok ? result.changes : []);

const FILE = "one\ntwo\nthree\nfour\nfive\nsix\nseven\n";

describe("planning a patch", () => {
  test("a hunk goes where its lines are, whatever its numbers say", () => {
    const result = plan(
      { "a.txt": FILE },
      "--- a/a.txt\n+++ b/a.txt\n@@ -90,3 +90,3 @@\n three\n-four\n+FOUR\n five\n",
    );
    expect(changesOf(result)[0]?.after?.text).toBe(FILE.replace("four", "FOUR"));
  });

  test("one hunk that does not fit refuses all files", () => {
    const reply =
      "--- a/a.txt\n+++ b/a.txt\n@@\n three\n-four\n+FOUR\n five\n--- a/b.txt\n+++ b/b.txt\n@@\n x\n-y\n+z\n";
    const result = plan({ "a.txt": FILE, "b.txt": "nothing\n" }, reply);
    expect(result).toMatchObject({ ok: false, rejects: [{ kind: "not found", path: "b.txt", hunk: 1 }] });
  });

  test("a change that is there already counts as none and is not reversed", () => {
    const done = FILE.replace("four", "FOUR");
    const result = plan({ "a.txt": done }, "--- a/a.txt\n+++ b/a.txt\n@@\n two\n three\n-four\n+FOUR\n five\n six\n");
    expect(result).toMatchObject({ ok: false, rejects: [{ kind: "already applied" }] });
  });

  test("the plan is rendered as a git diff", () => {
    const result = plan({ "a.txt": FILE }, "```diff\n--- a.txt\n+++ a.txt\n@@\n six\n-seven\n+SEVEN\n```\n");
    expect(renderDiff(changesOf(result))).toContain(
      "diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -4,4 +4,4 @@\n",
    );
  });
});
