#!/usr/bin/env node
/**
 * Builds dist/: one chunk per command, so that `ralph --version` loads nothing else.
 * All chunks are flat in dist/, next to the assets, so `new URL("./asset", import.meta.url)` holds in src/ and dist/.
 */
import { readFileSync } from "node:fs";
import { chmod, cp, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build as esbuild } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
const ASSETS = [
  ["src/store/sql", "sql"],
  ["src/check/runners/node-reporter.mjs", "node-reporter.mjs"],
  ["src/check/runners/vitest-reporter.mjs", "vitest-reporter.mjs"],
  ["src/check/runners/pytest-plugin", "pytest-plugin"],
  ["src/check/runners/jest-reporter.mjs", "jest-reporter.mjs"],
  ["src/check/runners/playwright-reporter.mjs", "playwright-reporter.mjs"],
];

/** Native, or loaded by the first question to a model only: bundling them gains nothing. */
const LOADED_WHEN_ASKED = ["@photostructure/sqlite", "openai", "undici"];

/** Bundled CommonJS packages call require() and use __dirname; an ES module has neither. */
const BANNER =
  'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);';

export async function build() {
  await rm(`${root}dist`, { recursive: true, force: true });
  await esbuild({
    absWorkingDir: root,
    entryPoints: ["src/cli.ts", "src/index.ts"],
    outdir: "dist",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    external: ["node:sqlite", ...LOADED_WHEN_ASKED],
    banner: { js: BANNER },
    chunkNames: "[name]-[hash]",
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    logLevel: "warning",
    define: { RALPH_VERSION: JSON.stringify(version) },
  });
  for (const [from, to] of ASSETS) await cp(`${root}${from}`, `${root}dist/${to}`, { recursive: true });
  await chmod(`${root}dist/cli.js`, 0o755);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
