/** jest 27 to 30, always run once, whole and without bail, on files that it finds itself. */
import { fileURLToPath } from "node:url";
import { expectReader } from "./expect-reader.ts";
import { type Runner, word } from "./runner.ts";
import {
  dropOptions,
  type Following,
  hasOption,
  LIST,
  NOTHING,
  optionsWith,
  runnerCall,
  VALUE,
} from "./script-options.ts";

const REPORTER = fileURLToPath(new URL("./jest-reporter.mjs", import.meta.url));

const PROGRAM = /(?:^|\/)(?:jest|jest(?:-cli)?\/bin\/jest(?:\.js)?)$/;

const FLAG: Following = { words: /^(?:true|false)$/, most: 1 };

/** jest reads `--watchAll` and `--watch-all`. */
const spellings = (name: string): readonly string[] => [
  name,
  name.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
];

/**
 * What would wait for changes, send the results elsewhere, accept whatever comes as the right snapshot, stop at the
 * first failure, or choose the tests by what changed since: a run has to be comparable with the one before.
 */
const DROPPED: ReadonlyMap<string, Following> = new Map(
  [
    ...optionsWith(FLAG, "--watch --watchAll --watchman --json --passWithNoTests --color --colors --notify"),
    ...optionsWith(FLAG, "-u --updateSnapshot -b --bail -o --onlyChanged -f --onlyFailures --lastCommit"),
    ...optionsWith(NOTHING, "--no-watchman --no-bail"),
    ...optionsWith(VALUE, "--changedSince --outputFile --testFailureExitCode"),
    ...optionsWith(LIST, "--reporters"),
  ].flatMap(([name, following]) => spellings(name).map((each) => [each, following] as const)),
);

const names = (text: string): ReadonlySet<string> => new Set(text.split(" ").flatMap(spellings));

/** Other things that the program does. */
const OTHER = names("--listTests --showConfig --clearCache --collectTests --init --version -v --help -h");

const FILTERS = names("-t --testNamePattern");

/** In front, as a `--` or a list may end what the person wrote. Without watchman, which would stay behind as a server. */
const OWN = ["--reporters=default", `--reporters=${REPORTER}`, "--bail=0", "--watchman=false", "--passWithNoTests"];

export const jest: Runner = {
  name: "jest",
  reader: expectReader,
  installHint: "install the project's packages (`npm ci`)",
  instrument(words, reportFile) {
    const call = runnerCall(words, PROGRAM);
    if (call === undefined || hasOption(call.args, OTHER)) return undefined;
    return {
      words: [...call.launch, ...OWN.map(word), ...dropOptions(call.args, DROPPED)],
      env: { RALPH_REPORT: reportFile },
      isFiltered: hasOption(call.args, FILTERS),
    };
  },
};
