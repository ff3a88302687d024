#!/usr/bin/env node
/**
 * Runs an opt-in suite against the real programs, which are installed beside its tests and nowhere else:
 * `node scripts/real-suite.mjs real-llama`. Further arguments go to vitest.
 */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.mjs";
import { root, run, runVitest } from "./run-vitest.mjs";

const SUITES = ["real-llama", "real-clis"];

const [suite = "", ...args] = process.argv.slice(2);
if (SUITES.includes(suite)) await runSuite();
else {
  console.error(`Name one of the suites: ${SUITES.join(", ")}.`);
  process.exitCode = 2;
}

async function runSuite() {
  const folder = join(root, "test", suite);
  const installed = isInstalled(folder) ? 0 : await run("npm", ["ci", "--no-audit", "--no-fund"], { folder });
  if (installed !== 0) {
    process.exitCode = installed;
    return;
  }
  await build();
  await runVitest(args, { RALPH_REAL_SUITE: suite });
}

/** npm writes a lock of its own last; one that is older than the suite's is of other versions. */
function isInstalled(folder) {
  const written = join(folder, "node_modules/.package-lock.json");
  return existsSync(written) && statSync(written).mtimeMs >= statSync(join(folder, "package-lock.json")).mtimeMs;
}
