/** The reader of runners that carry one of ralph's own reporters: node --test and vitest. */
import type { ReadContext, RunReader } from "./runner.ts";
import { readTestReport } from "./test-report.ts";
import { problemText, testResults } from "./test-results.ts";

export function scriptReader(context: ReadContext): RunReader {
  return {
    report: ({ report: text }) => {
      const report = readTestReport(text ?? "");
      return {
        tests: testResults(report, context),
        problems: report.problems.map((problem) => problemText(problem, context)),
        unfinished: report.unfinished.map(({ name }) => name),
        isComplete: report.isComplete,
      };
    },
  };
}
