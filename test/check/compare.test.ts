import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareRuns, redTargets } from "../../src/check/compare.ts";
import type { Comparison, TestResult, TestRun, TestStatus } from "../../src/core/check.ts";
import { command, result, runOf } from "./runs.ts";

const ids = (tests: readonly TestResult[]): readonly string[] => tests.map(({ id }) => id);

const summary = ({ green, stillRed, regressed, knownRed }: Comparison) => ({
  green: ids(green),
  stillRed: ids(stillRed),
  regressed: ids(regressed),
  knownRed: ids(knownRed),
});

/** Baseline and later run of one check, and its targets without the check's name. */
function compare(before: readonly TestResult[], after: readonly TestResult[], targets: readonly string[]) {
  const keys = targets.map((id) => `unit » ${id}`);
  return summary(compareRuns([runOf(before)], [runOf(after)], keys));
}

const NOTHING = { green: [], stillRed: [], regressed: [], knownRed: [] };

describe("targets", () => {
  test("a target that passes now is green, and nothing else is said of it", () => {
    const before = [result("a > one", "failed"), result("a > two", "passed")];
    const after = [result("a > one", "passed"), result("a > two", "passed")];
    expect(compare(before, after, ["a > one"])).toEqual({ ...NOTHING, green: ["a > one"] });
  });

  test.each<TestStatus>(["failed", "errored", "skipped"])("a target that is %s now is still red", (status) => {
    const before = [result("a > one", "failed")];
    expect(compare(before, [result("a > one", status)], ["a > one"])).toEqual({ ...NOTHING, stillRed: ["a > one"] });
  });

  test("a target that is gone is still red", () => {
    const before = [result("a > one", "failed")];
    expect(compare(before, [result("a > other", "passed")], ["a > one"])).toEqual({
      ...NOTHING,
      stillRed: ["a > one"],
    });
  });

  test("a target of a check that did not run is still red", () => {
    const comparison = compareRuns([runOf([result("a > one", "failed")])], [], ["unit » a > one"]);
    expect(summary(comparison)).toEqual({ ...NOTHING, stillRed: ["a > one"] });
  });

  test("the same id in another check is another result", () => {
    const slow = { name: "slow" };
    const before = [runOf([result("a > one", "failed")]), runOf([result("a > one", "failed")], slow)];
    const after = [runOf([result("a > one", "passed")]), runOf([result("a > one", "failed")], slow)];
    expect(summary(compareRuns(before, after, ["slow » a > one"]))).toEqual({ ...NOTHING, stillRed: ["a > one"] });
    expect(summary(compareRuns(before, after, ["unit » a > one"]))).toEqual({
      ...NOTHING,
      green: ["a > one"],
      knownRed: ["a > one"],
    });
  });
});

describe("a file that could not be loaded", () => {
  const before = [result("a", "errored")];

  test.each<[string, readonly TestResult[], keyof Comparison]>([
    ["its tests pass", [result("a > one", "passed"), result("a > two", "passed")], "green"],
    ["its tests pass or are skipped", [result("a > one", "passed"), result("a > two", "skipped")], "green"],
    ["it is a plain script that ends well", [result("a", "passed")], "green"],
    ["one of its tests fails", [result("a > one", "passed"), result("a > two", "failed")], "stillRed"],
    ["it still does not load", [result("a", "errored")], "stillRed"],
    ["it runs no test", [], "stillRed"],
    ["all its tests are skipped", [result("a > one", "skipped")], "stillRed"],
    ["its tests pass and it breaks afterwards", [result("a > one", "passed"), result("a", "errored")], "stillRed"],
  ])("when %s", (_, after, where) => {
    expect(compare(before, after, ["a"])).toMatchObject({ [where]: expect.arrayContaining(["a"]) });
  });

  test("that is not a target and now loads with failing tests was red before", () => {
    expect(compare(before, [result("a > one", "failed")], [])).toEqual({ ...NOTHING, knownRed: ["a > one"] });
  });
});

describe("a command without tests", () => {
  test("as a target is green when it passes", () => {
    const before = [command("npm test", "failed")];
    expect(compare(before, [command("npm test", "passed")], ["$ npm test"])).toEqual({
      ...NOTHING,
      green: ["$ npm test"],
    });
    expect(compare(before, before, ["$ npm test"])).toEqual({ ...NOTHING, stillRed: ["$ npm test"] });
  });

  test("that ended without a report is green when its run passes as a whole", () => {
    const before = [command("npm test", "errored")];
    expect(compare(before, [result("a > one", "passed")], ["$ npm test"])).toMatchObject({ green: ["$ npm test"] });
    expect(compare(before, [result("a > one", "failed")], ["$ npm test"])).toMatchObject({ green: [] });
  });
});

describe("what passed before", () => {
  test.each<[string, readonly TestResult[]]>([
    ["fails", [result("a > one", "failed")]],
    ["is skipped", [result("a > one", "skipped")]],
    ["is gone", [result("a > two", "passed")]],
    ["is gone with its file", []],
  ])("and now %s is regressed", (_, after) => {
    expect(compare([result("a > one", "passed")], after, [])).toEqual({ ...NOTHING, regressed: ["a > one"] });
  });

  test("may become several tests where it was one plain script", () => {
    expect(compare([result("a", "passed")], [result("a > one", "passed")], [])).toEqual(NOTHING);
  });

  test("is regressed as a whole when the later run could not start", () => {
    const before = [result("a > one", "passed"), result("b > one", "passed")];
    expect(compare(before, [command("npm test", "errored")], [])).toEqual({
      ...NOTHING,
      stillRed: ["$ npm test"],
      regressed: ["a > one", "b > one"],
    });
  });
});

describe("what fails and is no target", () => {
  test("was known when it failed before", () => {
    const both = [result("a > one", "failed")];
    expect(compare(both, both, [])).toEqual({ ...NOTHING, knownRed: ["a > one"] });
  });

  test.each<[string, readonly TestResult[]]>([
    ["was not there before", []],
    ["was skipped before", [result("a > one", "skipped")]],
  ])("stands in the way when it %s", (_, before) => {
    expect(compare(before, [result("a > one", "failed")], [])).toEqual({ ...NOTHING, stillRed: ["a > one"] });
  });

  test("stands in the way when only the command knows: an exit code, a hang", () => {
    const before = [result("a > one", "passed")];
    const after = [...before, command("npm test", "errored", "no test failed, but the exit code is 1")];
    expect(compare(before, after, [])).toEqual({ ...NOTHING, stillRed: ["$ npm test"] });
  });
});

describe("red targets", () => {
  const run = runOf([
    result("a > one", "failed"),
    result("a > two", "passed"),
    result("b", "errored"),
    result("c > one", "failed"),
  ]);

  test("are all that is red, when the task names no file that is", () => {
    const all = ["unit » a > one", "unit » b", "unit » c > one"];
    expect(redTargets([run])).toEqual(all);
    expect(redTargets([run], { files: [] })).toEqual(all);
    expect(redTargets([run], { files: ["src/a.js"] })).toEqual(all);
  });

  test("are those in the files that the task names, where some of them are red", () => {
    expect(redTargets([run], { files: ["./a", "b", "src/a.js"] })).toEqual(["unit » a > one", "unit » b"]);
  });

  test("are none for a command that ran no test: there is nothing yet to become green", () => {
    expect(redTargets([runOf([command("npm test", "skipped", "it ran no test")])])).toEqual([]);
  });
});

describe("for any runs", () => {
  const status = fc.constantFrom<TestStatus>("passed", "failed", "skipped", "errored");
  const id = fc.constantFrom("a", "a > one", "a > two", "b", "b > one", "c > one", "$ npm test");
  const arbitraryResult = fc
    .tuple(id, status)
    .map(([name, as]) => (name.startsWith("$") ? command("npm test", as) : result(name, as)));
  const run: fc.Arbitrary<TestRun> = fc
    .uniqueArray(arbitraryResult, { selector: (each) => each.id })
    .map((tests) => runOf(tests));

  test("a run compared with itself has no regression and nothing new", () => {
    fc.assert(
      fc.property(run, (same) => {
        const { regressed, stillRed } = compareRuns([same], [same], []);
        expect([...regressed, ...stillRed]).toEqual([]);
      }),
    );
  });

  test("a file that says that it passed is no greener than a test in it", () => {
    const after = runOf([result("a", "passed"), result("a > two", "failed")]);
    const { green, stillRed } = compareRuns([runOf([result("a", "errored")])], [after], ["unit » a"]);
    expect([ids(green), ids(stillRed)]).toEqual([[], ["a"]]);
  });

  test("what is neither still red nor regressed leaves no failure but those known before", () => {
    fc.assert(
      fc.property(run, run, (before, after) => {
        const { stillRed, regressed, green } = compareRuns([before], [after], redTargets([before]));
        const isDone = stillRed.length === 0 && regressed.length === 0;
        const red = after.tests.filter((each) => each.status === "failed" || each.status === "errored");
        expect(isDone && red.length > 0).toBe(false);
        expect(isDone ? green.length : 0).toBe(isDone ? redTargets([before]).length : 0);
      }),
    );
  });

  test("whoever loses a test that passed is told so", () => {
    fc.assert(
      fc.property(run, fc.nat(), (before, at) => {
        const passing = before.tests.filter((each) => each.status === "passed" && each.kind === "test");
        fc.pre(passing.length > 0);
        const lost = passing[at % passing.length];
        const after = runOf(before.tests.filter((each) => each !== lost));
        expect(ids(compareRuns([before], [after], []).regressed)).toContain(lost?.id);
      }),
    );
  });
});
