/**
 * Whether one run of a check passed. The exit code, the report and the results must agree: where they do not, or where
 * nothing ran, the run gets a result of its own that says so. Pure.
 */
import type { TestResult, TestRun } from "../core/check.ts";
import type { ProcessResult } from "../core/process.ts";
import type { CheckSpec } from "../core/task.ts";
import type { Report } from "./runners/runner.ts";
import { commandId, isRed } from "./test-ids.ts";

export interface RunFacts {
  readonly check: CheckSpec;
  readonly runner: string;
  readonly result: ProcessResult;
  readonly timeoutMs: number;
  /** Undefined: the runner tells only an exit code. */
  readonly report?: Report;
}

/** How much of the output's end explains a command that says nothing else. */
const TAIL_CHARACTERS = 2000;
const NAMED = 5;

export function judgeRun(facts: RunFacts): TestRun {
  const { check, runner, result } = facts;
  const reported = facts.report?.tests ?? [];
  const whole = wholeCommand(facts);
  const tests = whole === undefined ? reported : [...reported, whole];
  const { exitCode, output, durationMs, startFailure } = result;
  return {
    name: check.name,
    command: check.command,
    runner,
    tests,
    passed: exitCode === 0 && !tests.some(isRed) && tests.some((test) => test.status === "passed"),
    timedOut: result.timedOut !== false,
    exitCode,
    output,
    durationMs,
    ...(facts.report?.isUnbuilt === true ? { isUnbuilt: true } : {}),
    ...(startFailure === undefined ? {} : { startFailure }),
  };
}

/** The result that stands for the command as a whole, where its tests do not say everything. */
function wholeCommand(facts: RunFacts): TestResult | undefined {
  const said = brokenOff(facts) ?? (facts.report === undefined ? exitOnly(facts) : disagreement(facts, facts.report));
  if (said === undefined) return undefined;
  const id = commandId(facts.check.command);
  return { id, kind: "command", name: id, ...said };
}

type Said = Pick<TestResult, "status" | "message">;

const errored = (message: string): Said => ({ status: "errored", message });

/** It did not start, or did not end by itself. */
function brokenOff({ result, timeoutMs, report }: RunFacts): Said | undefined {
  const { startFailure, timedOut, signal } = result;
  if (startFailure !== undefined) return errored(startFailure);
  const running = report?.unfinished.slice(0, NAMED).join(", ") ?? "";
  const during = running === "" ? "" : `; not finished: ${running}`;
  if (timedOut === "wall") return errored(`it did not end within ${timeoutMs / 1000} s and was stopped${during}`);
  if (timedOut === "idle") return errored(`it printed nothing for too long and was stopped${during}`);
  return signal === undefined ? undefined : errored(`it was ended by ${signal}${withTail(result)}`);
}

const exitOnly = ({ result }: RunFacts): Said =>
  result.exitCode === 0
    ? { status: "passed" }
    : { status: "failed", message: `exit code ${result.exitCode}${withTail(result)}` };

function disagreement({ result }: RunFacts, report: Report): Said | undefined {
  const { tests, problems, isComplete } = report;
  if (!isComplete && result.exitCode === 0) {
    return errored("the runner ended without its whole report; something ended it (process.exit?)");
  }
  if (!isComplete) return errored(`the runner failed with exit code ${result.exitCode}${withTail(result)}`);
  if (problems.length > 0) return errored(`errors outside of any test:\n${problems.join("\n")}`);
  if (!tests.some((test) => test.status !== "skipped")) {
    return {
      status: "skipped",
      message: "it ran no test: add one, or mend the path or the name pattern in the command",
    };
  }
  if (result.exitCode === 0 || tests.some(isRed)) return undefined;
  return errored(`no test failed, but the exit code is ${result.exitCode}${withTail(result)}`);
}

function withTail({ output }: ProcessResult): string {
  const tail = output.trim().slice(-TAIL_CHARACTERS);
  return tail === "" ? "" : `\n${tail}`;
}
