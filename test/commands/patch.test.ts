import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { patchApply } from "../../src/commands/patch-apply.ts";
import { patchCheck } from "../../src/commands/patch-check.ts";
import { temporaryFolder } from "../support/temporary.ts";

const SOURCE = "export function size(items) {\n  return items.length\n}\n";
const REPLY = [
  "The fix:\n\n```diff",
  "--- a/src/size.js\n+++ b/src/size.js\n@@ -1,3 +1,3 @@\n export function size(items) {",
  "-  return items.length\n+  return items?.length ?? 0\n }",
  "--- /dev/null\n+++ b/src/new.js\n@@ -0,0 +1 @@\n+export const one = 1",
  "```\n",
].join("\n");

function makeRoot(): string {
  const root = temporaryFolder();
  mkdirSync(join(root, "src"));
  writeFileSync(join(root, "src/size.js"), SOURCE);
  writeFileSync(join(root, ".env"), "TOKEN=1\n");
  return root;
}

function inputOf(reply: string) {
  const said = { out: "", error: "" };
  const io = {
    readInput: async () => reply,
    write: (text: string) => void (said.out += text),
    writeError: (text: string) => void (said.error += text),
  };
  return { io, said };
}

async function apply(root: string, reply: string, flags: { check?: boolean; json?: boolean } = {}) {
  const { io, said } = inputOf(reply);
  const code = await patchApply({ root, env: {}, check: false, json: false, ...flags }, io);
  return { code, ...said };
}

const read = (root: string, path: string): string => readFileSync(join(root, path), "utf8");

describe("ralph patch apply", () => {
  test("makes all changes of a reply, names them, and leaves nothing else", async () => {
    const root = makeRoot();
    expect(await apply(root, REPLY)).toEqual({
      code: 0,
      out: "modified src/size.js\ncreated  src/new.js\n",
      error: "",
    });
    expect(read(root, "src/size.js")).toContain("items?.length ?? 0");
    expect(read(root, "src/new.js")).toBe("export const one = 1\n");
    expect(readdirSync(root).sort()).toEqual([".env", "src"]);
  });

  test("with --check says the same and writes nothing", async () => {
    const root = makeRoot();
    expect(await apply(root, REPLY, { check: true })).toMatchObject({ code: 0 });
    expect([read(root, "src/size.js"), existsSync(join(root, "src/new.js"))]).toEqual([SOURCE, false]);
  });

  test("with --json tells where every hunk went, and a diff that git takes", async () => {
    const { out } = await apply(makeRoot(), REPLY, { json: true });
    expect(JSON.parse(out)).toMatchObject({
      applied: true,
      files: [
        { path: "src/size.js", action: "modify" },
        { path: "src/new.js", action: "create" },
      ],
      placements: [{ path: "src/size.js", hunk: 1, step: "exact", line: 1 }],
      diff: expect.stringContaining("diff --git a/src/size.js b/src/size.js\n"),
    });
  });

  test.each([
    [
      "a hunk that has no place",
      REPLY.replace("-  return items.length", "-  return items.size"),
      "src/size.js, hunk 1 (not found)",
    ],
    [
      "a path that holds secrets",
      `${REPLY}\n\`\`\`diff\n--- a/.env\n+++ b/.env\n@@\n-TOKEN=1\n+TOKEN=2\n\`\`\`\n`,
      ".env (blocked path)",
    ],
    [
      "a link that leads out",
      `${REPLY}\n\`\`\`diff\n--- /dev/null\n+++ b/out/x\n@@ -0,0 +1 @@\n+x\n\`\`\`\n`,
      "out/x (symlink)",
    ],
    ["a reply that was cut", REPLY.slice(0, -30), "(truncated)"],
    ["a reply without a patch", "I would change the return.", "(malformed)"],
    ["an empty reply", "", "(malformed)"],
  ])("refuses %s with the reason and writes nothing", async (_, reply, reason) => {
    const root = makeRoot();
    symlinkSync(temporaryFolder(), join(root, "out"));
    const { code, error } = await apply(root, reply);
    expect(code).toBe(1);
    expect(error).toContain(reason);
    expect([read(root, "src/size.js"), existsSync(join(root, "src/new.js"))]).toEqual([SOURCE, false]);
  });

  test("does not show a word of a file that may not be touched", async () => {
    const { error } = await apply(makeRoot(), "--- a/.env\n+++ b/.env\n@@\n-OTHER=1\n+OTHER=2\n\n");
    expect(error).not.toContain("TOKEN");
  });

  test("needs a folder", async () => {
    await expect(apply(join(makeRoot(), "none"), REPLY)).rejects.toMatchObject({ code: "USAGE" });
  });
});

describe("ralph patch check", () => {
  test("tells by which step every hunk was placed", async () => {
    const { io, said } = inputOf(REPLY.replace("   return", " return"));
    expect(await patchCheck({ root: makeRoot(), env: {}, json: false }, io)).toBe(0);
    expect(said.out).toBe("src/size.js:1  hunk 1  exact\n");
  });

  test("tells why a hunk has no place", async () => {
    const { io, said } = inputOf(REPLY.replace("-  return items.length", "-  return items.size"));
    expect(await patchCheck({ root: makeRoot(), env: {}, json: false }, io)).toBe(1);
    expect(said.out).toContain("2 |   return items.length\n");
  });
});
