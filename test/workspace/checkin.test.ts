import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Files, type TestRepository, testRepository } from "../support/repository.ts";
import { AT, change, deletion, open, workspacesOf } from "./workspaces-of.ts";

/** Bytes in the commit, before any conversion. */
const stored = (repository: TestRepository, commit: string, path: string) =>
  repository.git("cat-file", "-p", `${commit}:${path}`);

interface Example {
  readonly files: Files;
  readonly path: string;
  readonly text: string;
  readonly expected: string;
}

describe("a commit where git converts files", () => {
  test("changes one line only where the person's configuration turns line ends", async () => {
    const repository = testRepository({ "a.txt": "one\ntwo\n" });
    repository.git("config", "core.autocrlf", "true");
    const { workspaces } = await workspacesOf(repository);
    const workspace = await open(workspaces);
    expect(workspace.read("a.txt")).toMatchObject({ text: "one\ntwo\n" });
    await workspace.commit({ changes: [change("a.txt", "one\n2\n")], message: "m", name: "1", at: AT });
    expect(repository.git("diff", "--numstat", workspace.base, workspace.head())).toBe("1\t1\ta.txt");
    await workspace.close();
  });

  const cases: readonly [attribute: string, example: Example][] = [
    [
      "eol=crlf",
      {
        files: { ".gitattributes": "*.bat text eol=crlf\n", "a.bat": "one\n" },
        path: "a.bat",
        text: "one\r\n2\r\n",
        expected: "one\n2",
      },
    ],
    [
      "text=auto and a new file",
      { files: { ".gitattributes": "* text=auto\n" }, path: "new.txt", text: "one\r\n2\r\n", expected: "one\n2" },
    ],
    [
      "-text",
      {
        files: { ".gitattributes": "*.txt -text\n", "a.txt": "one\r\n" },
        path: "a.txt",
        text: "one\r\n2\r\n",
        expected: "one\r\n2",
      },
    ],
    [
      "ident",
      {
        files: { ".gitattributes": "*.c ident\n", "a.c": "$Id$\n" },
        path: "a.c",
        text: "$Id: 123 $\n2\n",
        expected: "$Id$\n2",
      },
    ],
  ];
  test.each(cases)("stores what git add would with %s", async (_, { files, path, text, expected }) => {
    const repository = testRepository(files);
    const { workspaces } = await workspacesOf(repository);
    const workspace = await open(workspaces);
    const commit = await workspace.commit({ changes: [change(path, text)], message: "m", name: "1", at: AT });
    expect(stored(repository, commit, path)).toBe(expected);
    await workspace.close();
  });

  test("keeps the line ends of a file that text=auto found with CRLF", async () => {
    const repository = testRepository({ "a.txt": "one\r\ntwo\r\n" });
    repository.commit({ ".gitattributes": "* text=auto\n" });
    const { workspaces } = await workspacesOf(repository);
    const workspace = await open(workspaces);
    await workspace.commit({ changes: [change("a.txt", "one\r\n2\r\n")], message: "m", name: "1", at: AT });
    expect(repository.git("diff", "--numstat", workspace.base, workspace.head())).toBe("1\t1\ta.txt");
    await workspace.close();
  });

  test("runs a file's filter both ways, so that no plain text is stored", async () => {
    const repository = testRepository({ "plain.txt": "p\n", "old.txt": "x\n", folder: "f\n" });
    repository.git("config", "filter.rot.clean", "tr a-z n-za-m");
    repository.git("config", "filter.rot.smudge", "tr a-z n-za-m");
    repository.commit({ ".gitattributes": "secret/** filter=rot\n", "secret/key": "hello\n" });
    const { workspaces, folder } = await workspacesOf(repository);
    const workspace = await open(workspaces);
    expect(workspace.read("secret/key")).toMatchObject({ text: "hello\n" });
    const changes = [
      change("secret/key", "hello world\n"),
      { path: "secret/run", after: { text: "run\n", mode: "100755" } } as const,
      change("plain.txt", "q\n"),
      deletion("old.txt"),
      deletion("folder"),
      change("folder/in it", "new\n"),
    ];
    const commit = await workspace.commit({ changes, message: "hide it\n", name: "1", at: AT });
    expect(stored(repository, commit, "secret/key")).toBe("uryyb jbeyq");
    expect(stored(repository, commit, "plain.txt")).toBe("q");
    expect(repository.git("ls-tree", commit, "secret/run")).toMatch(/^100755/);
    expect(repository.git("rev-parse", "refs/ralph/T001/1")).toBe(commit);
    expect(repository.git("log", "-1", "--format=%an %at %s", commit)).toBe(`ralph ${AT / 1000} hide it`);
    expect(await workspace.files()).toEqual([
      ".gitattributes",
      "folder/in it",
      "plain.txt",
      "secret/key",
      "secret/run",
    ]);
    expect(readFileSync(join(workspace.path, "secret/key"), "utf8")).toBe("hello world\n");
    expect(readdirSync(folder).sort()).toEqual(["1", "1.lock"]);
    await workspace.checkout(workspace.base);
    const again = await workspace.commit({ changes, message: "hide it\n", name: "1", at: AT });
    expect(again).toBe(commit);
    await workspace.close();
  });

  test("cannot go on where the filter is missing its program", async () => {
    const repository = testRepository({ ".gitattributes": "*.bin filter=none\n" });
    repository.git("config", "filter.none.clean", "no-such-program-anywhere");
    repository.git("config", "filter.none.required", "true");
    const { workspaces } = await workspacesOf(repository);
    const workspace = await open(workspaces);
    const made = workspace.commit({ changes: [change("a.bin", "x\n")], message: "m", name: "1", at: AT });
    await expect(made).rejects.toThrow(/a\.bin/);
    expect(workspace.head()).toBe(workspace.base);
    await workspace.close();
  });
});
