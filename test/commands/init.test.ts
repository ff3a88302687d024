import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadConfig, loadConfigOrDefaults } from "../../src/app/config.ts";
import { init } from "../../src/commands/init.ts";
import { isRalphError } from "../../src/core/error.ts";
import { parseTask } from "../../src/task/parse.ts";
import { fileTaskSource } from "../../src/task/source-files.ts";

let root: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "ralph-init-")));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const get = (path: string): string => readFileSync(join(root, path), "utf8");
const load = () => loadConfig({ root, env: {}, home: "/home/ada" });

async function run(dir: string = root): Promise<string> {
  let output = "";
  expect(await init({ dir }, { write: (text) => (output += text) })).toBe(0);
  return output;
}

describe("ralph init", () => {
  test("writes settings with the checks of the project filled in", async () => {
    put("backend/Cargo.toml", "[package]\n");
    put("frontend/package.json", JSON.stringify({ scripts: { test: "vitest run" } }));
    const output = await run();
    const { checks, link } = await load();
    expect(checks.map(({ name, command }) => [name, command])).toEqual([
      ["frontend vitest", "cd frontend && npm test"],
      ["backend cargo", "cd backend && cargo test"],
    ]);
    expect(link).toEqual(["frontend/node_modules"]);
    expect(output).toContain("cd backend && cargo test");
  });

  test("writes settings that say the same as none, but for checks and link", async () => {
    const defaults = await loadConfigOrDefaults({ root, env: {}, home: "/home/ada" });
    await run();
    expect(await load()).toEqual({ ...defaults, link: [] });
  });

  test("explains every key in the settings that it writes", async () => {
    await run();
    const lines = get("ralph.yaml").split("\n");
    const keys = lines.flatMap((line, index) => (/^ *(# )?[a-z_]+:( |$)/.test(line) ? [index] : []));
    const isExplained = (index: number): boolean => /^ *# [A-Z]/.test(lines[index - 1] ?? "");
    expect(keys.length).toBeGreaterThan(25);
    const unexplained = keys.filter((index) => !isExplained(index)).map((index) => lines[index]?.trim().split(":")[0]);
    expect(unexplained).toEqual(["opus", "glm", "minimax", "deepseek", "local"]);
  });

  test("writes AGENTS.md with the project's kind and commands, and an example of a task with its check", async () => {
    put("go.mod", "module x\n");
    await run();
    expect(get("AGENTS.md")).toContain("- `go test ./...`");
    expect(get("AGENTS.md")).toContain("Go.");
    expect(get("tasks/README.md")).toContain("# Task T001:");
    expect(get("tasks/README.md")).toContain("- `go test ./...`");
  });

  test("shows an example that is a task, in a file that is none", async () => {
    await run();
    const example = /```markdown\n([\s\S]*?)```/.exec(get("tasks/README.md"))?.[1] ?? "";
    expect(parseTask(example, "tasks/T001.md")).toMatchObject({
      id: "T001",
      status: "PENDING",
      priority: "P1",
      checks: [{ command: "npm test" }],
      files: [{ path: "src/sign-up.js", action: "modify" }],
    });
    expect(fileTaskSource({ folder: join(root, "tasks") }).list()).toMatchObject({ tasks: [], problems: [] });
  });

  test("overwrites nothing and adds to .gitignore once", async () => {
    const mine = {
      "ralph.yaml": "checks: [mine]\n",
      "AGENTS.md": "mine",
      "tasks/README.md": "mine",
      ".gitignore": "dist/",
    };
    for (const [path, text] of Object.entries(mine)) put(path, text);
    const first = await run();
    const second = await run();
    for (const path of ["ralph.yaml", "AGENTS.md", "tasks/README.md"] as const) expect(get(path)).toBe(mine[path]);
    expect(get(".gitignore").split("\n").slice(0, 4)).toEqual(["dist/", "/.ralph/", "/.ralph_patches/", "/logs/"]);
    expect(first).toContain("kept     AGENTS.md");
    expect(first).toContain("added    /.ralph/ /.ralph_patches/ /logs/");
    expect(second).not.toContain("added");
  });

  test.each([
    [".ralph/\n.ralph_patches\n/logs/*\n", []],
    ["logs\r\n", ["/.ralph/", "/.ralph_patches/"]],
    ["src/logs/\n", ["/.ralph/", "/.ralph_patches/", "/logs/"]],
  ])("adds to a .gitignore of %j only what it lacks", async (present, added) => {
    execFileSync("git", ["init", "-q"], { cwd: root });
    put(".gitignore", present);
    await run();
    const end = present.includes("\r\n") ? "\r\n" : "\n";
    expect(get(".gitignore")).toBe(present + added.map((line) => line + end).join(""));
  });

  test("follows the folders of a ralph.yaml that is there", async () => {
    put("ralph.yaml", "tasks: plan\nlogs: var/log\n");
    const output = await run();
    expect(get("plan/README.md")).toContain("# Task T001:");
    expect(get(".gitignore")).toContain("/var/log/\n");
    expect(output).toContain("plan/T001.md");
  });

  test("stops at a ralph.yaml that cannot be used", async () => {
    put("ralph.yaml", "taks: plan\n");
    await expect(run()).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    expect(readdirSync(root)).toEqual(["ralph.yaml"]);
  });

  test("makes the folder, and says that it is no git repository yet and how it becomes one", async () => {
    const output = await run(join(root, "new/project"));
    expect(output).toContain("not yet a git repository");
    expect(output).toContain("git init && git add -A && git commit");
    expect(get("new/project/ralph.yaml")).toContain("models:");
  });

  test("keeps installed packages out of the first commit", async () => {
    put("package.json", JSON.stringify({ scripts: { test: "node --test" } }));
    put("node_modules/dep/index.js", "");
    await run();
    execFileSync("git", ["init", "-q"], { cwd: root });
    const seen = execFileSync("git", ["ls-files", "--others", "--exclude-standard"], { cwd: root, encoding: "utf8" });
    expect(seen.trim().split("\n")).toEqual([
      ".gitignore",
      "AGENTS.md",
      "package.json",
      "ralph.yaml",
      "tasks/README.md",
    ]);
  });

  test("asks for the top of the repository instead of a folder inside it", async () => {
    execFileSync("git", ["init", "-q"], { cwd: root });
    const failure: unknown = await run(join(root, "src")).catch((error: unknown) => error);
    expect(isRalphError(failure, "USAGE") && failure.cure).toContain(`ralph init ${root}\``);
    expect(readdirSync(root)).toEqual([".git"]);
  });

  test("names the path when a file stands where the folder should be", async () => {
    put("file", "");
    await expect(run(join(root, "file"))).rejects.toMatchObject({
      code: "WRITE_FAILED",
      details: { path: join(root, "file") },
    });
  });

  test("names the path that cannot be written", async () => {
    put("tasks", "a file where the folder should be");
    await expect(run()).rejects.toMatchObject({
      code: "WRITE_FAILED",
      details: { path: join(root, "tasks/README.md") },
    });
  });

  test("reports the same as JSON", async () => {
    let output = "";
    await init({ dir: root, json: true }, { write: (text) => (output += text) });
    expect(JSON.parse(output)).toMatchObject({
      root,
      isRepository: false,
      wrote: ["ralph.yaml", "tasks/README.md", "AGENTS.md"],
      kept: [],
      ignored: ["/.ralph/", "/.ralph_patches/", "/logs/"],
    });
  });
});
