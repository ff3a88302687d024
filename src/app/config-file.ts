/** The file ralph.yaml at a repository's top level, as text. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { RalphError } from "../core/error.ts";

export const CONFIG_NAME = "ralph.yaml";

/** Undefined where there is none. */
export function readConfigText(root: string): string | undefined {
  const path = join(root, CONFIG_NAME);
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new RalphError("READ_FAILED", { path, why: (error as Error).message }, { cause: error });
  }
}
