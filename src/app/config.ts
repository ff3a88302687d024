/**
 * The settings that hold: ralph.yaml, then the environment over it, then defaults.
 * Reading them costs 40 ms and more for a YAML parser and a validator, so the result is kept (config-cache.ts) and
 * those two are loaded only when something changed.
 */
import { RalphError } from "../core/error.ts";
import { readCachedConfig, writeCachedConfig } from "./config-cache.ts";
import { VARIABLE_NAMES } from "./config-environment.ts";
import { readConfigText } from "./config-file.ts";
import type { Config, ConfigSource } from "./config-resolve.ts";

/** Throws NO_CONFIG where there is no ralph.yaml, CONFIG_INVALID or ENVIRONMENT_INVALID with every problem at once. */
export async function loadConfig(source: ConfigSource): Promise<Config> {
  const text = readConfigText(source.root);
  if (text === undefined) throw new RalphError("NO_CONFIG", { path: source.root });
  return load(source, text);
}

/** The same for commands that can do without a ralph.yaml. */
export async function loadConfigOrDefaults(source: ConfigSource): Promise<Config> {
  const text = readConfigText(source.root);
  return text === undefined ? freshConfig(source, "") : load(source, text);
}

async function load(source: ConfigSource, text: string): Promise<Config> {
  const key = cacheKey(source, text);
  const cached = readCachedConfig(source.root, key);
  if (cached !== undefined) return deepFreeze(cached);
  const config = await freshConfig(source, text);
  writeCachedConfig(source.root, key, config);
  return config;
}

async function freshConfig(source: ConfigSource, text: string): Promise<Config> {
  const { readConfig } = await import("./config-read.ts");
  return deepFreeze(readConfig(source, text).config);
}

/** The bundle's chunk name carries a hash of its code and of what it imports: another build reads anew. */
function cacheKey({ root, env, home }: ConfigSource, text: string): string {
  return JSON.stringify([import.meta.url, root, home, VARIABLE_NAMES.map((name) => env[name] ?? null), text]);
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  for (const part of Object.values(value)) deepFreeze(part);
  return Object.freeze(value);
}
