/** Which dependencies a tree asks for: its manifests and lock files, without what does not decide them. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const MANIFEST =
  /^(?:package\.json|package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|pnpm-workspace\.yaml|yarn\.lock|bun\.lockb?|pyproject\.toml|requirements[\w.-]*\.txt|setup\.(?:py|cfg)|uv\.lock|poetry\.lock|Pipfile(?:\.lock)?|Gemfile(?:\.lock)?|composer\.(?:json|lock))$/;

/** Of a package.json: everything that decides what is installed. Scripts, versions and the like do not. */
const DECIDING =
  /^(?:name|workspaces|dependencies|devDependencies|optionalDependencies|peerDependencies|overrides|resolutions|pnpm|packageManager)$/;

/**
 * Equal for two trees that ask for the same dependencies.
 *
 * @param root absolute
 * @param linked paths below it that hold what is installed: manifests stand beside them
 */
export function manifestKey(root: string, linked: readonly string[]): string {
  const hash = createHash("sha256");
  for (const folder of [
    ...new Set(["", ...linked.map((path) => dirname(path)).filter((path) => path !== ".")]),
  ].sort()) {
    for (const name of manifestsIn(join(root, folder))) {
      hash.update(`${JSON.stringify([folder, name, decidingPart(join(root, folder, name), name)])}\n`);
    }
  }
  return hash.digest("hex").slice(0, 16);
}

function manifestsIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => MANIFEST.test(name))
      .sort();
  } catch {
    return [];
  }
}

function decidingPart(path: string, name: string): string {
  const text = readText(path);
  if (name !== "package.json") return text;
  try {
    const manifest = JSON.parse(text) as object | null;
    return JSON.stringify(Object.entries(manifest ?? {}).filter(([key]) => DECIDING.test(key)));
  } catch {
    return text;
  }
}

/** What cannot be read decides nothing, and whoever installs says so better. */
function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
