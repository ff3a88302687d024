import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { temporaryFolder } from "./temporary.ts";

export type Files = Readonly<Record<string, string>>;

/** Real git in a temporary folder, without the configuration of whoever runs the tests. */
export interface TestRepository {
  readonly root: string;
  git(...args: readonly string[]): string;
  write(files: Files): void;
  read(path: string): string;
  /** Writes, commits everything and returns the commit. */
  commit(files: Files, message?: string): string;
}

const ENVIRONMENT = {
  ...process.env,
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_SYSTEM: "/dev/null",
  GIT_AUTHOR_NAME: "person",
  GIT_AUTHOR_EMAIL: "person@example.invalid",
  GIT_COMMITTER_NAME: "person",
  GIT_COMMITTER_EMAIL: "person@example.invalid",
};

export function testRepository(files: Files = {}, root = temporaryFolder()): TestRepository {
  const git = (...args: readonly string[]): string =>
    execFileSync("git", args, {
      cwd: root,
      env: ENVIRONMENT,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    }).trimEnd();
  const write = (changes: Files): void => {
    for (const [path, text] of Object.entries(changes)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
  };
  const repository: TestRepository = {
    root,
    git,
    write,
    read: (path) => readFileSync(join(root, path), "utf8"),
    commit(changes, message = "change") {
      write(changes);
      git("add", "--all");
      git("commit", "--quiet", "--allow-empty", "--message", message);
      return git("rev-parse", "HEAD");
    },
  };
  git("init", "--quiet", "--initial-branch", "main");
  if (Object.keys(files).length > 0) repository.commit(files, "start");
  return repository;
}
