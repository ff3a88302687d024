import { describe, expect, test } from "vitest";
import type { FileState, PlanResult } from "../../src/core/patch.ts";
import { extractProposal } from "../../src/patch/extract.ts";
import { type PlanOptions, planPatch } from "../../src/patch/plan.ts";

type Files = Readonly<Record<string, string | FileState>>;

const readFrom =
  (files: Files) =>
  (path: string): FileState => {
    const found = files[path];
    if (found === undefined) return { kind: "missing" };
    return typeof found === "string" ? { kind: "text", text: found, mode: "100644" } : found;
  };

function plan(files: Files, reply: string, options: PlanOptions = {}): PlanResult {
  const proposal = extractProposal(reply);
  if (proposal.kind !== "patch") throw new Error(JSON.stringify(proposal));
  return planPatch(proposal.edits, readFrom(files), {
    root: "/project",
    listFiles: () => Object.keys(files),
    ...options,
  });
}

/** The files after the patch; only those that it changes. */
const after = (result: PlanResult): Record<string, string | null> | string =>
  result.ok
    ? Object.fromEntries(result.changes.map((change) => [change.path, change.after?.text ?? null]))
    : JSON.stringify(result.rejects);

const kinds = (result: PlanResult): readonly string[] =>
  result.ok ? ["taken"] : result.rejects.map(({ kind }) => kind);

const diff = (hunks: string, path = "a.ts"): string => `--- a/${path}\n+++ b/${path}\n${hunks}`;
const fenced = (text: string): string => `\`\`\`diff\n${text}\`\`\`\n`;

const SOURCE = [
  "import { open } from './open'",
  "",
  "export function first(name) {",
  "  const file = open(name)",
  "  if (!file) {",
  "    return undefined",
  "  }",
  "  return file.read()",
  "}",
  "",
  "export function second(name) {",
  "  const other = open(name)",
  "  return other.size",
  "}",
  "",
].join("\n");

describe("a hunk is placed", () => {
  const READ = SOURCE.replace("file.read()", "file.readAll()");
  test.each<[string, string, string]>([
    [
      "exact",
      "whatever its numbers say",
      "@@ -900,3 +7,3 @@\n   }\n-  return file.read()\n+  return file.readAll()\n }\n",
    ],
    [
      "exact",
      "with counts that are wrong",
      "```diff\n@@ -8,9 +8,2 @@\n   }\n-  return file.read()\n+  return file.readAll()\n }\n```\n",
    ],
    ["exact", "without any context", "@@\n-  return file.read()\n+  return file.readAll()\n"],
    [
      "exact, space prefix missing",
      "when context lost its prefix",
      "@@\n  }\n-  return file.read()\n+  return file.readAll()\n}\n",
    ],
    [
      "trailing space",
      "when white space at line ends differs",
      "@@\n   } \t\n-  return file.read()  \n+  return file.readAll()\n }\n",
    ],
    [
      "white space and typography",
      "when all of it is indented otherwise",
      "@@\n }\n-return file.read()\n+return file.readAll()\n",
    ],
    [
      "white space and typography",
      "when quotes are typographic",
      "@@\n import { open } from ‘./open’\n \n export function first(name) {\n   const file = open(name)\n   if (!file) {\n     return undefined\n   }\n-  return file.read()\n+  return file.readAll()\n",
    ],
    [
      "loose ends",
      "when blank lines trail it",
      "```diff\n@@\n   }\n-  return file.read()\n+  return file.readAll()\n }\n\n\n\n```\n",
    ],
    [
      "line numbers",
      "when every line has a number",
      "@@\n 7|  }\n-8|  return file.read()\n+8|  return file.readAll()\n 9|}\n",
    ],
    [
      "piece by piece",
      "when a context line drifted",
      "@@\n   if (!file) {\n     return null // undefined\n   }\n-  return file.read()\n+  return file.readAll()\n }\n",
    ],
    [
      "piece by piece",
      "when a context line was left out",
      "@@\n   const file = open(name)\n   if (!file) {\n   }\n-  return file.read()\n+  return file.readAll()\n }\n",
    ],
    [
      "piece by piece",
      "when context is elided",
      "@@\n export function first(name) {\n   // ... existing code ...\n   }\n-  return file.read()\n+  return file.readAll()\n }\n",
    ],
  ])("by the step %j %s", (step, _, hunks) => {
    const result = plan(
      { "a.ts": SOURCE },
      hunks.startsWith("```") ? hunks.replace("@@", diff("@@")) : fenced(diff(hunks)),
    );
    expect(after(result)).toEqual({ "a.ts": READ });
    expect(result.placements).toMatchObject([{ path: "a.ts", hunk: 1, step }]);
  });

  test('by the step "HTML escapes", which then holds for the file\'s other hunks too', () => {
    const file = "if (a < b) {\n  run()\n}\n\nplain line\nlast line\n";
    const hunks = "@@\n-if (a &lt; b) {\n+if (a &lt;= b) {\n   run()\n@@\n plain line\n+x &amp;&amp; y\n last line\n";
    expect(after(plan({ "a.ts": file }, diff(hunks)))).toEqual({
      "a.ts": "if (a <= b) {\n  run()\n}\n\nplain line\nx && y\nlast line\n",
    });
  });

  test('by the step "missing plus" when a line between added ones is new to the file', () => {
    const hunks = "@@\n   }\n+  if (file.isEmpty) {\n     throw new Error(name)\n+  }\n   return file.read()\n";
    const result = plan({ "a.ts": SOURCE }, diff(hunks));
    expect(result.placements).toMatchObject([{ step: "missing plus" }]);
    const added = "  if (file.isEmpty) {\n    throw new Error(name)\n  }\n";
    expect(after(result)).toEqual({ "a.ts": SOURCE.replace("  return file.read()", `${added}  return file.read()`) });
  });

  test("in any order, and once where it is repeated", () => {
    const one = "@@\n-  return other.size\n+  return other.length\n";
    const two = "@@\n-  return file.read()\n+  return file.readAll()\n";
    const expected = READ.replace("other.size", "other.length");
    expect(after(plan({ "a.ts": SOURCE }, diff(one + two + one)))).toEqual({ "a.ts": expected });
  });

  test("with others that were merged into it", () => {
    const merged =
      "@@\n   }\n-  return file.read()\n+  return file.readAll()\n }\n   const other = open(name)\n-  return other.size\n+  return other.length\n }\n";
    expect(after(plan({ "a.ts": SOURCE }, diff(merged)))).toEqual({
      "a.ts": READ.replace("other.size", "other.length"),
    });
  });
});

describe("added lines", () => {
  test("are shifted like the whole hunk", () => {
    const hunks =
      "@@\n     const other = open(name)\n+    log(other)\n-    return other.size\n+    return other.length\n";
    const expected = SOURCE.replace("  return other.size", "  log(other)\n  return other.length");
    expect(after(plan({ "a.ts": SOURCE }, fenced(diff(hunks))))).toEqual({ "a.ts": expected });
  });

  test("get the file's tabs", () => {
    const tabbed = SOURCE.replaceAll("  ", "\t");
    const hunks = "@@\n   if (!file) {\n-    return undefined\n+    if (name) {\n+      return null\n+    }\n   }\n";
    const expected = tabbed.replace("\t\treturn undefined", "\t\tif (name) {\n\t\t\treturn null\n\t\t}");
    expect(after(plan({ "a.ts": tabbed }, diff(hunks)))).toEqual({ "a.ts": expected });
  });

  test("end as the file's lines do, and its mark and last line stay as they are", () => {
    const file = "\uFEFFone\r\ntwo\r\nthree";
    expect(after(plan({ "a.ts": file }, diff("@@\n one\n-two\n+TWO\n+more\n three\n")))).toEqual({
      "a.ts": "\uFEFFone\r\nTWO\r\nmore\r\nthree",
    });
    expect(after(plan({ "a.ts": file }, diff("@@\n two\n-three\n+THREE\n")))).toEqual({
      "a.ts": "\uFEFFone\r\ntwo\r\nTHREE",
    });
  });

  test("change the final newline only where a marker says so", () => {
    const none = "\\ No newline at end of file\n";
    expect(after(plan({ "a.ts": "a\nb" }, diff(`@@ -2 +2 @@\n-b\n${none}+b\n`)))).toEqual({ "a.ts": "a\nb\n" });
    expect(after(plan({ "a.ts": "a\nb\n" }, diff(`@@ -2 +2 @@\n-b\n+b\n${none}`)))).toEqual({ "a.ts": "a\nb" });
    expect(after(plan({ "a.ts": "a\nb" }, diff("@@ -1,2 +1,2 @@\n a\n-b\n+c\n")))).toEqual({ "a.ts": "a\nc" });
  });

  test("leave the bytes of context alone", () => {
    const file = "say “hi”  \nold\nend\t\n";
    expect(after(plan({ "a.ts": file }, diff('@@\n say "hi"\n-old\n+new\n end\n')))).toEqual({
      "a.ts": "say “hi”  \nnew\nend\t\n",
    });
  });
});

describe("of several places", () => {
  const TWICE = `${SOURCE}${SOURCE.replaceAll("first", "third").replaceAll("second", "fourth")}`;
  const change = "   }\n-  return file.read()\n+  return file.readAll()\n }\n";
  const second = TWICE.lastIndexOf("file.read()");
  const changed = (at: number): string =>
    `${TWICE.slice(0, at)}file.readAll()${TWICE.slice(at + "file.read()".length)}`;

  test("the one clearly nearest the stated line is meant", () => {
    expect(after(plan({ "a.ts": TWICE }, diff(`@@ -20,3 +20,3 @@\n${change}`)))).toEqual({ "a.ts": changed(second) });
  });

  test("the stated one is meant, however near the next, where the counts agree with the lines", () => {
    const rows = "row\nrow\nrow\nrow\n";
    const hunk = (start: number, old: number): string => `@@ -${start},${old} +${start},2 @@\n row\n+new\n`;
    expect(after(plan({ "a.ts": rows }, diff(hunk(2, 1))))).toEqual({ "a.ts": "row\nrow\nnew\nrow\nrow\n" });
    expect(kinds(plan({ "a.ts": rows }, diff(`${hunk(2, 3)}\nDone.\n`)))).toEqual(["ambiguous"]);
  });

  test("the first one below a heading is meant", () => {
    const heading = "@@ export function third(name) {\n";
    expect(after(plan({ "a.ts": TWICE }, diff(heading + change)))).toEqual({ "a.ts": changed(second) });
  });

  test.each([
    ["without a hint", "@@\n"],
    ["with a line in the middle", "@@ -14,3 +14,3 @@\n"],
    ["with the line number 1 that stands for none", "@@ -1,3 +1,3 @@\n"],
    ["with a heading that the file has not", "@@ function other() {\n"],
  ])("none is taken %s", (_, header) => {
    expect(plan({ "a.ts": TWICE }, diff(header + change))).toMatchObject({
      ok: false,
      rejects: [{ kind: "ambiguous", path: "a.ts", hunk: 1, text: expect.stringContaining("at lines 7, 21") }],
    });
  });

  test("none is taken where the file's other hunks show that the numbers are off", () => {
    const other = "@@ -44,1 +44,1 @@\n-export function second(name) {\n+export function SECOND(name) {\n";
    expect(kinds(plan({ "a.ts": TWICE }, diff(`${other}@@ -20,3 +20,3 @@\n${change}`)))).toEqual(["ambiguous"]);
  });
});

describe("a patch is refused as a whole", () => {
  const GOOD = diff("@@\n-  return other.size\n+  return other.length\n");
  test.each<[string, string, string]>([
    ["not found", "a hunk of another file", GOOD + diff("@@\n x\n-y\n+z\n", "b.ts")],
    [
      "not found",
      "a deleted line that is not the file's",
      diff("@@\n   const other = open(name)\n-  return other.sizes\n+  return 1\n }\n"),
    ],
    [
      "not found",
      "a nearest context line that is not the file's",
      diff("@@\n   const another = open(title)\n-  return other.size\n+  return 1\n }\n"),
    ],
    [
      "not found",
      "context without any counterpart, which may have lost its plus",
      diff("@@\n   const other = open(name)\n+  log(other)\n   return other.size\n   counter += 1\n }\n"),
    ],
    ["not found", "added lines without a place", diff("@@\n+  return 1\n")],
    [
      "not found",
      "an indentation that follows no rule",
      diff("@@\n       const other = open(name)\n-   return other.size\n+   return 1\n"),
    ],
    ["conflicting hunks", "two changes of one line", GOOD + diff("@@\n-  return other.size\n+  return 2\n")],
    ["missing file", "a file that is not there", GOOD + diff("@@\n-x\n+y\n", "c.ts")],
    ["file exists", "a new file over another", `${GOOD}--- /dev/null\n+++ b/b.ts\n@@ -0,0 +1 @@\n+x\n`],
    ["not found", "a deletion of other content", `${GOOD}--- a/b.ts\n+++ /dev/null\n@@ -1 +0,0 @@\n-other\n`],
    [
      "malformed",
      "a placeholder in the place of code",
      diff("@@\n   const other = open(name)\n-  return other.size\n+  // ... existing code ...\n }\n"),
    ],
    ["binary", "a binary change", `${GOOD}diff --git a/x.png b/x.png\nBinary files a/x.png and b/x.png differ\n`],
    ["binary", "a NUL character", diff("@@\n-  return other.size\n+  return '\0'\n")],
    [
      "symlink",
      "a link that it makes",
      `${GOOD}diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+/etc\n`,
    ],
    [
      "malformed",
      "a set-user-id bit",
      `${GOOD}diff --git a/l b/l\nnew file mode 104755\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+x\n`,
    ],
    [
      "truncated",
      "a reply that stops before the hunk's end",
      diff(
        "@@ -11,5 +11,5 @@\n export function second(name) {\n   const other = open(name)\n-  return other.size\n+  return 1\n",
      ),
    ],
    ["no change", "new lines that are the old ones", diff("@@\n-  return other.size\n+  return other.size\n")],
    ["malformed", "an excerpt as a whole file", "a.ts\n```ts\nexport function second(name) {\n}\n```\n"],
  ])("%s: %s", (kind, _, reply) => {
    expect(kinds(plan({ "a.ts": SOURCE, "b.ts": "nothing\n" }, reply))).toContain(kind);
  });

  test.each<[string, FileState]>([
    ["symlink", { kind: "refused", why: "symlink" }],
    ["binary", { kind: "refused", why: "binary" }],
    ["not utf-8", { kind: "refused", why: "not utf-8" }],
    ["too large", { kind: "refused", why: "too large" }],
    ["file exists", { kind: "refused", why: "directory" }],
  ])("%s, where the file is one", (kind, state) => {
    expect(kinds(plan({ "a.ts": state }, GOOD))).toEqual([kind]);
  });

  test("with the first line that differs and the true lines around", () => {
    const result = plan(
      { "a.ts": SOURCE },
      diff("@@\n   const other = open(name)\n-  return other.sizes\n+  return 1\n }\n"),
    );
    expect(result.ok ? "" : result.rejects[0]?.text).toContain(
      "does not have this line there: return other.sizes\nThe file has:\n",
    );
    expect(result.ok ? "" : result.rejects[0]?.text).toContain("13 |   return other.size\n");
  });

  test("before a path that may not be touched is even read", () => {
    const refusePath = (path: string) =>
      path === ".env" ? { kind: "blocked path" as const, path, text: "no" } : undefined;
    const read: string[] = [];
    const proposal = extractProposal(diff("@@\n-x\n+y\n", ".env"));
    const edits = proposal.kind === "patch" ? proposal.edits : [];
    const result = planPatch(edits, (path) => (read.push(path), { kind: "missing" }), { refusePath });
    expect(kinds(result)).toEqual(["blocked path"]);
    expect(read).not.toContain(".env");
  });
});

describe("a change that is there already", () => {
  const DONE = SOURCE.replace("file.read()", "file.readAll()");
  const hunk = "@@\n     return undefined\n   }\n-  return file.read()\n+  return file.readAll()\n }\n";

  test("is none, and is never reversed", () => {
    expect(kinds(plan({ "a.ts": DONE }, diff(hunk)))).toEqual(["already applied"]);
  });

  test("does not keep the others from being made", () => {
    const result = plan({ "a.ts": DONE }, diff(`${hunk}@@\n-  return other.size\n+  return other.length\n`));
    expect(after(result)).toEqual({ "a.ts": DONE.replace("other.size", "other.length") });
    expect(result.placements.map(({ step }) => step)).toEqual(["already applied", "exact"]);
  });

  test("is not made twice where only its place tells", () => {
    expect(kinds(plan({ "a.ts": "one\ntwo\nthree\n" }, diff("@@ -1,2 +1,3 @@\n one\n two\n+three\n")))).toEqual([
      "already applied",
    ]);
  });

  test("is not seen in a deletion that was not made", () => {
    const reply = diff(
      "@@\n-export function third(name) {\n export function first(name) {\n   const file = open(name)\n   if (!file) {\n",
    );
    expect(kinds(plan({ "a.ts": SOURCE }, reply))).toEqual(["not found"]);
  });
});

describe("names", () => {
  const reply = (old: string, fresh: string): string => `--- ${old}\n+++ ${fresh}\n@@\n-x\n+y\n`;
  test.each([
    ["a/src/f.ts", "b/src/f.ts", "src/f.ts"],
    ["src/f.ts", "src/f.ts", "src/f.ts"],
    ["./src/f.ts", "./src/f.ts", "src/f.ts"],
    ["i/src/f.ts", "w/src/f.ts", "src/f.ts"],
    ["a\\src\\f.ts", "b\\src\\f.ts", "src/f.ts"],
    ['"a/src/\\303\\251.ts"', '"b/src/\\303\\251.ts"', "src/é.ts"],
    ["a/src/f.ts\t2026-01-12 10:00:00", "b/src/f.ts\t2026-01-12 10:01:00", "src/f.ts"],
    ["/project/src/f.ts", "/project/src/f.ts", "src/f.ts"],
    ["b/real.ts", "b/real.ts", "b/real.ts"],
    ["a/repo/src/f.ts", "b/repo/src/f.ts", "src/f.ts"],
    ["a/f.ts", "b/f.ts", "src/f.ts"],
  ])("%s and %s mean %s where it exists", (old, fresh, path) => {
    const files = { "src/f.ts": "x\n", "src/é.ts": "x\n", "b/real.ts": "x\n" };
    expect(after(plan(files, reply(old, fresh)))).toEqual({ [path]: "y\n" });
  });

  test.each(["../f.ts", "src/../../f.ts", "/etc/passwd", "C:\\f.ts", "~/f.ts", '"a\\nb"', "-rf"])(
    "%s is refused",
    (name) => {
      expect(kinds(plan({}, `--- /dev/null\n+++ ${name}\n@@ -0,0 +1 @@\n+x\n`))).toEqual(["outside the root"]);
    },
  );

  test("that two files end in mean neither", () => {
    expect(kinds(plan({ "src/f.ts": "x\n", "lib/f.ts": "x\n" }, reply("a/f.ts", "b/f.ts")))).toEqual(["missing file"]);
  });
});

describe("files", () => {
  test("are moved, with and without changes", () => {
    const move = "diff --git a/a.ts b/b.ts\nrename from a.ts\nrename to b.ts\n";
    expect(after(plan({ "a.ts": "x\n" }, move))).toEqual({ "a.ts": null, "b.ts": "x\n" });
    const edited = "*** Begin Patch\n*** Update File: a.ts\n*** Move to: c/b.ts\n@@\n-x\n+y\n*** End Patch\n";
    expect(after(plan({ "a.ts": "x\n" }, edited))).toEqual({ "a.ts": null, "c/b.ts": "y\n" });
    expect(kinds(plan({ "a.ts": "x\n", "b.ts": "" }, move))).toEqual(["file exists"]);
  });

  test("get the mode that a diff states", () => {
    const result = plan({ "a.ts": "x\n" }, "diff --git a/a.ts b/a.ts\nold mode 100644\nnew mode 100755\n");
    expect(result).toMatchObject({
      ok: true,
      changes: [{ before: { mode: "100644" }, after: { text: "x\n", mode: "100755" } }],
    });
  });

  test("are deleted where the patch shows what they hold, or names them", () => {
    expect(after(plan({ "a.ts": "x\ny\n" }, "--- a/a.ts\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-x\n-y\n"))).toEqual({
      "a.ts": null,
    });
    expect(after(plan({ "a.ts": "x\n" }, "*** Begin Patch\n*** Delete File: a.ts\n*** End Patch\n"))).toEqual({
      "a.ts": null,
    });
  });

  test("are replaced whole with their own line ends", () => {
    expect(after(plan({ "a.ts": "one\r\ntwo\r\n" }, "a.ts\n```ts\none\nTWO\n```\n"))).toEqual({
      "a.ts": "one\r\nTWO\r\n",
    });
  });
});
