import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { DependenciesOptions } from "../../src/workspace/dependencies.ts";
import { type TestRepository, testRepository } from "../support/repository.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { AT, change, never, open, workspacesOf } from "./workspaces-of.ts";

const manifest = (dependencies: Readonly<Record<string, string>>, scripts = {}): string =>
  `${JSON.stringify({ name: "p", scripts, dependencies }, null, 2)}\n`;

function project(): TestRepository {
  const repository = testRepository({
    "package.json": manifest({ a: "1" }),
    ".gitignore": "node_modules/\n",
  });
  repository.write({
    "node_modules/a/index.js": "a 1",
    "node_modules/.bin/a": "#!",
    "node_modules/.cache/x": "theirs",
  });
  return repository;
}

/** Installs what the manifest of the folder asks for, as `npm install` would, and counts how often it is called. */
function installer(): { readonly runSetup: DependenciesOptions["runSetup"]; readonly folders: string[] } {
  const folders: string[] = [];
  return {
    folders,
    runSetup: async (_, folder) => {
      folders.push(folder);
      const { dependencies } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
        readonly dependencies: Readonly<Record<string, string>>;
      };
      for (const [name, version] of Object.entries(dependencies)) {
        mkdirSync(join(folder, "node_modules", name), { recursive: true });
        writeFileSync(join(folder, "node_modules", name, "index.js"), `${name} ${version}`);
      }
      return undefined;
    },
  };
}

const packageIn = (path: string, name: string): string =>
  readFileSync(join(path, "node_modules", name, "index.js"), "utf8");
const patched = (text: string) => ({ changes: [change("package.json", text)], message: "m", name: "1", at: AT });

describe("a work tree's dependencies", () => {
  test("are those of the checkout, and what tools write beside them stays in the work tree", async () => {
    const repository = project();
    const workspace = await open((await workspacesOf(repository)).workspaces);
    await workspace.prepare(never);
    expect(packageIn(workspace.path, "a")).toBe("a 1");
    expect(existsSync(join(workspace.path, "node_modules/.bin/a"))).toBe(true);

    mkdirSync(join(workspace.path, "node_modules/.cache"));
    writeFileSync(join(workspace.path, "node_modules/.cache/y"), "ours");
    expect(readdirSync(join(repository.root, "node_modules/.cache"))).toEqual(["x"]);
    await workspace.close();
  });

  test("lose what a test put among them, and keep caches but in a clean checkout", async () => {
    const { workspaces } = await workspacesOf(project());
    const tamper = (path: string): void => {
      rmSync(join(path, "node_modules/a"), { recursive: true });
      mkdirSync(join(path, "node_modules/a"), { recursive: true });
      writeFileSync(join(path, "node_modules/a/index.js"), "forged");
      mkdirSync(join(path, "node_modules/evil"));
      mkdirSync(join(path, "node_modules/.cache"), { recursive: true });
    };
    const workspace = await open(workspaces);
    await workspace.prepare(never);
    tamper(workspace.path);
    await workspace.prepare(never);
    expect(packageIn(workspace.path, "a")).toBe("a 1");
    expect(readdirSync(join(workspace.path, "node_modules"))).toEqual([".bin", ".cache", ".ralph-links", "a"]);

    await workspaces.fresh(workspace.head(), async (place) => {
      await place.prepare(never);
      tamper(place.path);
    });
    await workspaces.fresh(workspace.head(), async (place) => {
      await place.prepare(never);
      expect(readdirSync(join(place.path, "node_modules"))).toEqual([".bin", ".ralph-links", "a"]);
    });
    await workspace.close();
  });

  test("that are packages of the project itself lead into the work tree, not into the checkout", async () => {
    const repository = testRepository({
      "package.json": manifest({}),
      "packages/own/index.js": "committed",
      ".gitignore": "node_modules/\n",
    });
    mkdirSync(join(repository.root, "node_modules/@us"), { recursive: true });
    symlinkSync("../packages/own", join(repository.root, "node_modules/own"));
    symlinkSync("../../packages/own", join(repository.root, "node_modules/@us/own"));
    repository.write({ "packages/own/index.js": "uncommitted" });
    const workspace = await open((await workspacesOf(repository)).workspaces);
    await workspace.prepare(never);
    expect([packageIn(workspace.path, "own"), packageIn(workspace.path, "@us/own")]).toEqual([
      "committed",
      "committed",
    ]);
    await workspace.prepare(never);
    expect(packageIn(workspace.path, "@us/own")).toBe("committed");
    await workspace.close();
  });

  test("are marked by a file that no test can turn into a way out", async () => {
    const outside = join(temporaryFolder(), "file");
    writeFileSync(outside, "precious");
    const workspace = await open((await workspacesOf(project())).workspaces);
    await workspace.prepare(never);
    rmSync(join(workspace.path, "node_modules/.ralph-links"));
    symlinkSync(outside, join(workspace.path, "node_modules/.ralph-links"));
    await workspace.prepare(never);
    expect(readFileSync(outside, "utf8")).toBe("precious");
    await workspace.close();
  });

  test("are installed once where a patch asks for others, and shared by all trees that do", async () => {
    const repository = project();
    const { runSetup, folders } = installer();
    const { workspaces } = await workspacesOf(repository, { setup: ["npm install"], runSetup });
    const workspace = await open(workspaces);
    await workspace.prepare(never);
    expect(folders).toEqual([]);

    await workspace.commit(patched(manifest({ a: "1", b: "2" })));
    await workspace.prepare(never);
    expect(packageIn(workspace.path, "b")).toBe("b 2");
    await workspaces.fresh(workspace.head(), async (place) => {
      await place.prepare(never);
      expect(packageIn(place.path, "b")).toBe("b 2");
    });
    expect(folders).toHaveLength(1);
    expect(existsSync(join(repository.root, "node_modules/b"))).toBe(false);

    await workspace.checkout(workspace.base);
    await workspace.prepare(never);
    expect(existsSync(join(workspace.path, "node_modules/b"))).toBe(false);
    await workspace.close();
  });

  test("are not installed anew because a script or a line of code changed", async () => {
    const { runSetup, folders } = installer();
    const { workspaces } = await workspacesOf(project(), { setup: ["npm install"], runSetup });
    const workspace = await open(workspaces);
    await workspace.commit(patched(manifest({ a: "1" }, { start: "node ." })));
    await workspace.prepare(never);
    expect(folders).toEqual([]);
    await workspace.close();
  });

  test("that cannot be installed are told with the command, and tried again the next time", async () => {
    let calls = 0;
    const runSetup: DependenciesOptions["runSetup"] = async (command) =>
      calls++ === 0 ? { command, message: "exit code 1\nno such package" } : undefined;
    const { workspaces } = await workspacesOf(project(), { setup: ["npm install"], runSetup });
    const workspace = await open(workspaces);
    await workspace.commit(patched(manifest({ nothing: "1" })));
    expect(await workspace.prepare(never)).toEqual({ command: "npm install", message: "exit code 1\nno such package" });
    expect(await workspace.prepare(never)).toBeUndefined();
    await workspace.close();
  });

  test("that the project carries in git itself are left alone", async () => {
    const repository = testRepository({ "node_modules/own/index.js": "own" });
    repository.write({ "node_modules/other/index.js": "other" });
    const workspace = await open((await workspacesOf(repository)).workspaces);
    await workspace.prepare(never);
    expect(packageIn(workspace.path, "own")).toBe("own");
    expect(lstatSync(join(workspace.path, "node_modules/own")).isSymbolicLink()).toBe(false);
    expect(existsSync(join(workspace.path, "node_modules/other"))).toBe(false);
    await workspace.close();
  });
});
