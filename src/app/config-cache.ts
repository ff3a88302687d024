/**
 * The last validated settings, kept as JSON in .ralph/config-cache.json beside the exact input they came from.
 * Equal input, equal settings.
 */
import { type CacheFile, cacheFile } from "./cache-file.ts";
import type { Config } from "./config-resolve.ts";
import { ensureStateFolder } from "./state-folder.ts";

interface CachedConfig {
  /** Everything the settings depend on. */
  readonly key: string;
  readonly config: Config;
}

const cacheOf = (root: string): CacheFile => cacheFile(root, "config-cache.json");

/** The settings kept for exactly this input. */
export function readCachedConfig(root: string, key: string): Config | undefined {
  try {
    const cached = JSON.parse(cacheOf(root).read() ?? "null") as Partial<CachedConfig> | null;
    return cached?.key === key ? cached.config : undefined;
  } catch {
    return undefined;
  }
}

export function writeCachedConfig(root: string, key: string, config: Config): void {
  const cached: CachedConfig = { key, config };
  try {
    ensureStateFolder(root);
  } catch {
    // Whoever needs the folder says so.
    return;
  }
  cacheOf(root).write(JSON.stringify(cached));
}
