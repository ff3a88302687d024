import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that carries prompts/ and demo/: one up from the bundle, two from the sources. */
export function packageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "prompts", "PROMPT.md"))) folder = dirname(folder);
  return folder;
}
