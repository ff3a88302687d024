/** `node --test` of Node 20, 22 and 24, and `tsx --test`, which is the same with TypeScript. */
import { basename } from "node:path";
import { type Runner, type Words, withoutOptions, word } from "./runner.ts";
import { scriptReader } from "./script-reader.ts";

const REPORTER = new URL("./node-reporter.mjs", import.meta.url).href;

const REPORT_OPTIONS: ReadonlySet<string> = new Set(["--test-reporter", "--test-reporter-destination"]);

/** Options of Node whose value may be the next word; any other word without a dash is the program's file. */
const WITH_VALUE =
  /^(?:-r|--require|--import|--loader|--experimental-loader|--env-file|-C|--conditions|--tsconfig|--test-[\w-]+)$/;

const FILTER = /^--test-(?:name-pattern|skip-pattern|only)(?:=|$)/;

export const nodeTest: Runner = {
  name: "node",
  reader: scriptReader,
  instrument(words, reportFile) {
    if (!startsTests(words)) return undefined;
    const [program, ...args] = words;
    const report = [`--test-reporter=${REPORTER}`, `--test-reporter-destination=${reportFile}`];
    const display = ["--test-reporter=spec", "--test-reporter-destination=stdout"];
    return {
      words: [program, ...[...report, ...display].map(word), ...withoutOptions(args, REPORT_OPTIONS)],
      env: {},
      isFiltered: args.some((arg) => FILTER.test(arg.text)),
    };
  },
};

function startsTests([program, ...args]: Words): boolean {
  if (!/^(?:node|tsx)$/.test(basename(program.text))) return false;
  const texts = args.map((arg) => arg.text);
  const file = texts.findIndex((text, at) => !text.startsWith("-") && !WITH_VALUE.test(texts[at - 1] ?? ""));
  return (file < 0 ? texts : texts.slice(0, file)).includes("--test");
}
