import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { FileChange, ReadFile } from "../../src/core/patch.ts";
import type { Workspaces } from "../../src/core/workspace.ts";
import { runProcess } from "../../src/io/process.ts";
import { gitIn } from "../../src/workspace/git.ts";
import { worktreePool } from "../../src/workspace/pool.ts";
import { openRunBranch } from "../../src/workspace/run-branch.ts";
import { gitWorktrees } from "../../src/workspace/worktrees.ts";
import { type TestRepository, testRepository } from "../support/repository.ts";
import { temporaryFolder } from "../support/temporary.ts";

const never = new AbortController().signal;
const AT = Date.UTC(2026, 0, 2, 3, 4, 5);

const readBelow =
  (folder: string): ReadFile =>
  (path) =>
    existsSync(join(folder, path))
      ? { kind: "text", text: readFileSync(join(folder, path), "utf8"), mode: "100644" }
      : { kind: "missing" };

async function workspacesOf(repository: TestRepository, options: { worker?: string; folder?: string } = {}) {
  const git = gitIn(repository.root, runProcess);
  const runBranch = await openRunBranch(git, "ralph/run-", "2026-01-02");
  const folder = options.folder ?? join(temporaryFolder(), "worktrees");
  const pool = worktreePool(git, {
    folder,
    worker: options.worker ?? "me",
    isWorkerGone: (worker) => worker === "dead",
  });
  const workspaces = gitWorktrees({ git, pool, runBranch, root: repository.root, link: ["node_modules"], readBelow });
  return { workspaces, folder, runBranch };
}

const open = (workspaces: Workspaces, taskId = "T001") => workspaces.open({ taskId, title: "Add: a thing!" }, never);

const change = (path: string, text: string): FileChange => ({ path, after: { text, mode: "100644" } });
const deletion = (path: string): FileChange => ({ path, before: { text: "", mode: "100644" } });

describe("a workspace", () => {
  test("stands on the task's branch at the run branch's tip, and leaves the user's checkout alone", async () => {
    const repository = testRepository({ "a.txt": "one\n" });
    repository.write({ "a.txt": "uncommitted\n" });
    const { workspaces } = await workspacesOf(repository);
    const workspace = await open(workspaces);
    await workspace.commit({ changes: [change("a.txt", "two\n")], message: "change a", name: "1", at: AT });
    expect(workspace.branch).toBe("ralph/T001-add-a-thing");
    expect(readFileSync(join(workspace.path, "a.txt"), "utf8")).toBe("two\n");
    expect(repository.read("a.txt")).toBe("uncommitted\n");
    expect(repository.git("rev-parse", "refs/ralph/T001/1")).toBe(workspace.head());
    expect(repository.git("symbolic-ref", "HEAD")).toBe("refs/heads/main");
    await workspace.close();
  });

  test("creates, changes, deletes and keeps modes and odd names in one commit", async () => {
    const repository = testRepository({ "a.txt": "one\n", "gone.txt": "x\n" });
    const { workspaces } = await workspacesOf(repository);
    const workspace = await open(workspaces);
    const odd = 'new folder/ö "quoted" \\ name.txt';
    await workspace.commit({
      changes: [
        deletion("gone.txt"),
        change("a.txt", "no newline at the end"),
        change(odd, "é\r\n"),
        { path: "run.sh", after: { text: "#!/bin/sh\n", mode: "100755" } },
      ],
      message: "several",
      name: "1",
      at: AT,
    });
    expect(await workspace.files()).toEqual(["a.txt", odd, "run.sh"].sort());
    expect(await workspace.changedFiles()).toEqual(["a.txt", "gone.txt", odd, "run.sh"].sort());
    expect(readFileSync(join(workspace.path, odd), "utf8")).toBe("é\r\n");
    expect(repository.git("ls-tree", workspace.head(), "run.sh")).toMatch(/^100755/);
    await workspace.close();
  });

  test("goes back to a commit exactly: changed files restored, stray files gone, ignored caches kept", async () => {
    const repository = testRepository({ "a.txt": "one\n", ".gitignore": "cache/\n" });
    const { workspaces } = await workspacesOf(repository);
    const workspace = await open(workspaces);
    writeFileSync(join(workspace.path, "a.txt"), "tampered\n");
    writeFileSync(join(workspace.path, "stray.txt"), "x");
    mkdirSync(join(workspace.path, "cache"));
    writeFileSync(join(workspace.path, "cache/kept"), "x");
    await workspace.checkout(workspace.base);
    expect(readFileSync(join(workspace.path, "a.txt"), "utf8")).toBe("one\n");
    expect(existsSync(join(workspace.path, "stray.txt"))).toBe(false);
    expect(existsSync(join(workspace.path, "cache/kept"))).toBe(true);
    await workspace.close();
  });

  test("makes the same commit of the same change twice, so that a repeated run lands once", async () => {
    const repository = testRepository({ "a.txt": "one\n" });
    const { workspaces } = await workspacesOf(repository);
    const commits: string[] = [];
    for (const _ of [1, 2]) {
      const workspace = await open(workspaces);
      await workspace.commit({ changes: [change("a.txt", "two\n")], message: "m", name: "1", at: AT });
      commits.push(await workspace.squash("T001: done\n"));
      await workspace.close();
    }
    expect(commits[0]).toBe(commits[1]);
  });

  test("takes up an earlier run's state, and begins anew where that is gone", async () => {
    const repository = testRepository({ "a.txt": "one\n" });
    const { workspaces } = await workspacesOf(repository);
    const first = await open(workspaces);
    const head = await first.commit({ changes: [change("a.txt", "two\n")], message: "m", name: "1", at: AT });
    await first.close();
    const resumed = await workspaces.open({ taskId: "T001", title: "t", resume: { base: first.base, head } }, never);
    expect([resumed.resumed, resumed.head(), resumed.base]).toEqual([true, head, first.base]);
    await resumed.close();
    const lost = { base: first.base, head: "0".repeat(39) + "1" };
    const anew = await workspaces.open({ taskId: "T001", title: "t", resume: lost }, never);
    expect([anew.resumed, anew.head()]).toEqual([false, first.base]);
    await anew.close();
  });

  test("links what git does not carry, and neither cleans it away nor commits it", async () => {
    const repository = testRepository({ "a.txt": "one\n", ".gitignore": "node_modules/\n" });
    repository.write({ "node_modules/pkg/index.js": "x" });
    const { workspaces } = await workspacesOf(repository);
    const workspace = await open(workspaces);
    await workspace.commit({ changes: [change("a.txt", "two\n")], message: "m", name: "1", at: AT });
    expect(existsSync(join(workspace.path, "node_modules/pkg/index.js"))).toBe(true);
    expect(await workspace.files()).toEqual([".gitignore", "a.txt"]);
    const seen = await workspaces.fresh(workspace.head(), async (path) =>
      existsSync(join(path, "node_modules/pkg/index.js")),
    );
    expect(seen).toBe(true);
    expect(existsSync(join(repository.root, "node_modules/pkg/index.js"))).toBe(true);
    await workspace.close();
  });
});

describe("landing", () => {
  test("puts one task on top of the other on the run's branch", async () => {
    const repository = testRepository({ "a.txt": "one\n" });
    const { workspaces, runBranch } = await workspacesOf(repository);
    for (const [taskId, text] of [
      ["T001", "two\n"],
      ["T002", "three\n"],
    ] as const) {
      const workspace = await open(workspaces, taskId);
      await workspace.commit({ changes: [change("a.txt", text)], message: "m", name: "1", at: AT });
      const landing = await workspace.land(await workspace.squash(`${taskId}: done\n`));
      expect(landing.kind).toBe("landed");
      await workspace.close();
    }
    expect(repository.git("log", "--format=%s", runBranch.name)).toBe("T002: done\nT001: done\nstart");
    expect(repository.git("log", "--format=%s", "main")).toBe("start");
  });

  test("lands a commit once, also when it is asked to twice", async () => {
    const repository = testRepository({ "a.txt": "one\n" });
    const { workspaces, runBranch } = await workspacesOf(repository);
    const workspace = await open(workspaces);
    await workspace.commit({ changes: [change("a.txt", "two\n")], message: "m", name: "1", at: AT });
    const commit = await workspace.squash("T001: done\n");
    expect(await workspace.land(commit)).toEqual(await workspace.land(commit));
    expect(repository.git("log", "--format=%s", runBranch.name)).toBe("T001: done\nstart");
    await workspace.close();
  });

  test("rebases onto a tip that moved, to be checked again, and names the files of a conflict", async () => {
    const repository = testRepository({ "a.txt": "one\n", "b.txt": "one\n" });
    const { workspaces, runBranch } = await workspacesOf(repository);
    const [first, apart, clash] = [
      await open(workspaces),
      await open(workspaces, "T002"),
      await open(workspaces, "T003"),
    ];
    for (const [workspace, path] of [
      [first, "a.txt"],
      [apart, "b.txt"],
      [clash, "a.txt"],
    ] as const) {
      await workspace.commit({ changes: [change(path, `${workspace.branch}\n`)], message: "m", name: "1", at: AT });
    }
    expect((await first.land(await first.squash("T001\n"))).kind).toBe("landed");
    const rebased = await apart.land(await apart.squash("T002\n"));
    if (rebased.kind !== "rebased") throw new Error(`expected a rebase, got ${rebased.kind}`);
    expect((await apart.land(rebased.commit)).kind).toBe("landed");
    expect(await clash.land(await clash.squash("T003\n"))).toEqual({ kind: "conflict", files: ["a.txt"] });
    expect(repository.git("log", "--format=%s", runBranch.name)).toBe("T002\nT001\nstart");
    for (const workspace of [first, apart, clash]) await workspace.close();
  });

  test("sees that a killed run has landed the same change as another commit", async () => {
    const repository = testRepository({ "a.txt": "one\n" });
    const { workspaces, runBranch } = await workspacesOf(repository);
    for (const message of ["T001: first\n", "T001: again\n"]) {
      const workspace = await workspaces.open({ taskId: "T001", title: "t", resume: start(repository) }, never);
      await workspace.commit({ changes: [change("a.txt", "two\n")], message: "m", name: "1", at: AT });
      expect((await workspace.land(await workspace.squash(message))).kind).toBe("landed");
      await workspace.close();
    }
    expect(repository.git("log", "--format=%s", runBranch.name)).toBe("T001: first\nstart");
  });
});

const start = (repository: TestRepository) => {
  const commit = repository.git("rev-parse", "main");
  return { base: commit, head: commit };
};

describe("the run's branch", () => {
  test("moves up with HEAD, builds on last night's unmerged work, and starts anew where the two have parted", async () => {
    const repository = testRepository({ "a.txt": "one\n" });
    const git = gitIn(repository.root, runProcess);
    const tipOn = async (day: string) => {
      const branch = await openRunBranch(git, "ralph/run-", day);
      return [branch.name, await branch.tip()];
    };
    const first = repository.git("rev-parse", "HEAD");
    expect(await tipOn("2026-01-01")).toEqual(["ralph/run-2026-01-01", first]);
    const next = repository.commit({ "a.txt": "two\n" });
    expect(await tipOn("2026-01-01")).toEqual(["ralph/run-2026-01-01", next]);

    repository.git("checkout", "--quiet", "ralph/run-2026-01-01");
    const lastNight = repository.commit({ "b.txt": "work\n" });
    repository.git("checkout", "--quiet", "main");
    expect(await tipOn("2026-01-02")).toEqual(["ralph/run-2026-01-02", lastNight]);

    const apart = repository.commit({ "c.txt": "person\n" });
    expect(await tipOn("2026-01-02")).toEqual(["ralph/run-2026-01-02-2", apart]);
  });
});

describe("the pool", () => {
  test("reuses a free slot, leaves a live worker's alone and takes over a dead one's", async () => {
    const repository = testRepository({ "a.txt": "one\n" });
    const folder = join(temporaryFolder(), "worktrees");
    const mine = await workspacesOf(repository, { folder, worker: "me" });
    const first = await open(mine.workspaces);
    const second = await open(mine.workspaces, "T002");
    expect([first.path, second.path]).toEqual([join(folder, "1"), join(folder, "2")]);
    await first.close();
    const dying = await workspacesOf(repository, { folder, worker: "dead" });
    const taken = await open(dying.workspaces, "T003");
    expect(taken.path).toBe(join(folder, "1"));
    const heir = await open(mine.workspaces, "T004");
    expect(heir.path).toBe(join(folder, "1"));
    for (const workspace of [second, heir]) await workspace.close();
  });

  test("makes a slot anew when its folder was deleted, spoiled, or left with an index lock", async () => {
    const repository = testRepository({ "a.txt": "one\n" });
    const { workspaces, folder } = await workspacesOf(repository);
    await (await open(workspaces)).close();
    writeFileSync(join(repository.root, ".git/worktrees/1/index.lock"), "");
    await (await open(workspaces)).close();
    writeFileSync(join(folder, "1/.git"), "gitdir: /nowhere\n");
    await (await open(workspaces)).close();
    symlinkSync(repository.root, join(folder, "2"));
    const [one, two] = [await open(workspaces), await open(workspaces, "T002")];
    expect(readFileSync(join(two.path, "a.txt"), "utf8")).toBe("one\n");
    await one.close();
    await two.close();
    expect(repository.read("a.txt")).toBe("one\n");
  });
});
