/** The repository a command works on, and its settings: what every command starts from. */
import { existsSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { RalphError } from "../core/error.ts";
import { loadConfig, loadConfigOrDefaults } from "./config.ts";
import type { Config, ConfigSource } from "./config-resolve.ts";

export interface Place {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Throws NOT_A_REPOSITORY, NO_CONFIG, CONFIG_INVALID. */
export async function openProject(place: Place): Promise<Config> {
  return loadConfig(configSource(place));
}

/** For commands that can do without a ralph.yaml. */
export async function openProjectOrDefaults(place: Place): Promise<Config> {
  return loadConfigOrDefaults(configSource(place));
}

/** The defaults hold outside of every repository. */
export async function openProjectAnywhere({ cwd, env }: Place): Promise<Config> {
  return loadConfigOrDefaults({ root: nearestRoot(cwd) ?? realpathSync(cwd), env, home: homedir() });
}

export const configSource = ({ cwd, env }: Place): ConfigSource => ({ root: findRoot(cwd), env, home: homedir() });

function findRoot(cwd: string): string {
  const root = nearestRoot(cwd);
  if (root === undefined) throw new RalphError("NOT_A_REPOSITORY", { path: cwd });
  return root;
}

/** The nearest folder upwards with a `.git`: asking git itself would cost a child at every start. */
function nearestRoot(cwd: string): string | undefined {
  for (let folder = realpathSync(cwd); ; folder = dirname(folder)) {
    if (existsSync(join(folder, ".git"))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}
