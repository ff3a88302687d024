import process from "node:process";
import { configDefaults, defineConfig } from "vitest/config";

/** Set by scripts/real-suite.mjs: the folder of a suite that runs real programs, or none for all other tests. */
const suite = process.env["RALPH_REAL_SUITE"];

export default defineConfig({
  test: {
    include: [`test/${suite ?? "**"}/*.test.ts`],
    exclude: [...configDefaults.exclude, ...(suite === undefined ? ["test/real-*/**"] : [])],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "forks",
    maxWorkers: 2,
  },
});
