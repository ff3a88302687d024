/** The reader of runners with jest's `expect`, jest and Playwright: it writes what it compared into the message only. */
import type { TestResult } from "../../core/check.ts";
import type { ReadContext, RunReader } from "./runner.ts";
import { scriptReader } from "./script-reader.ts";

export function expectReader(context: ReadContext): RunReader {
  const { report } = scriptReader(context);
  return {
    report: (end) => {
      const said = report(end);
      return { ...said, tests: said.tests.map(withCompared) };
    },
  };
}

/** `Expected: 2`, `Expected substring: "a"`; for node:assert, as jest shows it, the value is on the next line. */
const EXPECTED = /^Expected[^:\n]*:\s+(\S.*)$/m;
const RECEIVED = /^Received[^:\n]*:\s+(\S.*)$/m;

function withCompared(test: TestResult): TestResult {
  const expected = EXPECTED.exec(test.message ?? "")?.[1];
  const actual = RECEIVED.exec(test.message ?? "")?.[1];
  return expected === undefined || actual === undefined ? test : { ...test, expected, actual };
}
