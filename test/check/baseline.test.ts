import { describe, expect, test } from "vitest";
import { mergeBaseline, withEarlier, withProof } from "../../src/check/baseline.ts";
import { compareRuns } from "../../src/check/compare.ts";
import { command, result, runOf } from "./runs.ts";

const OLD = [result("old.js > one", "passed"), result("old.js > two", "passed")];

test("a check that was not run stands as it stood", () => {
  const before = [runOf(OLD), runOf(OLD, { name: "slow" })];
  const now = [runOf([], { name: "unit" })];
  expect(withEarlier(now, before)).toEqual([now[0], before[1]]);
});

test("a set-up that failed once does not stand against a later attempt that was set up", () => {
  const failed = [runOf([command("npm install", "errored")], { name: "set-up" }), runOf(OLD)];
  const now = [runOf([], { name: "unit" })];
  expect(withEarlier(now, failed)).toEqual(now);
});

test("what passed stays in the baseline where a new test keeps everything from being built", () => {
  const red = runOf([result("new.js", "errored")], { isUnbuilt: true });
  const baseline = mergeBaseline([runOf(OLD)], [red]);
  const broken = runOf([result("new.js > it", "passed"), result("old.js > one", "failed")]);
  const { regressed, green } = compareRuns(baseline, [broken], ["unit » new.js"]);
  expect(green.map(({ id }) => id)).toEqual(["new.js"]);
  expect(regressed.map(({ id }) => id)).toEqual(["old.js > one", "old.js > two"]);
});

describe("targets are judged by the tests as they were when they were red", () => {
  const target = "unit » a.js > one";
  const green = result("a.js > one", "passed");
  const red = result("a.js > one", "failed");

  test("whatever the changed test says", () => {
    const proven = withProof([runOf([green, ...OLD])], [runOf([red, result("old.js > one", "failed")])], [target]);
    expect(proven[0]?.tests).toEqual([...OLD, red]);
  });

  test("and are gone where they did not run", () => {
    expect(withProof([runOf([green])], [runOf([])], [target])[0]?.tests).toEqual([]);
    expect(withProof([runOf([green])], [], [target])[0]?.tests).toEqual([]);
  });

  test("file by file, where a file was red as a whole", () => {
    const proven = withProof([runOf([green, ...OLD])], [runOf([red])], ["unit » a.js"]);
    expect(compareRuns([], proven, ["unit » a.js"]).stillRed[0]).toMatchObject({ id: "a.js", status: "failed" });
  });

  test("and a command by its exit code", () => {
    const failed = runOf([command("npm test", "failed")]);
    const passed = runOf([command("npm test", "passed")]);
    expect(withProof([passed], [failed], ["unit » $ npm test"])[0]?.passed).toBe(false);
    expect(withProof([passed], [passed], ["unit » $ npm test"])[0]?.passed).toBe(true);
  });
});
