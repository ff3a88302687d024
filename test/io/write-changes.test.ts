import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { FileChange } from "../../src/core/patch.ts";
import { type FileSteps, fileSteps } from "../../src/io/file-steps.ts";
import { finishInterrupted, type Writer, writeChanges } from "../../src/io/write-changes.ts";
import { temporaryFolder } from "../support/temporary.ts";

const text = (content: string, mode: "100644" | "100755" = "100644") => ({ text: content, mode });

/** A change of every kind: modified, created in new folders, deleted, made executable. */
const CHANGES: readonly FileChange[] = [
  { path: "a.txt", before: text("old a\n"), after: text("new a\n") },
  { path: "x/y/new.txt", after: text("created\n") },
  { path: "sub/gone.txt", before: text("gone\n") },
  { path: "run.sh", before: text("#!/bin/sh\n"), after: text("#!/bin/sh\nexit\n", "100755") },
];

const BEFORE = { "a.txt": "old a\n", "run.sh": "#!/bin/sh\n", "sub/gone.txt": "gone\n", "sub/kept.txt": "kept\n" };
const AFTER = {
  "a.txt": "new a\n",
  "run.sh": "#!/bin/sh\nexit\n",
  "sub/kept.txt": "kept\n",
  "x/y/new.txt": "created\n",
};

function makeRoot(): string {
  const root = temporaryFolder();
  mkdirSync(join(root, "sub"));
  for (const [path, content] of Object.entries(BEFORE)) writeFileSync(join(root, path), content);
  return root;
}

/** Every file and link below the root, and every folder that holds none; an empty .ralph is nobody's trouble. */
function look(folder: string, prefix = ""): Record<string, string> {
  const names = readdirSync(join(folder, prefix));
  if (names.length === 0) return prefix === "" || prefix === ".ralph/" ? {} : { [prefix]: "(empty folder)" };
  const found = names.map((name) => {
    const path = `${prefix}${name}`;
    const stats = lstatSync(join(folder, path));
    if (stats.isSymbolicLink()) return { [path]: "(link)" };
    return stats.isDirectory() ? look(folder, `${path}/`) : { [path]: readFileSync(join(folder, path), "utf8") };
  });
  return Object.assign({}, ...found) as Record<string, string>;
}

/** A process that dies, or fails, at its `count`-th mutating call; after a death no call does anything. */
function failingAt(count: number, kind: "death" | "error"): { writer: Writer; calls: () => number } {
  let calls = 0;
  const fail =
    <A extends readonly unknown[]>(call: (...args: A) => void) =>
    (...args: A): void => {
      calls += 1;
      if (calls === count || (kind === "death" && calls > count)) throw new Error(kind);
      call(...args);
    };
  const steps = Object.fromEntries(
    Object.entries(fileSteps).map(([name, call]) => [name, fail(call)]),
  ) as unknown as FileSteps;
  return { writer: { steps, worker: "dying", isGone: () => false }, calls: () => calls };
}

const nextProcess: Writer = { steps: fileSteps, worker: "next", isGone: (worker) => worker === "dying" };

describe("writing the files of a patch", () => {
  test("makes, changes and deletes them, and leaves nothing else behind", () => {
    const root = makeRoot();
    writeChanges(root, CHANGES);
    expect(look(root)).toEqual({ ...AFTER });
    expect(lstatSync(join(root, "run.sh")).mode & 0o100).toBe(0o100);
  });

  test("keeps the rights that a file has", () => {
    const root = makeRoot();
    chmodSync(join(root, "a.txt"), 0o640);
    writeChanges(root, CHANGES);
    expect(lstatSync(join(root, "a.txt")).mode & 0o777).toBe(0o640);
  });

  test("leaves what else is in .ralph alone", () => {
    const root = makeRoot();
    mkdirSync(join(root, ".ralph"));
    writeFileSync(join(root, ".ralph/ralph.db"), "db");
    writeChanges(root, CHANGES);
    expect(look(root)).toEqual({ ...AFTER, ".ralph/ralph.db": "db" });
  });

  test.each([
    ["a file that was changed meanwhile", (root: string) => writeFileSync(join(root, "a.txt"), "mine\n")],
    [
      "a new file that is there by now",
      (root: string) => (
        mkdirSync(join(root, "x/y"), { recursive: true }), writeFileSync(join(root, "x/y/new.txt"), "mine\n")
      ),
    ],
    ["a folder that became a link", (root: string) => symlinkSync("sub", join(root, "x"))],
    ["a .ralph that is a link", (root: string) => symlinkSync("sub", join(root, ".ralph"))],
  ])("refuses %s and changes nothing", (_, spoil) => {
    const root = makeRoot();
    spoil(root);
    const before = look(root);
    expect(() => writeChanges(root, CHANGES)).toThrow(expect.objectContaining({ code: "WRITE_FAILED" }));
    expect(look(root)).toEqual(before);
  });
});

describe("a process that dies while it writes", () => {
  test("leaves all files or none to the next one, whenever it dies", () => {
    const seen = new Set<string>();
    let total = Number.POSITIVE_INFINITY;
    for (let count = 1; count <= total; count += 1) {
      const root = makeRoot();
      const { writer, calls } = failingAt(count, "death");
      try {
        writeChanges(root, CHANGES, writer);
        total = calls();
      } catch {}
      finishInterrupted(root, nextProcess);
      const state = look(root);
      expect([BEFORE, AFTER]).toContainEqual(state);
      seen.add(state["a.txt"] ?? "");
    }
    expect([...seen]).toEqual(["old a\n", "new a\n"]);
  });

  test("is completed even by one that dies too", () => {
    for (const count of [14, 18, 22, 26]) {
      const root = makeRoot();
      expect(() => writeChanges(root, CHANGES, failingAt(count, "death").writer)).toThrow("death");
      for (let again = 1; again < 12; again += 1) {
        const { steps } = failingAt(again, "death").writer;
        try {
          finishInterrupted(root, { ...nextProcess, steps });
        } catch {}
      }
      finishInterrupted(root, nextProcess);
      expect([BEFORE, AFTER]).toContainEqual(look(root));
    }
  });

  test("is not completed over what a person wrote since", () => {
    const root = makeRoot();
    const isJournaled = (): boolean => existsSync(join(root, ".ralph/apply-dying/make.json"));
    for (let count = 1; !isJournaled(); count += 1) {
      finishInterrupted(root, nextProcess);
      expect(() => writeChanges(root, CHANGES, failingAt(count, "death").writer)).toThrow("death");
    }
    writeFileSync(join(root, "a.txt"), "mine\n");
    expect(() => finishInterrupted(root, nextProcess)).toThrow(expect.objectContaining({ code: "WRITE_FAILED" }));
    expect(look(root)["a.txt"]).toBe("mine\n");
  });

  test("is left alone while it lives", () => {
    const root = makeRoot();
    mkdirSync(join(root, ".ralph/apply-other"), { recursive: true });
    finishInterrupted(root, nextProcess);
    expect(existsSync(join(root, ".ralph/apply-other"))).toBe(true);
  });
});

describe("an error while files are written", () => {
  test("is undone, whichever call fails", () => {
    let total = Number.POSITIVE_INFINITY;
    for (let count = 1; count <= total; count += 1) {
      const root = makeRoot();
      const { writer, calls } = failingAt(count, "error");
      try {
        writeChanges(root, CHANGES, writer);
        total = calls();
      } catch (error) {
        expect(error).toMatchObject({ code: "WRITE_FAILED" });
      }
      finishInterrupted(root, { ...nextProcess, isGone: () => true });
      expect([BEFORE, AFTER]).toContainEqual(look(root));
    }
  });
});
