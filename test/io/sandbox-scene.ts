/** A person's home with a checkout and a work tree, in a temporary folder, and programs that run in a sandbox there. */
import { mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command, ProcessResult } from "../../src/core/process.ts";
import type { Environment } from "../../src/io/environment.ts";
import { runProcess } from "../../src/io/process.ts";
import { findSandbox, type SandboxPlace } from "../../src/io/sandbox.ts";
import { testRepository } from "../support/repository.ts";
import { temporaryFolder } from "../support/temporary.ts";

const HOSTILE = fileURLToPath(new URL("../fixtures/runners/hostile/", import.meta.url));
const never = new AbortController().signal;

const found = await findSandbox(runProcess, process.env, "/nonexistent", never);

/** For `skipIf` and titles. */
export const hasSandbox = found.kind === "bwrap";
export const where = found.kind === "bwrap" ? "in bubblewrap" : `in bubblewrap (skipped: ${found.why})`;

export const hostile = (name: string, ...args: readonly string[]): Command["argv"] => [
  process.execPath,
  join(HOSTILE, `${name}.mjs`),
  ...args,
];

export interface Scene {
  readonly root: string;
  readonly home: string;
  readonly checkout: string;
  readonly workTree: string;
  readonly write: (path: string, text: string) => void;
  /** Runs a program in the work tree, outside of any sandbox. */
  readonly outside: (argv: Command["argv"]) => Promise<ProcessResult>;
  readonly inside: (argv: Command["argv"], options?: InsideOptions) => Promise<ProcessResult>;
}

interface InsideOptions extends Partial<Command> {
  readonly place?: Partial<SandboxPlace>;
  /** The person's environment. */
  readonly person?: Environment;
  readonly signal?: AbortSignal;
}

export function scene(realHome?: string): Scene {
  const root = temporaryFolder("ralph-sandbox-test");
  const home = realHome ?? join(root, "home");
  const checkout = join(root, "home", "project");
  const workTree = join(checkout, ".ralph", "slots", "1");
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  write(join(root, "home", ".ssh", "id_ed25519"), "private key");
  mkdirSync(checkout);
  const repository = testRepository({ "kept.txt": "kept\n", ".gitignore": ".ralph\nnode_modules\n" }, checkout);
  repository.git("worktree", "add", "--quiet", "--detach", workTree);
  write(join(checkout, "node_modules", "tool", "index.js"), "// as published\n");
  symlinkSync(join(checkout, "node_modules"), join(workTree, "node_modules"));

  const sandboxes = new Map<Environment, ReturnType<typeof findSandbox>>();
  const sandboxFor = async (person: Environment) => {
    const finding = sandboxes.get(person) ?? findSandbox(runProcess, person, home, never);
    sandboxes.set(person, finding);
    const sandbox = await finding;
    if (sandbox.kind === "none") throw new Error(sandbox.why);
    return sandbox.sandbox;
  };

  const base = { cwd: workTree, timeoutMs: 60_000 };
  return {
    root,
    home,
    checkout,
    workTree,
    write,
    outside: (argv) => runProcess({ ...base, argv, env: { HOME: home } }, never),
    inside: async (argv, { place, person = process.env, signal = never, ...options } = {}) => {
      const sandbox = await sandboxFor(person);
      // The hostile programs may lie where all is hidden, too.
      const readable = [checkout, HOSTILE, process.execPath];
      return sandbox.runIn({ workTree, readable, ...place })({ ...base, argv, ...options }, signal);
    },
  };
}

/** Pids of living processes, in whatever namespace, that have this in their environment or sit in this folder. */
export function processesOf({ variable, folder }: { readonly variable: string; readonly folder: string }) {
  const isOne = (pid: string): boolean => {
    try {
      const isDead = /^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
      const variables = readFileSync(`/proc/${pid}/environ`, "latin1").split("\0");
      return !isDead && (variables.includes(variable) || readlinkSync(`/proc/${pid}/cwd`) === folder);
    } catch {
      // It ended in between, or is another person's.
      return false;
    }
  };
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name) && isOne(name));
}
