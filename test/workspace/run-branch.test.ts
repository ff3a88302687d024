import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runProcess } from "../../src/io/process.ts";
import { gitIn } from "../../src/workspace/git.ts";
import { openRunBranch } from "../../src/workspace/run-branch.ts";
import { testRepository } from "../support/repository.ts";

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

  test("leaves a branch alone that somebody has checked out, and builds on it under the next name", async () => {
    const repository = testRepository({ "a.txt": "one\n" });
    const git = gitIn(repository.root, runProcess);
    await openRunBranch(git, "ralph/run-", "2026-01-01");
    repository.git("checkout", "--quiet", "ralph/run-2026-01-01");
    const tip = repository.commit({ "a.txt": "two\n" });
    const branch = await openRunBranch(git, "ralph/run-", "2026-01-01");
    expect([branch.name, await branch.tip()]).toEqual(["ralph/run-2026-01-01-2", tip]);
    expect(await branch.move(tip, repository.git("rev-parse", "main"))).toBe(true);
    expect(repository.git("status", "--porcelain")).toBe("");
  });

  test("cannot be made below a branch of the same name: the error names that one", async () => {
    const repository = testRepository({ "a.txt": "one\n" });
    repository.git("branch", "ralph");
    const opening = openRunBranch(gitIn(repository.root, runProcess), "ralph/run-", "2026-01-01");
    await expect(opening).rejects.toMatchObject({
      code: "BRANCH_FAILED",
      cure: expect.stringContaining("git branch -m ralph "),
    });
  });

  test("cannot be made or moved past a stale lock: the error says what git said", async () => {
    const repository = testRepository({ "a.txt": "one\n" });
    const git = gitIn(repository.root, runProcess);
    const branch = await openRunBranch(git, "ralph/run-", "2026-01-01");
    const first = await branch.tip();
    const next = repository.commit({ "a.txt": "two\n" });
    writeFileSync(join(repository.root, ".git/refs/heads", `${branch.name}.lock`), "");
    await expect(branch.move(first, next)).rejects.toThrow(/ralph\/run-2026-01-01 cannot be made or moved: .*\.lock/s);
    expect(await branch.move(next, first)).toBe(false);
  });
});
