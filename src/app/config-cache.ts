/**
 * The last validated settings, kept as JSON in .ralph/config-cache.json beside the exact input they came from.
 * Equal input, equal settings. The cache is a convenience: one that is broken or cannot be written is as good as none.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "./config-resolve.ts";
import { ensureStateFolder } from "./state-folder.ts";

interface CachedConfig {
  /** Everything the settings depend on. */
  readonly key: string;
  readonly config: Config;
}

const cachePath = (root: string): string => join(root, ".ralph", "config-cache.json");

/** The settings kept for exactly this input. */
export function readCachedConfig(root: string, key: string): Config | undefined {
  try {
    const cached = JSON.parse(readFileSync(cachePath(root), "utf8")) as Partial<CachedConfig> | null;
    return cached?.key === key ? cached.config : undefined;
  } catch {
    return undefined;
  }
}

export function writeCachedConfig(root: string, key: string, config: Config): void {
  const cached: CachedConfig = { key, config };
  try {
    ensureStateFolder(root);
    replaceText(cachePath(root), JSON.stringify(cached));
  } catch {
    // Without a cache the next start is slower, and no more.
  }
}

/** Renamed into place, so that another process never reads half of it; not synced, as nothing depends on it. */
function replaceText(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text, { mode: 0o600 });
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}
