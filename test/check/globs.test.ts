import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { expandWords } from "../../src/check/globs.ts";
import { temporaryFolder } from "../support/temporary.ts";

function project(): string {
  const root = temporaryFolder();
  for (const path of [
    "test/b.test.js",
    "test/a.test.js",
    "test/deep/c.test.js",
    "src/a.js",
    "node_modules/x/a.test.js",
  ]) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), "");
  }
  return root;
}

const glob = (text: string) => ({ text, isGlob: true });

test.each([
  ["test/*.test.js", ["test/a.test.js", "test/b.test.js"]],
  ["./test/?.test.js", ["./test/a.test.js", "./test/b.test.js"]],
  ["test/**/*.js", ["test/a.test.js", "test/b.test.js", "test/deep/c.test.js"]],
  ["**/[ac].test.js", ["test/a.test.js", "test/deep/c.test.js"]],
  ["nothing/*.js", ["nothing/*.js"]],
])("`%s` becomes the files it names, sorted, without node_modules", async (text, files) => {
  expect(await expandWords([glob(text)], project())).toEqual(files);
});

test("words that are no globs stay as they are, between those that are", async () => {
  const words = [{ text: "--test", isGlob: false }, glob("src/*"), { text: "*", isGlob: false }];
  expect(await expandWords(words, project())).toEqual(["--test", "src/a.js", "*"]);
});
