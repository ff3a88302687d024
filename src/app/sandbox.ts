/** What model-written code runs in: `sandbox:` of ralph.yaml and what works on this machine. */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { RalphError } from "../core/error.ts";
import type { RunProcess } from "../core/process.ts";
import { runProcess } from "../io/process.ts";
import { findSandbox, type Sandbox } from "../io/sandbox.ts";
import type { Config } from "./config-resolve.ts";
import { packageFolder } from "./package-folder.ts";

/** Where a program may write; it reads the system, and of the person's files only their checkout. */
interface Room {
  /** Absolute. */
  readonly workTree: string;
  readonly writable?: readonly string[];
  /** For set-up commands. */
  readonly network?: boolean;
}

export interface Confinement {
  readonly kind: "bwrap" | "none";
  readonly runIn: (room: Room) => RunProcess;
}

interface SandboxRequest {
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The person's home folder. */
  readonly home: string;
  /** Told where checks run without a sandbox though one is wanted. */
  readonly warn: (text: string) => void;
}

/** Throws SANDBOX_MISSING where ralph.yaml asks for bubblewrap and it does not work. */
export async function openConfinement(request: SandboxRequest, signal: AbortSignal): Promise<Confinement> {
  const { config, env, home, warn } = request;
  if (config.sandbox === "none") return UNCONFINED;
  const found = await findSandbox(runProcess, env, home, signal);
  const place = placesOf(config, await gitFolder(config.root));
  const why = found.kind === "none" ? found.why : await whyNotHere(found.sandbox, place(config.worktrees), signal);
  if (found.kind === "bwrap" && why === undefined)
    return { kind: "bwrap", runIn: (room) => withCaches(found.sandbox, place, room) };
  if (config.sandbox === "bwrap") throw new RalphError("SANDBOX_MISSING", { why: why ?? "" });
  warn(`checks run without a sandbox: ${why} (\`sandbox: none\` in ralph.yaml ends this message)`);
  return UNCONFINED;
}

/** Builds that take long keep what they made beside the work tree; a clean checkout stands in another one. */
function withCaches(sandbox: Sandbox, place: PlaceOf, { workTree, writable = [], network }: Room): RunProcess {
  const cache = `${workTree}.cache`;
  mkdirSync(cache, { recursive: true });
  const run = sandbox.runIn({ ...place(workTree), writable: [...writable, cache], network: network === true });
  return (command, signal) => run({ ...command, env: { GOCACHE: join(cache, "go-build"), ...command.env } }, signal);
}

const LOOK_MS = 10_000;

/** A checkout that holds the home folder itself, say, cannot be shown without what is private in it. */
async function whyNotHere(sandbox: Sandbox, place: Place, signal: AbortSignal): Promise<string | undefined> {
  mkdirSync(place.workTree, { recursive: true });
  const command = { argv: ["true"], cwd: place.workTree, timeoutMs: LOOK_MS } as const;
  const { startFailure, exitCode } = await sandbox.runIn(place)(command, signal);
  signal.throwIfAborted();
  return startFailure ?? (exitCode === 0 ? undefined : "no program runs in it");
}

const UNCONFINED: Confinement = { kind: "none", runIn: () => runProcess };

type Place = Parameters<Sandbox["runIn"]>[0];
type PlaceOf = (workTree: string) => Place;

/** Of the checkout only git's folder and what is linked from it; ralph's own folder for the reporters of runners. */
function placesOf({ root, link, worktrees }: Config, git: string): PlaceOf {
  const linked = link.map((path) => join(root, path)).filter((path) => existsSync(path));
  const readable = [git, ...linked, join(worktrees, DEPENDENCIES), packageFolder()];
  return (workTree) => ({ workTree, readable });
}

async function gitFolder(root: string): Promise<string> {
  const command = ["git", "rev-parse", "--path-format=absolute", "--git-common-dir"] as const;
  const result = await runProcess({ argv: command, cwd: root, timeoutMs: LOOK_MS }, new AbortController().signal);
  return result.exitCode === 0 ? result.stdout.trim() : join(root, ".git");
}

/** Beside the work trees: dependencies that are not those of the checkout. */
export const DEPENDENCIES = "dependencies";
