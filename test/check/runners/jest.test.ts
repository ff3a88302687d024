import { existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { compareRuns, redTargets } from "../../../src/check/compare.ts";
import { jest } from "../../../src/check/runners/jest.ts";
import { type Report, word } from "../../../src/check/runners/runner.ts";
import { FAILED, IN_PROJECT, recorded } from "../../support/recorded.ts";
import { runWith, statuses, writeFiles } from "../../support/run-with.ts";
import { temporaryFolder } from "../../support/temporary.ts";

function instrument(line: string) {
  const [program = "", ...args] = line.split(" ");
  return jest.instrument([word(program), ...args.map(word)], "/private/report");
}

const OWN = "--reporters=default --reporters=OURS --bail=0 --watchman=false --passWithNoTests";

describe("a command", () => {
  test.each([
    ["jest", `jest ${OWN}`],
    ["node_modules/.bin/jest src/a", `node_modules/.bin/jest ${OWN} src/a`],
    ["jest --runInBand -- src/a --watch", `jest ${OWN} --runInBand -- src/a --watch`],
    ["node node_modules/jest/bin/jest.js src/a", `node node_modules/jest/bin/jest.js ${OWN} src/a`],
    [
      "node --experimental-vm-modules -r dotenv/config node_modules/.bin/jest -i",
      `node --experimental-vm-modules -r dotenv/config node_modules/.bin/jest ${OWN} -i`,
    ],
    ["jest --watch src/a", `jest ${OWN} src/a`],
    ["jest --watchAll=false src/a", `jest ${OWN} src/a`],
    ["jest --watch-all false --no-watchman src/a", `jest ${OWN} src/a`],
    ["jest --bail --bail=3 -b -i", `jest ${OWN} -i`],
    ["jest --json --outputFile=a.json --output-file b.json src/a", `jest ${OWN} src/a`],
    ["jest --reporters default jest-junit --ci src/a", `jest ${OWN} --ci src/a`],
    ["jest --reporters=default --reporters=./own.js", `jest ${OWN}`],
    ["jest -u --passWithNoTests --coverage --forceExit", `jest ${OWN} --coverage --forceExit`],
    ["jest -o --onlyFailures --changedSince main --lastCommit", `jest ${OWN}`],
    ["jest --selectProjects a b -t adds", `jest ${OWN} --selectProjects a b -t adds`],
  ])("`%s` runs all its tests once and reports to ralph", (line, instrumented) => {
    const { words, env } = instrument(line) ?? {};
    expect(words?.map(({ text }) => text.replace(/=\/\S*-reporter\.mjs$/, "=OURS")).join(" ")).toBe(instrumented);
    expect(env).toEqual({ RALPH_REPORT: "/private/report" });
  });

  test.each([
    ["jest --listTests"],
    ["jest --show-config"],
    ["jest --version"],
    ["vitest"],
    ["react-scripts test"],
    ["node jest.js"],
    ["node -r jest src/a.js"],
    ["node"],
    ["npm run jest"],
  ])("`%s` is something else", (line) => {
    expect(instrument(line)).toBeUndefined();
  });

  test("with a name pattern picks tests, so that a file may well run none", () => {
    expect(instrument("jest -t adds")?.isFiltered).toBe(true);
    expect(instrument("jest --testNamePattern=adds")?.isFiltered).toBe(true);
    expect(instrument("jest -- -t")?.isFiltered).toBe(false);
  });
});

function read(report: string | undefined): Report {
  return jest.reader(IN_PROJECT).report({ report, result: FAILED });
}

describe.each(["jest-27", "jest-28", "jest-29", "jest-30"])("a report of %s", (name) => {
  const report = read(recorded(`${name}.ndjson`));
  const find = (id: string) => report.tests.find((each) => each.id === id);

  test("gives each test the same id and status as every other version does", () => {
    expect(Object.fromEntries(report.tests.map(({ id, status }) => [id, status]))).toEqual({
      "test/math.test.js > passes": "passed",
      "test/math.test.js > compares": "failed",
      "test/math.test.js > a suite > twice": "passed",
      "test/math.test.js > a suite > twice (2)": "passed",
      "test/math.test.js > a suite > skipped": "skipped",
      "test/math.test.js > a suite > to do": "skipped",
      "test/math.test.js > a suite > asserts": "failed",
      "test/math.test.js > a suite > throws": "failed",
      "test/math.test.js > a broken hook > never runs": "failed",
      "test/flaky.test.js > second time lucky": "failed",
      "test/after.test.js > passes": "passed",
      "test/after.test.js": "errored",
      "test/unloadable.test.js": "errored",
      "test/syntax.test.js": "errored",
      "test/empty.test.js": "errored",
    });
    expect(report).toMatchObject({ isComplete: true, problems: [], unfinished: [] });
  });

  test("says what was compared, and where in the project", () => {
    expect(find("test/math.test.js > compares")).toEqual({
      id: "test/math.test.js > compares",
      kind: "test",
      file: "test/math.test.js",
      name: "compares",
      status: "failed",
      message: "expect(received).toBe(expected) // Object.is equality\n\nExpected: 2\nReceived: 1",
      expected: "2",
      actual: "1",
      location: "test/math.test.js:3",
      durationMs: expect.any(Number),
    });
    expect(find("test/math.test.js > a suite > asserts")).toMatchObject({ expected: "2", actual: "1" });
    expect(find("test/math.test.js > a suite > throws")?.message).toBe("TypeError: no such thing");
  });

  test("says why a file is not loaded, in few words", () => {
    expect(find("test/unloadable.test.js")).toMatchObject({
      kind: "file",
      fault: "unresolved",
      message: "Cannot find module '../src/missing.js' from 'test/unloadable.test.js'",
    });
    const syntax = find("test/syntax.test.js");
    expect(syntax).toMatchObject({ kind: "file", fault: "syntax" });
    expect(syntax?.message).toMatch(/^SyntaxError: test\/syntax\.test\.js: Unexpected token \(2:0\)/);
    expect(find("test/empty.test.js")?.message).toBe("Your test suite must contain at least one test.");
  });

  test("tells a hook after the tests, and a test that passed at its second run only", () => {
    expect(find("test/after.test.js")).toMatchObject({ message: "left open", location: "test/after.test.js:2" });
    expect(find("test/flaky.test.js > second time lucky")?.message).toContain("flaky");
  });

  test("is incomplete wherever it is cut, and then names the file that ran", () => {
    const text = recorded(`${name}.ndjson`);
    for (let at = 0; at < text.length - 1; at += 211) expect(read(text.slice(0, at)).isComplete).toBe(false);
    const started = text.indexOf('"name":"test/unloadable.test.js"}\n');
    expect(read(text.slice(0, text.indexOf("\n", started))).unfinished).toEqual(["test/unloadable.test.js"]);
  });
});

test("without a report a run is incomplete", () => {
  expect(read(undefined)).toMatchObject({ isComplete: false, tests: [] });
});

describe("what ts-jest says of a file", () => {
  test.each([
    ["test/a.test.ts:1:59 - error TS2307: Cannot find module '../src/missing'", "unresolved"],
    ["test/a.test.ts:1:48 - error TS2305: Module '\"../src/sum\"' has no exported member 'sum'.", "unresolved"],
    ["a.ts:1:1 - error TS2304: Cannot find name 'x'.\n\na.ts:2:1 - error TS7006: Parameter 'y' …", "unresolved"],
    ["a.ts:1:1 - error TS2322: Type …\n\na.ts:1:9 - error TS2339: Property 'nope' …", "build"],
    ["a.ts:2:1 - error TS1005: '}' expected.\n\na.ts:1:9 - error TS2304: Cannot find name 'x'.", "syntax"],
  ])("%j is of the kind %s", (message, fault) => {
    const lines = [
      { type: "begin" },
      { type: "file", file: "/project/a.ts", path: [], status: "failed", message },
      { type: "end" },
    ];
    expect(read(lines.map((line) => JSON.stringify(line)).join("\n")).tests).toMatchObject([{ kind: "file", fault }]);
  });
});

/** Folders named node_modules with a jest in them, with `:` between: RALPH_JEST, or the repository's own. */
const INSTALLED = (process.env["RALPH_JEST"] ?? fileURLToPath(new URL("../../../node_modules", import.meta.url)))
  .split(":")
  .filter((folder) => existsSync(join(folder, "jest", "package.json")));

const isMissing = INSTALLED.length === 0;

describe.skipIf(isMissing).each(isMissing ? ["node_modules (jest is not installed)"] : INSTALLED)(
  "the jest of %s",
  (modules) => {
    function project(files: Readonly<Record<string, string>>): string {
      const root = temporaryFolder();
      writeFiles(root, { "package.json": "{}", ...files });
      symlinkSync(modules, join(root, "node_modules"));
      return root;
    }

    const SUM_TEST = `const { sum } = require("../src/sum.js");
test("adds", () => expect(sum(2, 3)).toBe(5));
test("is a function", () => expect(typeof sum).toBe("function"));
`;
    const OK_TEST = 'test("is fine", () => {});\n';
    const WRONG = "exports.sum = (a, b) => a - b;\n";
    const RIGHT = "exports.sum = (a, b) => a + b;\n";

    test("a project goes from red to green, test by test, whatever its own options say", async () => {
      const config = JSON.stringify({ jest: { bail: 1, reporters: ["<rootDir>/none.js"] } });
      const root = project({ "package.json": config, "src/sum.js": WRONG, "test/sum.test.js": SUM_TEST });
      const before = await runWith(jest, root, "jest --watch -u");
      expect(statuses(before)).toEqual({
        "test/sum.test.js > adds": "failed",
        "test/sum.test.js > is a function": "passed",
      });
      expect(before.tests[0]).toMatchObject({ expected: "5", actual: "-1", location: "test/sum.test.js:2" });

      writeFiles(root, { "src/sum.js": RIGHT });
      const after = await runWith(jest, root, "jest --watch -u");
      expect(after.passed).toBe(true);
      expect(compareRuns([before], [after], redTargets([before]))).toMatchObject({ stillRed: [], regressed: [] });
    });

    test("a file that does not load is red as a file, and green once its tests run", async () => {
      const root = project({ "test/sum.test.js": SUM_TEST, "test/ok.test.js": OK_TEST });
      const before = await runWith(jest, root, "node node_modules/jest/bin/jest.js");
      expect(statuses(before)).toEqual({ "test/sum.test.js": "errored", "test/ok.test.js > is fine": "passed" });
      writeFiles(root, { "src/sum.js": RIGHT });
      const after = await runWith(jest, root, "node node_modules/jest/bin/jest.js");
      expect(compareRuns([before], [after], redTargets([before]))).toMatchObject({
        green: [{ kind: "file" }],
        stillRed: [],
      });
    });

    test("code that ends the process makes nothing green", async () => {
      const root = project({ "src/sum.js": WRONG, "test/sum.test.js": SUM_TEST });
      const before = await runWith(jest, root, "jest");
      for (const source of [
        "process.exit(0);",
        "exports.sum = () => process.exit(0);",
        "exports.sum = () => process.reallyExit(0);",
        `${RIGHT}process.nextTick(() => process.exit(0));`,
      ]) {
        writeFiles(root, { "src/sum.js": source });
        const after = await runWith(jest, root, "jest", { timeoutMs: 20_000 });
        const { green } = compareRuns([before], [after], redTargets([before]));
        expect({ source, passed: after.passed, green }).toEqual({ source, passed: false, green: [] });
      }
    });

    test("a run that finds no test is not passed, and nothing is red", async () => {
      const root = project({ "test/ok.test.js": OK_TEST });
      for (const command of ["jest nosuchfile", "jest -t nosuchtest", "jest --passWithNoTests nosuchfile"]) {
        const run = await runWith(jest, root, command);
        expect({ command, passed: run.passed }).toEqual({ command, passed: false });
        expect(redTargets([run])).toEqual([]);
      }
    });

    test("a test that mocks the file system and never restores it hides no result", async () => {
      const mocks = `const fs = require("fs");
test("mocks", () => {
  for (const name of ["writeFileSync", "appendFileSync", "writeSync", "openSync"]) fs[name] = () => 0;
});
test("is wrong", () => expect(1).toBe(2));
`;
      const run = await runWith(jest, project({ "test/mocks.test.js": mocks }), "jest -i");
      expect(statuses(run)).toEqual({
        "test/mocks.test.js > mocks": "passed",
        "test/mocks.test.js > is wrong": "failed",
      });
    });

    test("projects that run the same file are told apart", async () => {
      const projects = ["one", "two"].map((displayName) => ({ displayName, testMatch: ["<rootDir>/test/*.test.js"] }));
      const root = project({ "package.json": JSON.stringify({ jest: { projects } }), "test/ok.test.js": OK_TEST });
      expect(statuses(await runWith(jest, root, "jest"))).toEqual({
        "test/ok.test.js > is fine [one]": "passed",
        "test/ok.test.js > is fine [two]": "passed",
      });
    });
  },
);
