import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runProcess } from "../../src/io/process.ts";
import { inspectRepository } from "../../src/workspace/repository.ts";
import { testRepository } from "../support/repository.ts";

test("a repository shows its commit and what is not committed", async () => {
  const repository = testRepository({ "a.txt": "one\n" });
  repository.write({ "a.txt": "two\n", "b c.txt": "new\n" });
  const { head, uncommitted } = await inspectRepository(repository.root, runProcess);
  expect(head).toBe(repository.git("rev-parse", "HEAD"));
  expect(uncommitted).toEqual(["a.txt", "b c.txt"]);
});

test("a repository without commits is told from one that git cannot read", async () => {
  const empty = testRepository();
  await expect(inspectRepository(empty.root, runProcess)).rejects.toMatchObject({ code: "NO_COMMITS" });
  const broken = testRepository({ "a.txt": "one\n" });
  writeFileSync(join(broken.root, ".git/config"), "[core\n");
  const inspecting = inspectRepository(broken.root, runProcess);
  await expect(inspecting).rejects.toMatchObject({
    code: "GIT_FAILED",
    message: expect.stringContaining("bad config"),
  });
});
