import { describe, expect, test } from "vitest";
import { settle } from "../../src/check/flaky.ts";
import { command, result, runOf } from "./runs.ts";

const key = (id: string): string => `unit » ${id}`;
const green = result("a.js > one", "passed");
const red = result("a.js > one", "failed", { message: "no" });

describe("two runs on the same code", () => {
  test("that agree leave the first as it is", () => {
    const first = runOf([red, result("a.js > two", "passed")]);
    expect(settle(first, first, new Set())).toEqual({ run: first, flaky: [] });
  });

  test("that differ take the test out", () => {
    const first = runOf([red, result("a.js > two", "passed")]);
    const { run, flaky } = settle(first, runOf([green, result("a.js > two", "passed")]), new Set());
    expect(run.tests).toEqual([result("a.js > two", "passed")]);
    expect(flaky).toEqual([key("a.js > one")]);
  });

  test("that differ keep a target red, with the reason", () => {
    const { run, flaky } = settle(runOf([red]), runOf([green]), new Set([key("a.js > one")]));
    expect(run.tests).toMatchObject([{ id: "a.js > one", status: "errored", message: /only sometimes/ }]);
    expect(flaky).toEqual([key("a.js > one")]);
  });

  test("of which one could not load a file take that file's tests from the other, but no target", () => {
    const broken = result("a.js", "errored", { message: "port in use" });
    const second = runOf([green, result("a.js > two", "passed")]);
    const { run, flaky } = settle(runOf([broken]), second, new Set([key("a.js > two")]));
    expect(run.tests.map(({ id, status }) => [id, status])).toEqual([
      ["a.js > one", "passed"],
      ["a.js > two", "errored"],
    ]);
    expect(flaky).toEqual([key("a.js")]);
  });

  test("of which one hung as a whole take the tests from the other", () => {
    const hung = runOf([command("npm test", "errored", "it hung")]);
    const { run, flaky } = settle(hung, runOf([green]), new Set());
    expect(run.tests).toEqual([green]);
    expect(flaky).toEqual([key("$ npm test")]);
  });
});
