import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "./temporary.ts";

const CLI = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

export interface RalphResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RalphOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** The built program as a user starts it, with a private home and cache. */
export function startRalph(args: readonly string[], { cwd, env, input }: RalphOptions) {
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd,
    env: {
      PATH: process.env.PATH ?? "",
      HOME: folderOf(cwd, "home"),
      XDG_CACHE_HOME: folderOf(cwd, "cache"),
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_SYSTEM: "/dev/null",
      ...env,
    },
    stdio: ["pipe", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  child.stdin.on("error", () => {});
  child.stdin.end(input ?? "");
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<RalphResult>((resolve) => {
    child.once("close", (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
  return { child, ended, stdout: () => stdout, stderr: () => stderr };
}

export const ralph = (args: readonly string[], options: RalphOptions): Promise<RalphResult> =>
  startRalph(args, options).ended;

const folders = new Map<string, string>();

/** The same for every start in one repository, so that work trees are found again; outside of it, as a home is. */
function folderOf(cwd: string, use: "home" | "cache"): string {
  const key = `${use} ${cwd}`;
  const known = folders.get(key);
  if (known !== undefined) return known;
  const folder = temporaryFolder(`ralph-${use}`);
  folders.set(key, folder);
  return folder;
}
