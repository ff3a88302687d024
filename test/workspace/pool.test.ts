import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { testRepository } from "../support/repository.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { open, workspacesOf } from "./workspaces-of.ts";

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

  test("takes over a lock that names nobody, and leaves nothing but locks beside the slots", async () => {
    const repository = testRepository({ "a.txt": "one\n" });
    const { workspaces, folder } = await workspacesOf(repository);
    mkdirSync(folder);
    writeFileSync(join(folder, "1.lock"), "");
    const workspace = await open(workspaces);
    expect(workspace.path).toBe(join(folder, "1"));
    expect(readFileSync(join(folder, "1.lock"), "utf8")).toBe("me");
    expect(readdirSync(folder).sort()).toEqual(["1", "1.lock"]);
    await workspace.close();
  });

  test("makes a slot anew when its folder was deleted or spoiled, and clears the locks of a killed git", async () => {
    const repository = testRepository({ "a.txt": "one\n" });
    const { workspaces, folder } = await workspacesOf(repository);
    await (await open(workspaces)).close();
    for (const lock of ["index.lock", "HEAD.lock", "ORIG_HEAD.lock"]) {
      writeFileSync(join(repository.root, ".git/worktrees/1", lock), "");
    }
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
