import { describe, expect, test } from "vitest";
import { readTestReport } from "../../../src/check/runners/test-report.ts";
import { testResults } from "../../../src/check/runners/test-results.ts";
import type { TestStatus } from "../../../src/core/check.ts";
import { recorded } from "../../support/recorded.ts";

const emptyFileStatus = (file: string): TestStatus => (file.endsWith("plain.test.js") ? "passed" : "errored");
const CONTEXT = { root: "/project", cwd: "/project", emptyFileStatus };

const read = (text: string) => testResults(readTestReport(text), CONTEXT);
const statuses = (text: string): Readonly<Record<string, TestStatus>> =>
  Object.fromEntries(read(text).map(({ id, status }) => [id, status]));

const MATH = {
  "test/math.test.js > passes": "passed",
  "test/math.test.js > compares": "failed",
  "test/math.test.js > a suite > twice": "passed",
  "test/math.test.js > a suite > twice (2)": "passed",
  "test/math.test.js > a suite > skipped": "skipped",
  "test/math.test.js > a suite > to do": "skipped",
  "test/math.test.js > a broken hook": "errored",
};

describe.each(["node-20", "node-22", "node-24"])("a report of %s", (name) => {
  const text = recorded(`${name}.ndjson`);

  test("gives each test the same id and status as every other version does", () => {
    expect(statuses(text)).toEqual({
      ...MATH,
      "test/math.test.js > has subtests": "failed",
      "test/math.test.js > has subtests > one": "failed",
      "test/math.test.js > a broken hook > never runs": "errored",
      "test/exits.test.js": "errored",
      "test/plain.test.js": "passed",
      "test/unloadable.test.js": "errored",
    });
  });

  test("says what was compared, and where in the project", () => {
    expect(read(text).find(({ name: each }) => each === "compares")).toMatchObject({
      kind: "test",
      file: "test/math.test.js",
      expected: "2",
      actual: "1",
      location: "test/math.test.js:6",
      message: "Expected values to be strictly equal:\n\n1 !== 2",
    });
  });

  test("says why a file does not load, without Node's own lines", () => {
    const file = read(text).find(({ id }) => id === "test/unloadable.test.js");
    expect(file).toMatchObject({ kind: "file", status: "errored" });
    expect(file?.message).toMatch(
      /^Error \[ERR_MODULE_NOT_FOUND\]: Cannot find module 'src\/missing.js' imported from/,
    );
    expect(file?.message).not.toContain("node:internal");
  });

  test("says that a file ended before its tests", () => {
    expect(read(text).find(({ id }) => id === "test/exits.test.js")?.message).toContain("process.exit");
  });
});

describe.each(["vitest-1", "vitest-2", "vitest-3", "vitest-4"])("a report of %s", (name) => {
  const text = recorded(`${name}.ndjson`);

  test("gives each test the same id and status as every other version does", () => {
    expect(statuses(text)).toEqual({
      ...MATH,
      // Version 1 leaves such a test without any result.
      "test/math.test.js > a broken hook > never runs": name === "vitest-1" ? "errored" : "skipped",
      "test/late.test.js > passes": "passed",
      "test/late.test.js > is late": "passed",
      "test/late.test.js > waits": "passed",
      "test/unloadable.test.js": "errored",
    });
  });

  test("says what was compared, and where in the project", () => {
    expect(read(text).find(({ name: each }) => each === "compares")).toMatchObject({
      kind: "test",
      expected: "2",
      actual: "1",
      location: "test/math.test.js:5",
      message: "expected 1 to be 2 // Object.is equality",
    });
  });

  test("keeps errors that belong to no test", () => {
    const { problems, isComplete, unfinished } = readTestReport(text);
    expect(problems.map(({ message }) => message)).toEqual(["too late"]);
    expect({ isComplete, unfinished }).toEqual({ isComplete: true, unfinished: [] });
  });
});

describe("a report that was cut", () => {
  const whole = recorded("node-22.ndjson");

  test("is incomplete wherever the cut is, and what it has is read", () => {
    for (let at = 0; at < whole.length - 1; at += 97) {
      const cut = readTestReport(whole.slice(0, at));
      expect(cut.isComplete).toBe(false);
      expect(cut.tests.length).toBeLessThan(readTestReport(whole).tests.length + 1);
    }
  });

  test("names the tests that were running", () => {
    const lines = recorded("vitest-4.ndjson").split("\n");
    const during = lines.slice(
      0,
      lines.findIndex((line) => line.includes('"started"') && line.includes("compares")) + 1,
    );
    expect(readTestReport(during.join("\n")).unfinished.map((each) => each.name)).toEqual(["compares"]);
  });

  test("is incomplete when somebody wrote over it", () => {
    expect(readTestReport("nonsense\n[]\n{}\n").isComplete).toBe(false);
    expect(readTestReport('{"type":"test","path":[3],"file":null}\n').tests).toHaveLength(1);
    expect(readTestReport("").isComplete).toBe(false);
  });
});

test("a file that ended well before all its declared tests did is errored, though what ran passed", () => {
  const lines = [
    { type: "begin" },
    { type: "declared", file: "/project/a.test.js", name: "one" },
    { type: "declared", file: "/project/a.test.js", name: "two" },
    { type: "test", file: "/project/a.test.js", path: ["one"], status: "passed" },
    { type: "end" },
  ];
  const [one, file] = read(lines.map((line) => JSON.stringify(line)).join("\n"));
  expect(one).toMatchObject({ id: "a.test.js > one", status: "passed" });
  expect(file).toMatchObject({
    id: "a.test.js",
    kind: "file",
    status: "errored",
    message: expect.stringContaining("two"),
  });
});

test("paths are relative to the workspace, wherever below it the runner ran", () => {
  const line = JSON.stringify({ type: "test", file: "test/a.test.js", path: ["one"], status: "passed" });
  const context = { ...CONTEXT, cwd: "/project/packages/a" };
  expect(testResults(readTestReport(line), context)).toMatchObject([{ file: "packages/a/test/a.test.js" }]);
});
