/**
 * Makes a folder ready for ralph. Every file is created only where there is none (`wx`, so that
 * not even a file that appears meanwhile is overwritten); .gitignore alone is added to. Tells what it did.
 */
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { RalphError } from "../core/error.ts";
import { CONFIG_NAME, readConfigText } from "./config-file.ts";
import { readConfig } from "./config-read.ts";
import type { CompleteConfigFile } from "./config-resolve.ts";
import { renderConfigFile } from "./config-template.ts";
import { type DetectedStack, detectStack, type ProjectFiles } from "./detect-stack.ts";
import { agentsText, missingIgnores, tasksText } from "./init-texts.ts";

export interface InitReport {
  readonly root: string;
  readonly isRepository: boolean;
  /** What the project is made of. */
  readonly parts: readonly string[];
  readonly checks: readonly { readonly name: string; readonly command: string }[];
  readonly wrote: readonly string[];
  /** Was there already. */
  readonly kept: readonly string[];
  /** Lines that are new in .gitignore. */
  readonly ignored: readonly string[];
  /** Folder of the task files, as in ralph.yaml. */
  readonly tasks: string;
}

/** Throws USAGE for a folder inside another repository, CONFIG_INVALID, WRITE_FAILED, READ_FAILED. */
export function initProject(dir: string): InitReport {
  const root = existsSync(dir) ? realpathSync(dir) : resolve(dir);
  const isRepository = isRepositoryTop(root);
  makeFolder(root);
  const stack = detectStack(projectFiles(root));
  // A ralph.yaml that is there already decides about folders; the environment does not.
  const { file } = readConfig({ root, env: {}, home: root }, readConfigText(root) ?? "");
  const ignores = [".ralph", file.patches, file.logs, ...(isRepository ? [] : stack.link)];
  return {
    root,
    isRepository,
    parts: stack.parts,
    checks: stack.checks,
    ...writeFiles(root, stack, file),
    ignored: addIgnores(join(root, ".gitignore"), ignores),
    tasks: file.tasks,
  };
}

/** True for the top of a repository. Further down ralph.yaml would never be found, so a folder there is refused. */
function isRepositoryTop(dir: string): boolean {
  if (existsSync(join(dir, ".git"))) return true;
  for (let folder = dirname(dir); folder !== dirname(folder); folder = dirname(folder)) {
    if (!existsSync(join(folder, ".git"))) continue;
    const what = `${dir} lies inside the git repository ${folder}`;
    throw new RalphError("USAGE", { what, cure: `Run \`ralph init ${folder}\`, or \`git init\` in ${dir} first` });
  }
  return false;
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new RalphError("WRITE_FAILED", { path, why: (error as Error).message }, { cause: error });
  }
}

function projectFiles(root: string): ProjectFiles {
  return {
    has: (path) => existsSync(join(root, path)),
    read: (path) => readIfThere(join(root, path)),
    folders: foldersOf(root),
  };
}

function foldersOf(path: string): readonly string[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    throw new RalphError("READ_FAILED", { path, why: (error as Error).message }, { cause: error });
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

type Files = Pick<InitReport, "wrote" | "kept">;

function writeFiles(root: string, stack: DetectedStack, file: CompleteConfigFile): Files {
  const { checks, link } = stack;
  const { models, tiers } = file;
  const files: readonly (readonly [path: string, text: string])[] = [
    [CONFIG_NAME, renderConfigFile({ checks, link, models, tiers })],
    [join(file.tasks, "README.md"), tasksText(checks[0]?.command ?? "npm test")],
    ["AGENTS.md", agentsText(basename(root), stack)],
  ];
  const written = files.map(([path, text]) => ({ path, isNew: createFile(join(root, path), text) }));
  return {
    wrote: written.filter(({ isNew }) => isNew).map(({ path }) => path),
    kept: written.filter(({ isNew }) => !isNew).map(({ path }) => path),
  };
}

/** False where something is at `path` already. */
function createFile(path: string, text: string): boolean {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST" && existsSync(path)) return false;
    throw new RalphError("WRITE_FAILED", { path, why: (error as Error).message }, { cause: error });
  }
}

function addIgnores(path: string, folders: readonly string[]): readonly string[] {
  const present = readIfThere(path) ?? "";
  const lines = missingIgnores(present, folders);
  if (lines.length === 0) return [];
  const end = present.includes("\r\n") ? "\r\n" : "\n";
  const gap = present === "" || present.endsWith("\n") ? "" : end;
  try {
    appendFileSync(path, gap + lines.map((line) => line + end).join(""));
    return lines;
  } catch (error) {
    throw new RalphError("WRITE_FAILED", { path, why: (error as Error).message }, { cause: error });
  }
}
