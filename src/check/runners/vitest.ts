/** vitest 1 to 4, always in run mode. */
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { type Runner, withoutOptions, word } from "./runner.ts";
import { scriptReader } from "./script-reader.ts";

const REPORTER = fileURLToPath(new URL("./vitest-reporter.mjs", import.meta.url));

const REPORT_OPTIONS: ReadonlySet<string> = new Set(["--reporter", "--outputFile"]);
const WATCH_OPTION = /^(?:-w|--watch(?:=.*)?|--ui|--open|--standalone|--outputFile\..*)$/;

/** Subcommands that run tests, or wait for changes and then run tests. Without one vitest watches, too. */
const RUNS: ReadonlySet<string> = new Set(["run", "watch", "dev"]);
const OTHER: ReadonlySet<string> = new Set(["bench", "typecheck", "list", "init", "related", "complete"]);

export const vitest: Runner = {
  name: "vitest",
  reader: scriptReader,
  installHint: "install the project's packages (`npm ci`)",
  instrument([program, ...args], reportFile) {
    const subcommand = args[0]?.text ?? "";
    if (basename(program.text) !== "vitest" || OTHER.has(subcommand)) return undefined;
    const own = (RUNS.has(subcommand) ? args.slice(1) : args).filter((arg) => !WATCH_OPTION.test(arg.text));
    const options = ["--reporter=default", `--reporter=${REPORTER}`].map(word);
    return {
      words: [program, word("run"), ...withoutOptions(own, REPORT_OPTIONS), ...options],
      env: { RALPH_REPORT: reportFile },
    };
  },
};
