import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FileChange } from "../../src/core/patch.ts";
import { renderDiff } from "../../src/patch/render.ts";
import { temporaryFolder } from "../support/temporary.ts";
import {
  contentsAfter,
  diffOf,
  hasPlainBytes,
  hostilePair,
  MUTATIONS,
  type Pair,
  plainPair,
  planReply,
  randomPair,
  repeatedPair,
  type Tree,
} from "./random-edits.ts";

const IS_FULL = process.env["RALPH_TEST_FULL"] !== undefined;
const PATH = "src/a.ts";

/** A refusal is never wrong; its reason is of no interest here. */
function isRightOrRefused(reply: string, { before, after }: Pair): boolean {
  const plan = planReply(reply, { [PATH]: before });
  return !plan.ok || (plan.changes.length === 1 && contentsAfter(plan.changes)[PATH] === after);
}

/** A marker of a missing newline comes after all that a hunk counts; nobody can tell that it was cut off. */
const keepsEnd = ({ before, after }: Pair): boolean => before.endsWith("\n") && after.endsWith("\n");

describe("a clean diff", () => {
  test("of unlike lines is planned to exactly the edited file", () => {
    fc.assert(
      fc.property(plainPair, (pair) => {
        for (const diff of [diffOf(pair), diffOf(pair).replaceAll("\n", "\r\n")]) {
          const plan = planReply(diff, { [PATH]: pair.before });
          expect(plan.ok ? contentsAfter(plan.changes) : plan.rejects).toEqual({ [PATH]: pair.after });
        }
      }),
      { numRuns: IS_FULL ? 5000 : 300 },
    );
  });

  test.each([
    ["come again and again", repeatedPair],
    ["look like marks of patch formats", hostilePair],
    ["are any text at all", randomPair],
  ])("of lines that %s is planned to exactly the edited file", (_, pairs) => {
    fc.assert(
      fc.property(pairs, (pair) => {
        const plan = planReply(diffOf(pair), { [PATH]: pair.before });
        expect(plan.ok ? contentsAfter(plan.changes) : plan.rejects).toEqual({ [PATH]: pair.after });
      }),
      { numRuns: IS_FULL ? 20_000 : 1000 },
    );
  });
});

describe("a diff with mistakes", () => {
  const mistakes = fc.uniqueArray(fc.tuple(fc.constantFrom(...Object.keys(MUTATIONS)), fc.nat(200)), {
    minLength: 1,
    maxLength: 3,
    selector: ([name]) => name,
  });

  test.each(Object.entries(MUTATIONS))("namely %s is planned right or refused", (_, mutate) => {
    fc.assert(
      fc.property(plainPair, fc.nat(200), (pair, spot) => {
        expect(isRightOrRefused(mutate(diffOf(pair), spot), pair)).toBe(true);
      }),
      { numRuns: IS_FULL ? 5000 : 200 },
    );
  });

  test("of several kinds is planned right or refused", () => {
    fc.assert(
      fc.property(plainPair, mistakes, (pair, made) => {
        const order = Object.keys(MUTATIONS);
        const sorted = made.toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b));
        const reply = sorted.reduce((diff, [name, spot]) => MUTATIONS[name]?.(diff, spot) ?? diff, diffOf(pair));
        expect(isRightOrRefused(reply, pair)).toBe(true);
      }),
      { numRuns: IS_FULL ? 20_000 : 1000 },
    );
  });

  test("that stops inside its last hunk is planned right or refused", () => {
    fc.assert(
      fc.property(plainPair.filter(keepsEnd), fc.nat(200), (pair, spot) => {
        const diff = diffOf(pair);
        const lastHunk = diff.lastIndexOf("\n@@") + 1;
        const reply = diff.slice(0, lastHunk + 1 + (spot % (diff.length - lastHunk - 1)));
        expect(isRightOrRefused(reply, pair)).toBe(true);
      }),
      { numRuns: IS_FULL ? 5000 : 300 },
    );
  });
});

describe("a plan", () => {
  const PATHS = ["a.ts", "src/a.ts", "lib/src/a.ts", "docs/b.md"];

  test("changes no file that the reply does not name, however alike the files are", () => {
    fc.assert(
      fc.property(
        plainPair,
        fc.uniqueArray(fc.constantFrom(...PATHS), { minLength: 1, maxLength: 3 }),
        fc.constantFrom(...Object.values(MUTATIONS)),
        fc.nat(200),
        (pair, named, mutate, spot) => {
          const tree: Tree = Object.fromEntries(PATHS.map((path) => [path, pair.before]));
          const plan = planReply(named.map((path) => mutate(diffOf(pair, path), spot)).join("\n"), tree);
          const changed = plan.ok ? plan.changes.map((change) => change.path) : [];
          expect(changed.filter((path) => !named.includes(path))).toEqual([]);
        },
      ),
      { numRuns: IS_FULL ? 5000 : 300 },
    );
  });
});

/** Edits, new files, deletions and changed modes below names that need care. */
function changesOf(pairs: fc.Arbitrary<Pair>): fc.Arbitrary<readonly FileChange[]> {
  const mode = fc.constantFrom("100644" as const, "100755" as const);
  const kind = fc.constantFrom("modify", "create", "delete");
  const parts = fc.uniqueArray(fc.constantFrom("a.ts", "src/b.ts", "src/deep/with space.md", "é.txt", "c"), {
    minLength: 1,
    maxLength: 4,
  });
  return fc.tuple(parts, fc.array(fc.tuple(pairs, kind, mode), { minLength: 4, maxLength: 4 })).map(([paths, made]) =>
    paths.map((path, at): FileChange => {
      const [pair, action, newMode] = made[at] ?? [{ before: "", after: "x", eol: "\n" }, "modify", "100644"];
      const before = { text: pair.before, mode: "100644" as const };
      const after = { text: pair.after, mode: newMode };
      if (action === "create") return { path, after };
      return action === "delete" ? { path, before } : { path, before, after };
    }),
  );
}

const anyPair = fc.oneof(plainPair, hostilePair, repeatedPair);

describe("a rendered diff", () => {
  const treeOf = (changes: readonly FileChange[]): Tree =>
    Object.fromEntries(changes.flatMap(({ path, before }) => (before ? [[path, before.text]] : [])));

  test("read again and planned on the original files gives the same changes", () => {
    fc.assert(
      fc.property(changesOf(plainPair.filter((pair) => hasPlainBytes(pair) && pair.after !== "")), (changes) => {
        const plan = planReply(renderDiff(changes), treeOf(changes));
        expect(plan.ok ? plan.changes : plan.rejects).toEqual(changes);
      }),
      { numRuns: IS_FULL ? 5000 : 300 },
    );
  });

  test("is taken by git apply, which makes exactly the planned files", () => {
    fc.assert(
      fc.property(changesOf(anyPair), (changes) => {
        const root = temporaryFolder();
        const git = (args: readonly string[], input = ""): void => {
          execFileSync("git", ["-c", "core.autocrlf=false", ...args], { cwd: root, input, stdio: "pipe" });
        };
        git(["init", "-q"]);
        for (const [path, text] of Object.entries(treeOf(changes))) {
          mkdirSync(dirname(join(root, path)), { recursive: true });
          writeFileSync(join(root, path), text);
        }
        git(["apply", "--whitespace=nowarn"], renderDiff(changes));
        const present = changes.map(({ path }) => join(root, path));
        expect(present.map((path) => (existsSync(path) ? readFileSync(path, "utf8") : undefined))).toEqual(
          changes.map((change) => change.after?.text),
        );
      }),
      { numRuns: IS_FULL ? 500 : 20 },
    );
  });
});
