/** What runners really said, and what else a reader of theirs is handed. */
import { readFileSync } from "node:fs";
import type { ReadContext } from "../../src/check/runners/runner.ts";
import type { ProcessResult } from "../../src/core/process.ts";

/** A report or an output of a real run; the project's folder is /project. */
export const recorded = (name: string): string =>
  readFileSync(new URL(`../fixtures/runners/reports/${name}`, import.meta.url), "utf8");

export const IN_PROJECT: ReadContext = { root: "/project", cwd: "/project", emptyFileStatus: () => "errored" };

/** A program that failed and printed nothing. */
export const FAILED: ProcessResult = {
  exitCode: 1,
  stdout: "",
  stderr: "",
  output: "",
  timedOut: false,
  aborted: false,
  durationMs: 1,
};
