/** What model-written code runs in: `sandbox:` of ralph.yaml and what works on this machine. */
import { join } from "node:path";
import { RalphError } from "../core/error.ts";
import type { RunProcess } from "../core/process.ts";
import { runProcess } from "../io/process.ts";
import { findSandbox, type Sandbox } from "../io/sandbox.ts";
import type { Config } from "./config-resolve.ts";
import { packageFolder } from "./package-folder.ts";

/** Where a program may write; it reads the system, and of the person's files only their checkout. */
export interface Room {
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
  if (found.kind === "bwrap") return { kind: "bwrap", runIn: (room) => found.sandbox.runIn(placeOf(config, room)) };
  if (config.sandbox === "bwrap") throw new RalphError("SANDBOX_MISSING", { why: found.why });
  warn(`checks run without a sandbox: ${found.why} (\`sandbox: none\` in ralph.yaml ends this message)`);
  return UNCONFINED;
}

const UNCONFINED: Confinement = { kind: "none", runIn: () => runProcess };

/** The checkout for its git folder and its packages, ralph's own folder for the reporters that runners load. */
const placeOf = ({ root, worktrees }: Config, room: Room): Parameters<Sandbox["runIn"]>[0] => ({
  ...room,
  readable: [root, join(worktrees, DEPENDENCIES), packageFolder()],
});

/** Beside the work trees: dependencies that are not those of the checkout. */
export const DEPENDENCIES = "dependencies";
