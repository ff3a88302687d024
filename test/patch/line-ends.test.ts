import { expect, test } from "vitest";
import { extractProposal } from "../../src/patch/extract.ts";
import { planPatch } from "../../src/patch/plan.ts";
import { renderDiff } from "../../src/patch/render.ts";
import { testRepository } from "../support/repository.ts";

/** The file's new text, or why not. */
function planned(file: string, hunk: string): string {
  const proposal = extractProposal(`--- a/a.txt\n+++ b/a.txt\n${hunk}`);
  if (proposal.kind !== "patch") return proposal.kind;
  const plan = planPatch(proposal.edits, (path) =>
    path === "a.txt" ? { kind: "text", text: file, mode: "100644" } : { kind: "missing" },
  );
  return plan.ok ? (plan.changes[0]?.after?.text ?? "") : plan.rejects.map((reject) => reject.kind).join();
}

const INSERT = "@@ -1,2 +1,3 @@\n one\r\n+new\r\n two\r\n";

test.each<[string, string, string, string]>([
  ["git's diff of a CRLF file", "one\r\ntwo\r\n", INSERT, "one\r\nnew\r\ntwo\r\n"],
  ["the same on a file that has LF meanwhile", "one\ntwo\n", INSERT, "one\nnew\ntwo\n"],
  [
    "a CRLF file without a final newline",
    "one\r\ntwo",
    "@@ -1,2 +1,3 @@\n one\r\n+new\r\n two\n\\ No newline at end of file\n",
    "one\r\nnew\r\ntwo",
  ],
  [
    "a file of mixed line ends",
    "one\r\ntwo\nthree\r\n",
    "@@ -1,3 +1,4 @@\n one\r\n+new\r\n two\n three\r\n",
    "one\r\nnew\r\ntwo\nthree\r\n",
  ],
  ["a line that becomes CRLF", "one\ntwo\n", "@@ -1,2 +1,2 @@\n-one\n+one\r\n two\n", "one\r\ntwo\n"],
  [
    "a byte order mark in the hunk's first line",
    "\uFEFFone\ntwo\n",
    "@@ -1,2 +1,3 @@\n \uFEFFone\n+new\n two\n",
    "\uFEFFone\nnew\ntwo\n",
  ],
])("%s keeps every line's own end", (_, file, hunk, expected) => {
  expect(planned(file, hunk)).toBe(expected);
});

test.each(["one\r\ntwo\r\n", "\uFEFFone\r\ntwo\r\n", "\uFEFFone\ntwo"])(
  "what is rendered for %j is planned back to the same bytes",
  (before) => {
    const after = before.replace("two", "new\r\ntwo");
    const diff = renderDiff([
      { path: "a.txt", before: { text: before, mode: "100644" }, after: { text: after, mode: "100644" } },
    ]);
    expect(planned(before, diff.slice(diff.indexOf("@@")))).toBe(after);
  },
);

test("an empty new file at the end of a rendered diff is read again, and git takes it", () => {
  const diff = renderDiff([
    { path: "b.txt", after: { text: "b\n", mode: "100644" } },
    { path: "é.txt", after: { text: "", mode: "100644" } },
  ]);
  const proposal = extractProposal(diff);
  const plan = proposal.kind === "patch" ? planPatch(proposal.edits, () => ({ kind: "missing" })) : undefined;
  expect(plan).toMatchObject({ ok: true, changes: [{ path: "b.txt" }, { path: "é.txt", after: { text: "" } }] });
  const repository = testRepository({ "a.txt": "a\n" });
  repository.write({ "p.diff": diff });
  repository.git("apply", "p.diff");
  expect(repository.read("é.txt")).toBe("");
});
