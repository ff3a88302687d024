import { describe, expect, test } from "vitest";
import type { Edit, Proposal } from "../../src/core/patch.ts";
import { extractProposal } from "../../src/patch/extract.ts";

const HUNK = "@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n";
const DIFF = `--- a/src/a.ts\n+++ b/src/a.ts\n${HUNK}`;
const fenced = (text: string, info = "diff"): string => `\`\`\`${info}\n${text}\`\`\`\n`;

const editsOf = (reply: string): readonly Edit[] => {
  const proposal = extractProposal(reply);
  if (proposal.kind !== "patch") throw new Error(JSON.stringify(proposal));
  return proposal.edits;
};

/** `-two +TWO` of every edit, for tests in which only the names and changes matter. */
const summary = (reply: string): readonly string[] =>
  editsOf(reply).map((edit) => {
    const hunks = "hunks" in edit ? edit.hunks : [];
    const lines = hunks.flatMap((hunk) => hunk.lines.filter((line) => line.op !== " "));
    const text = "text" in edit ? edit.text : lines.map((line) => line.op + line.text).join(" ");
    return `${edit.kind} ${edit.path}: ${text}`;
  });

describe("a reply with a patch", () => {
  test.each<[string, string, readonly string[]]>([
    ["a bare diff", DIFF, ["modify src/a.ts: -two +TWO"]],
    ["a fenced diff between sentences", `Here:\n\n${fenced(DIFF)}\n- run the tests\n`, ["modify src/a.ts: -two +TWO"]],
    ["a diff in a fence of tildes", `~~~patch\n${DIFF}~~~\n`, ["modify src/a.ts: -two +TWO"]],
    [
      "a fence in a list, indented",
      `1. Do:\n\n${fenced(DIFF).replace(/^(?=.)/gm, "   ")}`,
      ["modify src/a.ts: -two +TWO"],
    ],
    ["a fence that is never closed but holds all", `\`\`\`diff\n${DIFF}`, ["modify src/a.ts: -two +TWO"]],
    ["a reply sent with CRLF", fenced(DIFF).replaceAll("\n", "\r\n"), ["modify src/a.ts: -two +TWO"]],
    ["the model's own end mark", `${fenced(DIFF)}<|im_end|>`, ["modify src/a.ts: -two +TWO"]],
    [
      "the predecessor's envelope",
      `PATCH_TYPE:diff\n---PATCH_START---\n${DIFF}---PATCH_END---\n`,
      ["modify src/a.ts: -two +TWO"],
    ],
    [
      "a diff of two files",
      DIFF + DIFF.replaceAll("a.ts", "b.ts"),
      ["modify src/a.ts: -two +TWO", "modify src/b.ts: -two +TWO"],
    ],
    [
      "two fences, the second without a name",
      `${fenced(DIFF)}\nand below:\n\n${fenced("@@ -9 +9 @@\n-nine\n+NINE\n")}`,
      ["modify src/a.ts: -two +TWO", "modify src/a.ts: -nine +NINE"],
    ],
    ["a fence that only the line above names", `### \`src/a.ts\`\n\n${fenced(HUNK)}`, ["modify src/a.ts: -two +TWO"]],
    [
      "other fences around",
      `${fenced("- not a diff\n+ nor this\n", "bash")}\n${fenced(DIFF)}\n${fenced("{}\n", "json")}`,
      ["modify src/a.ts: -two +TWO"],
    ],
    [
      "a mail with a version below",
      `From: x\nSubject: y\n\n---\n src/a.ts | 2 +-\n\n${DIFF}-- \n2.39.5\n`,
      ["modify src/a.ts: -two +TWO"],
    ],
    [
      "an svn header",
      `Index: src/a.ts\n${"=".repeat(67)}\n--- src/a.ts\t(revision 1)\n+++ src/a.ts\t(working copy)\n${HUNK}`,
      ["modify src/a.ts: -two +TWO"],
    ],
    ["one name line only", `+++ b/src/a.ts\n${HUNK}`, ["modify src/a.ts: -two +TWO"]],
    [
      "a deleted line that looks like a header",
      "--- a/x.sql\n+++ b/x.sql\n@@ -1,2 +1,2 @@\n--- table a\n+-- table b\n id int\n",
      ["modify x.sql: --- table a +-- table b"],
    ],
    [
      "apply_patch",
      `*** Begin Patch\n*** Update File: src/a.ts\n@@\n one\n-two\n+TWO\n*** End Patch\n`,
      ["modify src/a.ts: -two +TWO"],
    ],
    [
      "apply_patch in a here-document",
      `apply_patch <<'EOF'\n*** Begin Patch\n*** Update File: src/a.ts\n@@\n-two\n+TWO\n*** End Patch\nEOF\n`,
      ["modify src/a.ts: -two +TWO"],
    ],
    [
      "apply_patch that adds and deletes",
      "*** Begin Patch\n*** Add File: n.ts\n+x\n*** Delete File: o.ts\n*** End Patch\n",
      ["create n.ts: x\n", "delete o.ts: "],
    ],
    [
      "a search block",
      `src/a.ts\n${fenced("<<<<<<< SEARCH\none\ntwo\n=======\none\nTWO\n>>>>>>> REPLACE\n", "ts")}`,
      ["modify src/a.ts: -two +TWO"],
    ],
    [
      "a search block with the name inside the fence",
      fenced("src/a.ts\n<<<<<<< SEARCH\ntwo\n=======\nTWO\n>>>>>>> REPLACE\n", "ts"),
      ["modify src/a.ts: -two +TWO"],
    ],
    [
      "a search block with code fences in both halves",
      `src/a.md\n${fenced("<<<<<<< SEARCH\n```\ntwo\n```\n=======\n```\nTWO\n```\n>>>>>>> REPLACE\n", "markdown")}`,
      ["modify src/a.md: -two +TWO"],
    ],
    ["an empty search block", "n.ts\n<<<<<<< SEARCH\n=======\nx\n>>>>>>> REPLACE\n", ["create n.ts: x\n"]],
    ["a new file", "--- /dev/null\n+++ b/n.ts\n@@ -0,0 +1,2 @@\n+x\n+y\n", ["create n.ts: x\ny\n"]],
    [
      "a new file with a wrong count and a lost sign",
      "--- /dev/null\n+++ b/n.ts\n@@ -0,0 +1,9 @@\n+x\n\n+y\n".concat("\nDone.\n"),
      ["create n.ts: x\n\ny\n"],
    ],
    ["an empty new file", "diff --git a/e b/e\nnew file mode 100644\nindex 0000000..e69de29\n", ["create e: "]],
    [
      "a deleted and an added line that look like the names of a file",
      "--- a/q.sql\n+++ b/q.sql\n@@ -1,2 +1,2 @@\n one\n--- up\n+++ down\n",
      ["modify q.sql: --- up +++ down"],
    ],
    [
      "the names of a file where the counts above want two lines more",
      `--- a/q.sql\n+++ b/q.sql\n@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n${DIFF}`,
      ["modify q.sql: -two +TWO", "modify src/a.ts: -two +TWO"],
    ],
    ["a whole file under its name", `src/a.ts\n${fenced("x\ny\n", "ts")}`, ["replace src/a.ts: x\ny\n"]],
    ["a CODE_BLOCK", "CODE_BLOCK src/a.ts\nx\n", ["replace src/a.ts: x\n"]],
    ["a move", "diff --git a/a b/b\nsimilarity index 100%\nrename from a\nrename to b\n", ["modify a: "]],
  ])("%s is read", (_, reply, expected) => {
    expect(summary(reply)).toEqual(expected);
  });

  test("numbers, headings and markers are kept as hints", () => {
    const reply =
      "*** Begin Patch\n*** Update File: a\n@@ class A\n@@   run()\n-x\n+y\n*** End of File\n*** End Patch\n";
    expect(editsOf(reply)).toMatchObject([{ hunks: [{ headings: ["class A", "run()"], endsFile: true }] }]);
    expect(editsOf(DIFF)).toMatchObject([{ hunks: [{ oldStart: 1 }] }]);
    const marked = "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+y\n";
    expect(editsOf(marked)).toMatchObject([{ hunks: [{ lines: [{ op: "-", noNewline: true }, { op: "+" }] }] }]);
  });

  test.each(["@@", "@@ ... @@", "@@ @@", "@@ -XXX,7 +XXX,9 @@", "@@ -?,? +?,? @@", "@@ … @@"])(
    "the placeholder %s is neither a number nor a heading",
    (header) => {
      const [edit] = editsOf(`--- a/a\n+++ b/a\n${header}\n x\n-y\n+z\n`);
      expect(edit).toEqual({
        kind: "modify",
        path: "a",
        otherPaths: ["b/a"],
        hunks: [
          {
            lines: [
              { op: " ", text: "x" },
              { op: "-", text: "y" },
              { op: "+", text: "z" },
            ],
            cut: { lines: 0, isMidLine: false },
          },
        ],
      });
    },
  );

  test("whole files count only where there is no diff", () => {
    expect(summary(`src/b.ts\n${fenced("today\n", "ts")}\n${fenced(DIFF)}`)).toEqual(["modify src/a.ts: -two +TWO"]);
  });
});

describe("reasoning", () => {
  test.each([
    ["a block before the answer", `<think>\nmaybe\n${fenced(DIFF.replace("TWO", "2"))}\n</think>\n\n${fenced(DIFF)}`],
    ["two blocks", `<think>\na\n</think>\n<thinking>b</thinking>\n${fenced(DIFF)}`],
    ["an end without a beginning", `first idea\n${fenced(DIFF.replace("TWO", "2"))}\n</think>\n${fenced(DIFF)}`],
    ["an end tag that is quoted inside", `<think>\nstrip \`</think>\` here\n</think>\n${fenced(DIFF)}`],
  ])("%s is no part of the answer", (_, reply) => {
    expect(summary(reply)).toEqual(["modify src/a.ts: -two +TWO"]);
  });

  test("the same tags inside a diff are code", () => {
    const reply = fenced(DIFF.replace("+TWO", "+<think>TWO</think>"));
    expect(summary(reply)).toEqual(["modify src/a.ts: -two +<think>TWO</think>"]);
  });

  test("that never ends is a cut reply", () => {
    expect(extractProposal(`<think>\n${fenced(DIFF)}\nBut wait,`)).toMatchObject({
      kind: "malformed",
      cause: "truncated",
    });
  });
});

describe("a reply that stops in the middle", () => {
  test.each([
    ["in an open fence, inside a hunk", `\`\`\`diff\n${DIFF.replace("+TWO\n three\n", "+T")}`],
    ["in an open fence, at a line's end", `\`\`\`diff\n${DIFF.replace("+TWO\n three\n", "")}`],
    ["after a file's header", `${DIFF}--- a/b\n+++ b/b\n`],
    ["inside a file's header", `${DIFF}diff --git a/b b/b\nindex 12`],
    ["at the beginning of a header", `${DIFF}diff --g`],
    ["after a hunk's header", `${DIFF}@@ -9,3 +9,3 @@\n`],
    ["inside the context of the next hunk", `${DIFF}@@ -9,3 +9,3 @@\n nine\n`],
    ["before *** End Patch", "*** Begin Patch\n*** Update File: a\n@@\n-x\n+y\n"],
    ["inside a search block", "a.ts\n<<<<<<< SEARCH\nx\n=======\ny\n"],
    ["inside a whole file", "src/a.ts\n```ts\nx\n"],
    ["after the opening of a second fence", `${fenced(DIFF)}\nand:\n\n\`\`\`diff\n`],
    ["inside the envelope", `---PATCH_START---\n${DIFF}`],
    ["inside the new name of a move", "diff --git a/a b/b\nrename from a\nrename to src/b"],
  ])("%s is truncated", (_, reply) => {
    expect(extractProposal(reply)).toMatchObject({ kind: "malformed", cause: "truncated" });
  });
});

describe("a reply that cannot be read safely", () => {
  test.each([
    ["a hunk without any change", "--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n x\n y\n\nDone.\n"],
    ["a fence inside a raw hunk", "--- a/a.md\n+++ b/a.md\n@@\n text\n```js\n-x\n+y\n```\n text\n"],
    ["changes after a fence that ended too early", `${fenced(DIFF)} more\n-x\n+y\n\`\`\`\n`],
    ["a diff that names no file", fenced(HUNK)],
    ["a new file with context", "--- /dev/null\n+++ b/n\n@@ -0,0 +1,2 @@\n+x\n y\n"],
    ["a search block with two dividers", "a.ts\n<<<<<<< SEARCH\nx\n=======\ny\n=======\nz\n>>>>>>> REPLACE\n"],
    ["a copy", "diff --git a/a b/b\ncopy from a\ncopy to b\n\nDone.\n"],
  ])("%s is refused", (_, reply) => {
    expect(extractProposal(reply)).toMatchObject({ kind: "malformed", cause: "unreadable" });
  });
});

describe("a reply without a patch", () => {
  test.each<[string, Proposal]>([
    ["TASK_COMPLETE", { kind: "complete" }],
    ["All done.\n\n**TASK_COMPLETE**\n", { kind: "complete" }],
    ["<promise>DONE</promise>", { kind: "complete" }],
    ["NO_PATCH_AVAILABLE: the file is missing", { kind: "declined", text: "the file is missing" }],
    ['<BLOCKED reason="no rights">', { kind: "declined", text: "no rights" }],
    ["I need more.\nQUESTION: Which port?\n", { kind: "question", text: "Which port?" }],
    [
      "I cannot see the file. Could you paste it?\n",
      { kind: "question", text: "I cannot see the file. Could you paste it?" },
    ],
  ])("%j is understood", (reply, expected) => {
    expect(extractProposal(reply)).toEqual(expected);
  });

  test.each([
    "",
    "Change the order of the two calls.\n",
    "```js\nfunction a() {}\n```\n",
    "- read\n+ add a test\n\n--- notes ---\n\n@@ think about it @@\n",
    '{"status":"ok","patch":null}\n',
  ])("%j holds none", (reply) => {
    expect(extractProposal(reply)).toMatchObject({ kind: "malformed", cause: "no patch" });
  });
});
