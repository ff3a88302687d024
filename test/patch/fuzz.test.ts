import process from "node:process";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { extractProposal } from "../../src/patch/extract.ts";
import { planPatch } from "../../src/patch/plan.ts";
import { blockPaths, guardChanges, guardPath } from "../../src/policy/guard.ts";
import { readTree, type Tree } from "./random-edits.ts";

const RUNS = process.env["RALPH_TEST_FULL"] === undefined ? 2000 : 100_000;

const POLICY = { isBlocked: blockPaths(), maxFiles: 20, maxChangedLines: 500 };
const TREE: Tree = {
  "a.ts": "one\ntwo\nthree\nfour\nfive\nsix\n",
  "src/b.ts": "\uFEFFfirst\r\nsecond\r\n\r\nthird",
  "src/empty.ts": "",
  ".git/config": "[core]\n",
  ".env": "KEY=1\n",
};

const PATHS = [
  ...Object.keys(TREE),
  "new/c.ts",
  "../a.ts",
  "src/../../a.ts",
  "/etc/passwd",
  "/project/a.ts",
  "C:\\a.ts",
  ".GIT/hooks/pre-commit",
  ".g\u200cit/config",
  "sub/.git/config",
  "././/a.ts",
  "-rf",
  "a\u0007.ts",
  "__proto__",
  '"\\056\\056/a.ts"',
  "/dev/null",
  "",
];

/** One reply of every format; `{}` is where the name goes. */
const REPLIES = [
  "--- a/{}\n+++ b/{}\n@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n",
  "diff --git a/{} b/{}\nold mode 100644\nnew mode 100755\n",
  "diff --git a/{} b/{}\nnew file mode 100644\n--- /dev/null\n+++ b/{}\n@@ -0,0 +1,2 @@\n+x\n+y\n",
  "diff --git a/{} b/{}\ndeleted file mode 100644\n--- a/{}\n+++ /dev/null\n@@ -1 +0,0 @@\n-KEY=1\n",
  "diff --git a/a.ts b/{}\nsimilarity index 100%\nrename from a.ts\nrename to {}\n",
  "diff --git a/{} b/{}\nnew file mode 120000\n--- /dev/null\n+++ b/{}\n@@ -0,0 +1 @@\n+/etc/passwd\n\\ No newline at end of file\n",
  "{}\n<<<<<<< SEARCH\ntwo\nthree\n=======\n2\n3\n>>>>>>> REPLACE\n",
  "*** Begin Patch\n*** Update File: {}\n*** Move to: {}\n@@\n second\n-\n+new\n third\n*** End Patch\n",
  "*** Begin Patch\n*** Delete File: {}\n*** Add File: {}\n+x\n*** End Patch\n",
  "### `{}`\n\n```ts\none\ntwo\n```\n",
  "CODE_BLOCK {}\nwhole\nfile\nEND_CODE_BLOCK\n",
  "<think>\nI write a diff.\n</think>\nTASK_COMPLETE\n",
  "NO_PATCH_AVAILABLE: why?\n",
];

const TOKENS = [
  "```diff\n",
  "```\n",
  "@@",
  "@@ -999999999999999999999,3 +0,0 @@\n",
  "\n-",
  "\n+",
  "\n ",
  "...\n",
  "// ... existing code ...\n",
  "\\ No newline at end of file\n",
  "<think>",
  "</think>",
  "=======\n",
  "--- ",
  "+++ ",
  "\r",
  "\u0000",
  "\ud800",
  "\u2028",
  "&lt;",
  "12 | ",
];

type Mutate = (text: string, at: number, size: number) => string;

const MUTATES: readonly Mutate[] = [
  (text, at, size) => text.slice(0, at) + text.slice(at + size),
  (text, at, size) => text.slice(0, at + size) + text.slice(at),
  (text, at, size) => text.slice(0, at) + (TOKENS[size % TOKENS.length] ?? "") + text.slice(at),
  (text, at) => text.slice(0, at),
  (text, at, size) => text.slice(at, at + size) + text.slice(0, at) + text.slice(at + size),
  (text) => text.replaceAll("\n", "\r\n"),
  (text, at) => text.slice(0, at) + text.slice(at).toUpperCase(),
];

const written = fc
  .array(fc.tuple(fc.constantFrom(...REPLIES), fc.constantFrom(...PATHS)), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.map(([reply, path]) => reply.replaceAll("{}", () => path)).join("\n"));

const mutated = fc
  .tuple(written, fc.array(fc.tuple(fc.constantFrom(...MUTATES), fc.nat(), fc.nat(40)), { maxLength: 5 }))
  .map(([reply, changes]) =>
    changes.reduce((text, [mutate, at, size]) => mutate(text, at % (text.length + 1), size), reply),
  );

const heaped = fc
  .array(fc.oneof(fc.constantFrom(...TOKENS), fc.constantFrom(...PATHS), fc.string({ unit: "binary" })), {
    maxLength: 30,
  })
  .map((parts) => parts.join(""));

const anyReply = fc.oneof({ weight: 4, arbitrary: mutated }, { weight: 1, arbitrary: heaped });

/** What would be written, after everything that may refuse it. */
function changedPaths(reply: string, tree: Tree, mayBeBlocked = false): readonly string[] {
  const proposal = extractProposal(reply);
  if (proposal.kind !== "patch") return [];
  const plan = planPatch(proposal.edits, readTree(tree), {
    root: "/project",
    listFiles: () => Object.keys(tree),
    ...(mayBeBlocked ? {} : { refusePath: (path: string) => guardPath(path, POLICY) }),
  });
  if (!plan.ok) {
    expect(plan.rejects).not.toEqual([]);
    expect(plan).not.toHaveProperty("changes");
    return [];
  }
  expect(plan.changes).not.toEqual([]);
  return guardChanges(plan.changes, POLICY).length > 0 ? [] : plan.changes.map((change) => change.path);
}

const isOutside = (path: string): boolean =>
  /^(?:\/|-|~\/|[A-Za-z]:)|^$|\p{Cc}/u.test(path) || path.split("/").some((part) => ["", ".", ".."].includes(part));

const isGit = (path: string): boolean =>
  path.split("/").some((part) => part.replaceAll("\u200c", "").toLowerCase() === ".git");

describe("any reply", () => {
  test.each([
    ["with protected paths refused before they are read", false],
    ["with protected paths refused by the guard alone", true],
  ])("is planned without an exception, inside the root and outside .git, %s", (_, mayBeBlocked) => {
    let taken = 0;
    fc.assert(
      fc.property(anyReply, (reply) => {
        const paths = changedPaths(reply, TREE, mayBeBlocked);
        taken += paths.length;
        expect(paths.filter((path) => isOutside(path) || isGit(path) || path === ".env")).toEqual([]);
      }),
      { numRuns: RUNS / 2 },
    );
    expect(taken).toBeGreaterThan(RUNS / 200);
  });
});

describe("size", () => {
  const LINES = Array.from({ length: 100_000 }, (_, at) => (at % 3 === 0 ? "}" : `  const value${at} = ${at};`));
  const hunk = (at: number): string =>
    `@@ -${at},3 +${at},3 @@\n }\n-${LINES[at + 1]}\n+  changed();\n ${LINES[at + 2]}\n`;

  test("a reply of 5 MB ends", () => {
    const prose = "I think that + or - or @@ or ``` may come next. ".repeat(20);
    const reply = `${`${prose}\n- a point\n+ another\n`.repeat(5100)}--- a/a.ts\n+++ b/a.ts\n@@\n one\n-two\n+2\n three\n`;
    expect(reply.length).toBeGreaterThan(5_000_000);
    expect(changedPaths(reply, TREE)).toEqual(["a.ts"]);
  });

  test("a diff of 5 MB ends", () => {
    const reply = `--- a/a.ts\n+++ b/a.ts\n${" }\n-  gone();\n+  come();\n".repeat(190_000)}`;
    expect(changedPaths(reply, TREE)).toEqual([]);
  });

  test("a file of 100,000 lines ends, with hunks that fit and with hunks that do not", () => {
    const tree: Tree = { "big.ts": `${LINES.join("\n")}\n` };
    const starts = Array.from({ length: 100 }, (_, at) => at * 900);
    const fitting = `--- a/big.ts\n+++ b/big.ts\n${starts.map(hunk).join("")}`;
    expect(changedPaths(fitting, tree)).toEqual(["big.ts"]);
    expect(changedPaths(fitting.replaceAll("const value", "let value"), tree)).toEqual([]);
    expect(changedPaths("--- a/big.ts\n+++ b/big.ts\n@@\n }\n-}\n+)\n }\n".repeat(20), tree)).toEqual([]);
  });
});
