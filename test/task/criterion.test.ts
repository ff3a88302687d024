import { describe, expect, test } from "vitest";
import { readCriterion } from "../../src/task/criterion.ts";

const probe = (text: string) => readCriterion(text, false).probe;
const judge = (text: string) => readCriterion(text, false).judge;

describe("ralph looks itself", () => {
  test.each([
    ["`docs/guide.md` exists", { kind: "exists", path: "docs/guide.md" }],
    ["The file docs/guide.md exists.", { kind: "exists", path: "docs/guide.md" }],
    ["File exists: ./docs/guide.md", { kind: "exists", path: "docs/guide.md" }],
    ["le fichier `docs/guide.md` existe", { kind: "exists", path: "docs/guide.md" }],
    ["`LICENSE` exists", { kind: "exists", path: "LICENSE" }],
    ["`src/old.js` does not exist", { kind: "missing", path: "src/old.js" }],
    ["src/old.js is gone", { kind: "missing", path: "src/old.js" }],
    ["Le fichier src/old.js n'existe plus", { kind: "missing", path: "src/old.js" }],
    ["`README.md` contains `## Two commands`", { kind: "contains", path: "README.md", text: "## Two commands" }],
    ["README.md contient `Deux commandes`", { kind: "contains", path: "README.md", text: "Deux commandes" }],
    ["`README.md` does not contain `TODO`", { kind: "lacks", path: "README.md", text: "TODO" }],
    ["`src/a.js` is moved to `lib/a.js`", { kind: "moved", from: "src/a.js", to: "lib/a.js" }],
    ["src/a.js -> lib/a.js", { kind: "moved", from: "src/a.js", to: "lib/a.js" }],
    ["`src/a.js` est déplacé vers `lib/a.js`", { kind: "moved", from: "src/a.js", to: "lib/a.js" }],
    ["`npm run lint` passes", { kind: "command", command: "npm run lint" }],
    ["The command `cargo build --release` exits with 0", { kind: "command", command: "cargo build --release" }],
    ["`npm run lint` réussit", { kind: "command", command: "npm run lint" }],
  ])("%s", (text, expected) => {
    expect(probe(text)).toEqual(expected);
    expect(judge(text)).toBe("ralph");
  });

  test.each([
    "`sum` passes",
    "The user exists",
    "`docs/guide.md` exists and is complete",
    "Nothing in src/a.js does not exist",
    "It is moved to the cloud",
    "`add` contains `x`-shaped values",
  ])("but not at: %s", (text) => {
    expect(probe(text)).toBeUndefined();
  });
});

test.each([
  ["The sixth attempt of a minute is answered with 429", "tests"],
  ["`sum(2, 3)` is 5", "tests"],
  ["All tests pass", "tests"],
  ["The message is friendly (test)", "tests"],
  ["The message is friendly", "reader"],
  ["Les messages sont compréhensibles", "reader"],
  ["The 3 messages are friendly (review)", "reader"],
])("%s: judged by %s", (text, expected) => {
  expect(judge(text)).toBe(expected);
});
