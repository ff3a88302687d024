/** `go test` of Go 1.19 to 1.25, by the events of `-json`: https://pkg.go.dev/cmd/test2json. */
import { basename } from "node:path";
import { goEvents } from "./go-events.ts";
import { goPackages } from "./go-packages.ts";
import { goReport } from "./go-report.ts";
import { type ReadContext, type Runner, type RunReader, type Words, withoutOptions, word } from "./runner.ts";

/** With one dash or two, and with `test.` before the name, which is how the test program itself calls it. */
const spellings = (...names: readonly string[]): ReadonlySet<string> =>
  new Set(names.flatMap((name) => [`-${name}`, `--${name}`, `-test.${name}`, `--test.${name}`]));

const named = (names: ReadonlySet<string>, { text }: Words[0]): boolean => names.has(text.split("=")[0] ?? "");

/** Fuzzing has no end: without it a fuzz test runs its seeds. One failure must not hide another. */
const DROPPED_WITH_VALUE = spellings("fuzz", "fuzztime", "fuzzminimizetime");
const DROPPED = spellings("json", "failfast");

/** Builds, lists or measures instead of testing; `-C` runs where ralph does not look for the files. */
const OTHER_MODE = spellings("c", "list", "n", "bench", "C", "h", "help");
const FILTER = spellings("run", "skip");
const COUNT = spellings("count");

export const goTest: Runner = {
  name: "go",
  reader: goReader,
  installHint: "install Go, or put the folder of its `go` on PATH",
  instrument([program, subcommand, ...args]) {
    if (!/^go(?:1\.[\w.]+)?$/.test(basename(program.text)) || subcommand?.text !== "test") return undefined;
    // What stands after it is handed to the test program.
    const end = args.findIndex((arg) => /^--?args$/.test(arg.text));
    const own = end < 0 ? args : args.slice(0, end);
    if (own.some((arg) => named(OTHER_MODE, arg))) return undefined;

    const kept = withoutOptions(own, DROPPED_WITH_VALUE).filter((arg) => !named(DROPPED, arg));
    // A result out of Go's cache is none that ralph saw happen.
    const added = own.some((arg) => named(COUNT, arg)) ? ["-json"] : ["-json", "-count=1"];
    return {
      words: [program, subcommand, ...added.map(word), ...kept, ...args.slice(own.length)],
      env: {},
      isFiltered: own.some((arg) => named(FILTER, arg)),
    };
  },
};

function goReader(context: ReadContext): RunReader {
  const events = goEvents();
  return {
    line: events.line,
    report: ({ result }) => goReport(events.run(), result, { ...context, packages: goPackages(context) }),
  };
}
