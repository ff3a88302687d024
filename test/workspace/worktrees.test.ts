import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { testRepository } from "../support/repository.ts";
import { AT, change, deletion, never, open, workspacesOf } from "./workspaces-of.ts";

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
    await workspace.prepare(never);
    expect(existsSync(join(workspace.path, "node_modules/pkg/index.js"))).toBe(true);
    expect(await workspace.files()).toEqual([".gitignore", "a.txt"]);
    const seen = await workspaces.fresh(workspace.head(), async (place) => {
      await place.prepare(never);
      return existsSync(join(place.path, "node_modules/pkg/index.js"));
    });
    expect(seen).toBe(true);
    expect(existsSync(join(repository.root, "node_modules/pkg/index.js"))).toBe(true);
    await workspace.close();
  });
});
