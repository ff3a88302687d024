import { describe, expect, test } from "vitest";
import { nodeTest } from "../../../src/check/runners/node.ts";
import { type Runner, word } from "../../../src/check/runners/runner.ts";
import { vitest } from "../../../src/check/runners/vitest.ts";

function instrument(runner: Runner, line: string): string | undefined {
  const [program = "", ...args] = line.split(" ");
  const { words } = runner.instrument([word(program), ...args.map(word)], "/private/report") ?? {};
  return words?.map(({ text }) => text.replace(/(?:file:\/\/)?\/\S*-reporter\.mjs$/, "OURS")).join(" ");
}

const NODE =
  "--test-reporter=OURS --test-reporter-destination=/private/report --test-reporter=spec --test-reporter-destination=stdout";

describe("node --test", () => {
  test.each([
    ["node --test", `node ${NODE} --test`],
    ["/usr/bin/node --import tsx --test a.js", `/usr/bin/node ${NODE} --import tsx --test a.js`],
    ["tsx --test", `tsx ${NODE} --test`],
    ["node --test --test-reporter=tap --test-reporter-destination=x.tap", `node ${NODE} --test`],
    ["node --test-reporter tap --test a.js", `node ${NODE} --test a.js`],
  ])("`%s` reports to ralph", (line, instrumented) => {
    expect(instrument(nodeTest, line)).toBe(instrumented);
  });

  test.each(["node a.js", "node a.js --test", "node --require x a.js --test", "npm --test", "deno --test", "node"])(
    "`%s` is something else",
    (line) => {
      expect(instrument(nodeTest, line)).toBeUndefined();
    },
  );

  test("a name pattern makes files without tests nothing to wonder at", () => {
    const filtered = nodeTest.instrument([word("node"), word("--test"), word("--test-name-pattern=add")], "/r");
    expect(filtered?.isFiltered).toBe(true);
    expect(nodeTest.instrument([word("node"), word("--test")], "/r")?.isFiltered).toBe(false);
  });
});

describe("vitest", () => {
  test.each([
    ["vitest", "vitest run --reporter=default --reporter=OURS"],
    ["vitest run src/a", "vitest run src/a --reporter=default --reporter=OURS"],
    ["vitest src/a", "vitest run src/a --reporter=default --reporter=OURS"],
    ["vitest watch", "vitest run --reporter=default --reporter=OURS"],
    ["vitest dev --ui -w", "vitest run --reporter=default --reporter=OURS"],
    ["vitest --reporter verbose --outputFile=x.json -t add", "vitest run -t add --reporter=default --reporter=OURS"],
    ["node_modules/.bin/vitest run", "node_modules/.bin/vitest run --reporter=default --reporter=OURS"],
  ])("`%s` runs once and reports to ralph", (line, instrumented) => {
    expect(instrument(vitest, line)).toBe(instrumented);
  });

  test.each(["vitest bench", "vitest list", "jest", "npm run vitest"])("`%s` is something else", (line) => {
    expect(instrument(vitest, line)).toBeUndefined();
  });

  test("the report's place is told in the environment", () => {
    expect(vitest.instrument([word("vitest")], "/private/report")?.env).toEqual({ RALPH_REPORT: "/private/report" });
  });
});
