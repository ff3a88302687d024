import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { listBelow, readBelow } from "../../src/io/read-root.ts";
import { temporaryFolder } from "../support/temporary.ts";

function makeRoot(): string {
  const outside = temporaryFolder("ralph-outside");
  writeFileSync(join(outside, "victim.txt"), "v\n");
  const root = temporaryFolder("ralph-root");
  mkdirSync(join(root, "src/deep"), { recursive: true });
  mkdirSync(join(root, "node_modules/left-pad"), { recursive: true });
  mkdirSync(join(root, ".git"));
  writeFileSync(join(root, ".git/config"), "[core]\n");
  writeFileSync(join(root, "node_modules/left-pad/index.js"), "x\n");
  writeFileSync(join(root, "src/a.ts"), "\uFEFFone\r\ntwo");
  writeFileSync(join(root, "src/deep/run.sh"), "#!/bin/sh\n");
  chmodSync(join(root, "src/deep/run.sh"), 0o755);
  writeFileSync(join(root, "logo.png"), Buffer.from([0x89, 0x50, 0, 1]));
  writeFileSync(join(root, "latin1.txt"), Buffer.from([0x63, 0xe9, 0x0a]));
  symlinkSync(join(outside, "victim.txt"), join(root, "link.txt"));
  symlinkSync(outside, join(root, "linkdir"));
  symlinkSync("src", join(root, "inside"));
  return root;
}

describe("reading below a folder", () => {
  test("gives a file's text as it is, with its mode", () => {
    const read = readBelow(makeRoot());
    expect(read("src/a.ts")).toEqual({ kind: "text", text: "\uFEFFone\r\ntwo", mode: "100644" });
    expect(read("src/deep/run.sh")).toEqual({ kind: "text", text: "#!/bin/sh\n", mode: "100755" });
  });

  test.each([
    ["missing.ts", { kind: "missing" }],
    ["no/such/folder/a.ts", { kind: "missing" }],
    ["src", { kind: "refused", why: "directory" }],
    ["src/a.ts/b.ts", { kind: "refused", why: "directory" }],
    ["logo.png", { kind: "refused", why: "binary" }],
    ["latin1.txt", { kind: "refused", why: "not utf-8" }],
    ["link.txt", { kind: "refused", why: "symlink" }],
    ["linkdir/victim.txt", { kind: "refused", why: "symlink" }],
    ["linkdir/new.txt", { kind: "refused", why: "symlink" }],
    ["inside/a.ts", { kind: "refused", why: "symlink" }],
    ["../outside.txt", { kind: "refused", why: "outside the root" }],
    ["src/../../x", { kind: "refused", why: "outside the root" }],
    ["/etc/passwd", { kind: "refused", why: "outside the root" }],
    [`${"x".repeat(300)}.ts`, { kind: "missing" }],
    ["a\0b", { kind: "missing" }],
  ])("of %j is answered in kind", (path, expected) => {
    expect(readBelow(makeRoot())(path)).toEqual(expected);
  });

  test("lists plain files and follows no link", () => {
    expect([...listBelow(makeRoot())].sort()).toEqual(["latin1.txt", "logo.png", "src/a.ts", "src/deep/run.sh"]);
  });
});
