/**
 * `cargo nextest run`, since cargo-nextest 0.9.123. Written from its documentation and source, not from runs: it could
 * not be installed where this was made. https://nexte.st/docs/machine-readable/libtest-json (still experimental) and
 * nextest-runner/src/reporter/structured/libtest.rs.
 */
import { buildReader } from "./cargo-build.ts";
import { foldersOf } from "./cargo-files.ts";
import { nextestEvents, nextestReport } from "./cargo-nextest-events.ts";
import { isUnbuilt, NO_REPORT, unbuiltReport } from "./cargo-unbuilt.ts";
import { type DisplayOptions, readCargoWords, withoutDisplay } from "./cargo-words.ts";
import { type ReadContext, type Report, type Runner, type RunReader, word } from "./runner.ts";

const split = (words: string): readonly string[] => words.split(" ");

const DISPLAY: DisplayOptions = {
  flags: /^(?:-[qv]+|--(?:cargo-)?(?:quiet|verbose)|--(?:no-)?fail-fast|--n?ff|--no-?capture|--no-output-indent)$/,
  withValue: new Set([
    ...split("--message-format --message-format-version --cargo-message-format --color --max-fail"),
    ...split("--success-output --failure-output --status-level --final-status-level"),
  ]),
};

/** They run no test, tests again and again, or programs that cargo did not build now. */
const OTHER_MODE =
  /^(?:--no-run|--help|-h|--stress-(?:count|duration)|--debugger|--tracer|--archive-file|--binaries-metadata|--cargo-metadata)(?:=|$)/;

const OPTIONS = [
  ...split("--message-format=libtest-json-plus --message-format-version=0.1 --cargo-message-format=json"),
  // What tests that passed have printed is the proof that they came to their end.
  ...split("--no-fail-fast --success-output=immediate --color=never"),
].map(word);

export const cargoNextest: Runner = {
  name: "nextest",
  reader: nextestReader,
  installHint: "install Rust (https://rustup.rs)",
  instrument(words) {
    const line = readCargoWords(words);
    const [run, ...args] = line?.args ?? [];
    if (line?.subcommand.text !== "nextest" || run === undefined || !/^(?:run|r)$/.test(run.text)) return undefined;
    if (args.some(({ text }) => OTHER_MODE.test(text))) return undefined;
    const harness = withoutDisplay(line.harness, DISPLAY);
    return {
      words: [
        line.program,
        ...withoutDisplay(line.before, DISPLAY),
        line.subcommand,
        run,
        ...withoutDisplay(args, DISPLAY),
        ...OPTIONS,
        ...(harness.length === 0 ? [] : [word("--"), ...harness]),
      ],
      env: { NEXTEST_EXPERIMENTAL_LIBTEST_JSON: "1", CARGO_TERM_QUIET: "false", CARGO_TERM_VERBOSE: "false" },
    };
  },
};

function nextestReader({ root, cwd }: ReadContext): RunReader {
  const building = buildReader();
  const testing = nextestEvents();
  return {
    line: (text) => {
      if (!building.line(text)) testing.line(text);
    },
    report: ({ result }) => {
      const build = building.build();
      const folders = foldersOf(root, cwd, build);
      if (isUnbuilt(build, result)) return withVersion(unbuiltReport(build, result.stderr, folders));
      if (build.state === "none") return NO_REPORT;
      return nextestReport(testing.seen(), {
        targets: [...build.testBinaries.values()],
        folders,
        stderr: result.stderr,
      });
    },
  };
}

/** An older nextest does not know the option that tells what was built. */
const withVersion = (report: Report): Report => ({
  ...report,
  problems: report.problems.map((problem) =>
    /unexpected argument '--(?:cargo-)?message-format/.test(problem)
      ? `${problem}\nralph needs cargo-nextest 0.9.123 or newer: cargo install cargo-nextest --locked`
      : problem,
  ),
});
