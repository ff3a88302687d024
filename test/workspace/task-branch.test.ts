import { describe, expect, test } from "vitest";
import { testRepository } from "../support/repository.ts";
import { AT, change, open, workspacesOf } from "./workspaces-of.ts";

describe("the task's branch", () => {
  test("stands at the task's last commit when the workspace closes, and is taken up again", async () => {
    const repository = testRepository({ "a.txt": "one\n" });
    const { workspaces } = await workspacesOf(repository);
    const workspace = await open(workspaces);
    await workspace.commit({ changes: [change("a.txt", "two\n")], message: "m", name: "1", at: AT });
    expect(repository.git("worktree", "list")).not.toContain("T001");
    await workspace.close();
    expect(repository.git("rev-parse", "ralph/T001-add-a-thing")).toBe(workspace.head());
    const again = await open(workspaces);
    expect(again.branch).toBe("ralph/T001-add-a-thing");
    expect(repository.git("rev-parse", again.branch)).toBe(again.base);
    await again.close();
  });

  test("leaves a branch with a person's commits as it is and takes the next name", async () => {
    const repository = testRepository({ "a.txt": "one\n" });
    const { workspaces } = await workspacesOf(repository);
    await (await open(workspaces)).close();
    repository.git("checkout", "--quiet", "ralph/T001-add-a-thing");
    const theirs = repository.commit({ "mine.txt": "work\n" });
    repository.git("checkout", "--quiet", "main");
    const workspace = await open(workspaces);
    expect(workspace.branch).toBe("ralph/T001-add-a-thing-2");
    expect(repository.git("rev-parse", "ralph/T001-add-a-thing")).toBe(theirs);
    await workspace.close();
  });

  test("never moves under a person who has it checked out", async () => {
    const repository = testRepository({ "a.txt": "one\n" });
    const { workspaces } = await workspacesOf(repository);
    const first = await open(workspaces);
    await first.commit({ changes: [change("a.txt", "two\n")], message: "m", name: "1", at: AT });
    repository.git("checkout", "--quiet", first.branch);
    await first.close();
    const second = await open(workspaces);
    expect(second.branch).toBe("ralph/T001-add-a-thing-2");
    expect(repository.git("rev-parse", "HEAD")).toBe(first.base);
    expect(repository.git("status", "--porcelain")).toBe("");
    await second.close();
  });
});
