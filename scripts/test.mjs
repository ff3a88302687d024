#!/usr/bin/env node
/** The test command: builds, runs vitest, and ends with one line that counts: `N passed, N failed, N skipped`. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "./build.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "ralph-results-"));
const results = join(folder, "results.json");

try {
  await build();
  const args = [
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${results}`,
    ...process.argv.slice(2),
  ];
  const exitCode = await run(join(root, "node_modules/vitest/vitest.mjs"), args);
  const {
    numPassedTests = 0,
    numFailedTests = 0,
    numPendingTests = 0,
    numTodoTests = 0,
    testResults = [],
  } = readResults();
  // A file that cannot be loaded has no failed test in it, but it is a failure.
  const brokenFiles = testResults.filter(
    (file) => file.status === "failed" && file.assertionResults.length === 0,
  ).length;
  const failed = numFailedTests + brokenFiles;
  console.log(`${numPassedTests} passed, ${failed} failed, ${numPendingTests + numTodoTests} skipped`);
  process.exitCode = exitCode !== 0 ? exitCode : failed > 0 || numPassedTests === 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function run(file, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, ...args], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

function readResults() {
  try {
    return JSON.parse(readFileSync(results, "utf8"));
  } catch {
    return {};
  }
}
