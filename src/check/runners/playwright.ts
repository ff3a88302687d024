/** Playwright Test 1.40 to 1.65: each test once in each project, with a trace of what failed. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { playwrightReader } from "./playwright-reader.ts";
import { type Runner, word } from "./runner.ts";
import { dropOptions, type Following, hasOption, NOTHING, optionsWith, runnerCall, VALUE } from "./script-options.ts";

const REPORTER = fileURLToPath(new URL("./playwright-reporter.mjs", import.meta.url));

const PROGRAM = /(?:^|\/)(?:playwright|playwright\/cli\.js|@playwright\/test\/cli\.js)$/;

const MODE: Following = { words: /^(?:all|changed|missing|none|default|inspector|cli)$/, most: 1 };

/**
 * What would wait for a person, send the results elsewhere, accept whatever comes as the right screenshot, stop at the
 * first failure, or choose the tests by what changed since: a run has to be comparable with the one before.
 */
const DROPPED: ReadonlyMap<string, Following> = new Map([
  ...optionsWith(NOTHING, "--ui -x --last-failed --pass-with-no-tests"),
  ...optionsWith(MODE, "--debug -u --update-snapshots"),
  ...optionsWith(VALUE, "--ui-host --ui-port --reporter --add-reporter --output --trace --retries --max-failures"),
  ...optionsWith(VALUE, "--last-failed-file --only-changed"),
]);

const OTHER: ReadonlySet<string> = new Set(["--list", "--help", "-h"]);

const FILTERS: ReadonlySet<string> = new Set(
  "-g --grep -G -gv --grep-invert --test-list --test-list-invert".split(" "),
);

/** A test that passes at its second try only is not passed, so there is none; `describe.configure` may ask for one still. */
const OWN = ["--retries=0", "--max-failures=0", "--pass-with-no-tests", "--trace=retain-on-failure"];

export const playwright: Runner = {
  name: "playwright",
  reader: playwrightReader,
  installHint: "install the project's packages (`npm ci`)",
  instrument(words, reportFile) {
    const call = runnerCall(words, PROGRAM);
    const [subcommand, ...args] = call?.args ?? [];
    if (call === undefined || subcommand?.text !== "test" || hasOption(args, OTHER)) return undefined;
    const output = `--output=${join(dirname(reportFile), "artifacts")}`;
    const own = [`--reporter=line,${REPORTER}`, ...OWN, output];
    return {
      words: [...call.launch, subcommand, ...own.map(word), ...dropOptions(args, DROPPED)],
      env: { RALPH_REPORT: reportFile },
      isFiltered: hasOption(args, FILTERS),
    };
  },
};
