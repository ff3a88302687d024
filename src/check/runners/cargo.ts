/**
 * `cargo test`, since cargo 1.55. The stable output of its tests is text on a stream that the tests share, so what is
 * read is held against four counts: see cargo-blocks.ts and cargo-runs.ts. Two things no output can show: a test that
 * prints the whole of its program's results itself and then ends it with 0, and a doctest that ends its program with 0.
 */
import type { ProcessResult } from "../../core/process.ts";
import { type Blocks, blockReader } from "./cargo-blocks.ts";
import { type Build, buildReader } from "./cargo-build.ts";
import { foldersOf, hasOwnHarness, type ProjectFolders } from "./cargo-files.ts";
import { cargoResults } from "./cargo-results.ts";
import { pairBlocks, pairUntilStop, readRunLog } from "./cargo-runs.ts";
import { isUnbuilt, NO_REPORT, unbuiltReport } from "./cargo-unbuilt.ts";
import { type DisplayOptions, readCargoWords, withoutDisplay } from "./cargo-words.ts";
import { type ReadContext, type Report, type Runner, type RunReader, word } from "./runner.ts";

const DISPLAY: DisplayOptions = {
  flags: /^(?:-[qv]+|--quiet|--verbose|--no-fail-fast)$/,
  withValue: new Set(["--message-format", "--color"]),
};

const HARNESS_DISPLAY: DisplayOptions = {
  flags: /^(?:-q|--quiet|--nocapture|--no-capture|--show-output)$/,
  withValue: new Set(["--format", "--color"]),
};

/** Nothing is tested, or something else than tests is run. */
const OTHER_MODE = /^(?:--no-run|--list|--help|-h|--build-plan|--unit-graph)$/;
const OTHER_HARNESS_MODE = /^(?:--list|--help|-h|--bench)$/;

/** Settings of a project that take lines away or add some; what tests print must stay with the test that failed. */
const ENVIRONMENT = { CARGO_TERM_QUIET: "false", CARGO_TERM_VERBOSE: "false", RUST_TEST_NOCAPTURE: "0" } as const;

export const cargoTest: Runner = {
  name: "cargo",
  reader: cargoReader,
  installHint: "install Rust (https://rustup.rs)",
  instrument(words) {
    const line = readCargoWords(words);
    if (line === undefined || !/^(?:test|t)$/.test(line.subcommand.text)) return undefined;
    if (line.args.some(({ text }) => OTHER_MODE.test(text))) return undefined;
    if (line.harness.some(({ text }) => OTHER_HARNESS_MODE.test(text))) return undefined;
    const harness = withoutDisplay(line.harness, HARNESS_DISPLAY);
    return {
      words: [
        line.program,
        ...withoutDisplay(line.before, DISPLAY),
        line.subcommand,
        ...withoutDisplay(line.args, DISPLAY),
        // A program that fails must not hide those that come after it.
        ...["--message-format=json", "--color=never", "--no-fail-fast"].map(word),
        ...(harness.length === 0 ? [] : [word("--"), ...harness]),
      ],
      env: ENVIRONMENT,
    };
  },
};

function cargoReader({ root, cwd }: ReadContext): RunReader {
  const building = buildReader();
  const testing = blockReader();
  return {
    line: (text) => {
      if (!building.line(text)) testing.line(text);
    },
    report: ({ result }) => {
      const build = building.build();
      const folders = foldersOf(root, cwd, build);
      if (isUnbuilt(build, result)) return unbuiltReport(build, result.stderr, folders);
      return build.state === "none" ? NO_REPORT : testReport({ build, result, cwd }, testing.end(), folders);
    },
  };
}

interface Ran {
  readonly build: Build;
  readonly result: ProcessResult;
  readonly cwd: string;
}

function testReport({ build, result, cwd }: Ran, { blocks, isSound }: Blocks, folders: ProjectFolders): Report {
  const log = readRunLog(result.stderr, build.testBinaries, cwd);
  const isStopped = result.timedOut !== false || result.exitCode === null;
  const fitting = pairBlocks(log, blocks, hasOwnHarness);
  const pairing = fitting ?? (isStopped ? pairUntilStop(log, blocks) : undefined);
  if (pairing === undefined) return NO_REPORT;
  return {
    tests: cargoResults(pairing, folders),
    problems: [],
    unfinished: blocks.flatMap((block) => block.unfinished),
    isComplete: fitting !== undefined && isSound && log.isWhole && blocks.every((block) => block.state === "whole"),
  };
}
