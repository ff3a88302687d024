import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { RunProcess } from "../../src/core/process.ts";
import { runProcess } from "../../src/io/process.ts";
import { type TestRepository, testRepository } from "../support/repository.ts";
import { AT, change, never, open, workspacesOf } from "./workspaces-of.ts";

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

  test("is a conflict also where git remembers how a person solved it", async () => {
    const repository = testRepository({ "a.txt": "one\n" });
    repository.git("config", "rerere.enabled", "true");
    repository.git("config", "rerere.autoUpdate", "true");
    repository.git("checkout", "--quiet", "-b", "theirs");
    repository.commit({ "a.txt": "theirs\n" });
    repository.git("checkout", "--quiet", "main");
    repository.git("checkout", "--quiet", "-b", "ours");
    repository.commit({ "a.txt": "ours\n" });
    expect(() => repository.git("merge", "theirs")).toThrow("merge theirs");
    repository.commit({ "a.txt": "ours\n" }, "solved");
    repository.git("checkout", "--quiet", "main");

    const { workspaces, runBranch } = await workspacesOf(repository);
    const [first, second] = [await open(workspaces), await open(workspaces, "T002")];
    await first.commit({ changes: [change("a.txt", "ours\n")], message: "m", name: "1", at: AT });
    await second.commit({ changes: [change("a.txt", "theirs\n")], message: "m", name: "1", at: AT });
    expect((await first.land(await first.squash("T001\n"))).kind).toBe("landed");
    expect(await second.land(await second.squash("T002\n"))).toEqual({ kind: "conflict", files: ["a.txt"] });
    expect(repository.git("log", "--format=%s", runBranch.name)).toBe("T001\nstart");
    for (const workspace of [first, second]) await workspace.close();
  });

  test("cannot go on when git fails for another reason than a conflict, and stands where it stood", async () => {
    const repository = testRepository({ "a.txt": "one\n", "b.txt": "one\n" });
    const { workspaces } = await workspacesOf(repository, { run: withoutSpaceForPicks });
    const [first, second] = [await open(workspaces), await open(workspaces, "T002")];
    await first.commit({ changes: [change("a.txt", "two\n")], message: "m", name: "1", at: AT });
    await second.commit({ changes: [change("b.txt", "two\n")], message: "m", name: "1", at: AT });
    await first.land(await first.squash("T001\n"));
    const commit = await second.squash("T002\n");
    await expect(second.land(commit)).rejects.toThrow(/cherry-pick.* failed: .*No space left/);
    expect(second.read("a.txt")).toMatchObject({ text: "one\n" });
    expect(second.read("b.txt")).toMatchObject({ text: "two\n" });
    for (const workspace of [first, second]) await workspace.close();
  });

  test("is not hindered by what a check left in the work tree", async () => {
    const repository = testRepository({ "a.txt": "one\n" });
    const { workspaces } = await workspacesOf(repository);
    const [first, second] = [await open(workspaces), await open(workspaces, "T002")];
    await first.commit({ changes: [change("new.txt", "new\n")], message: "m", name: "1", at: AT });
    await second.commit({ changes: [change("a.txt", "two\n")], message: "m", name: "1", at: AT });
    await first.land(await first.squash("T001\n"));
    writeFileSync(join(second.path, "new.txt"), "left over");
    const rebased = await second.land(await second.squash("T002\n"));
    expect(rebased.kind).toBe("rebased");
    expect(second.read("new.txt")).toEqual({ kind: "missing" });
    for (const workspace of [first, second]) await workspace.close();
  });

  test("refuses to move the run's branch under somebody who has checked it out meanwhile", async () => {
    const repository = testRepository({ "a.txt": "one\n" });
    const { workspaces, runBranch } = await workspacesOf(repository);
    const workspace = await open(workspaces);
    await workspace.commit({ changes: [change("a.txt", "two\n")], message: "m", name: "1", at: AT });
    repository.git("checkout", "--quiet", runBranch.name);
    const commit = await workspace.squash("T001\n");
    await expect(workspace.land(commit)).rejects.toMatchObject({ code: "BRANCH_CHECKED_OUT" });
    expect(repository.git("status", "--porcelain")).toBe("");
    repository.git("checkout", "--quiet", "main");
    expect((await workspace.land(commit)).kind).toBe("landed");
    await workspace.close();
  });
});

const withoutSpaceForPicks: RunProcess = async (command, signal) => {
  const result = await runProcess(command, signal);
  if (!command.argv.includes("cherry-pick")) return result;
  return { ...result, exitCode: 128, stderr: "fatal: unable to write file: No space left on device" };
};

const start = (repository: TestRepository) => {
  const commit = repository.git("rev-parse", "main");
  return { base: commit, head: commit };
};
