/** Runs vitest and ends with one line that counts: `N passed, N failed, N skipped`. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** Sets the exit code: vitest's own, or 1 where a test failed, a file could not be loaded or no test ran. */
export async function runVitest(args, environment = {}) {
  const folder = mkdtempSync(join(tmpdir(), "ralph-results-"));
  const results = join(folder, "results.json");
  try {
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${results}`];
    const vitest = join(root, "node_modules/vitest/vitest.mjs");
    const exitCode = await run(process.execPath, [vitest, "run", ...reporters, ...args], { environment });
    const {
      numPassedTests = 0,
      numFailedTests = 0,
      numPendingTests = 0,
      numTodoTests = 0,
      testResults = [],
    } = readResults(results);
    // A file that cannot be loaded or set up has no failed test in it, but it is a failure.
    const brokenFiles = testResults.filter(
      (file) => file.status === "failed" && file.assertionResults.every((test) => test.status !== "failed"),
    ).length;
    const failed = numFailedTests + brokenFiles;
    console.log(`${numPassedTests} passed, ${failed} failed, ${numPendingTests + numTodoTests} skipped`);
    process.exitCode = exitCode !== 0 ? exitCode : failed > 0 || numPassedTests === 0 ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Resolves with the exit code; the output goes where this process's goes. */
export function run(command, args, { folder = root, environment = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: folder,
      env: { ...process.env, ...environment },
      stdio: ["ignore", "inherit", "inherit"],
    });
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

function readResults(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return {};
  }
}
