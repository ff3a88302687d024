import { expect, test } from "vitest";
import { testRepository } from "../support/repository.ts";
import { open, workspacesOf } from "./workspaces-of.ts";

test("a submodule is out of a patch's reach, and so is everything below it", async () => {
  const repository = testRepository({ "lib-notes.txt": "one\n" });
  const other = repository.git("rev-parse", "HEAD");
  repository.git("update-index", "--add", "--cacheinfo", `160000,${other},vendor/lib`);
  repository.git("commit", "--quiet", "--message", "submodule");
  const { workspaces } = await workspacesOf(repository);
  const workspace = await open(workspaces);
  const refused = { kind: "refused", why: "outside the root" };
  expect(workspace.read("vendor/lib")).toEqual(refused);
  expect(workspace.read("vendor/lib/src/new.c")).toEqual(refused);
  expect(workspace.read("vendor/library.c")).toEqual({ kind: "missing" });
  expect(workspace.read("lib-notes.txt")).toMatchObject({ kind: "text" });
  await workspace.close();
});
