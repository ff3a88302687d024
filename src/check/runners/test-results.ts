/** From a runner's report to results with stable ids, relative paths and short messages. Pure. */
import { isAbsolute, join, relative, sep } from "node:path";
import type { TestResult, TestStatus } from "../../core/check.ts";
import { withUniqueIds } from "../test-ids.ts";
import type { ReadContext } from "./runner.ts";
import { faultOf } from "./script-fault.ts";
import type { ReportedTest, TestReport } from "./test-report.ts";

const MESSAGE_CHARACTERS = 4000;
const FRAMES = 3;

export function testResults(report: TestReport, context: ReadContext): readonly TestResult[] {
  const told = report.tests.filter(isTelling).map((test) => toResult(test, context));
  return withUniqueIds([...told, ...(report.isComplete ? brokenOff(report, told, context) : [])]);
}

/** A suite is its tests; one of its own hooks that failed is told nowhere else. */
const isTelling = (test: ReportedTest): boolean =>
  !test.isSuite || (test.status !== "passed" && !test.isSkipped && test.failureType !== "subtestsFailed");

function toResult(test: ReportedTest, context: ReadContext): TestResult {
  const file = relativePath(test.file, context);
  const status = statusOf(test, context);
  const isRed = status === "failed" || status === "errored";
  const { expected, actual, durationMs } = test;
  const where = isRed ? locationOf(test, file, context) : undefined;
  const message = isRed ? messageOf(test, context) : undefined;
  const fault = status === "errored" && test.type === "file" ? faultOf(message ?? "") : undefined;
  return {
    id: [file, ...test.path].join(" > "),
    kind: test.type,
    file,
    name: test.path.join(" > ") || file,
    status,
    ...(message === undefined ? {} : { message }),
    ...(fault === undefined ? {} : { fault }),
    ...(expected === undefined ? {} : { expected }),
    ...(actual === undefined ? {} : { actual }),
    ...(where === undefined ? {} : { location: where }),
    ...(durationMs === undefined ? {} : { durationMs }),
  };
}

/** Failures that are not the test's own: nothing is known about what it would have said. */
const NOT_ITS_OWN: ReadonlySet<string> = new Set(["hookFailed", "cancelledByParent", "parentAlreadyFinished"]);

function statusOf(test: ReportedTest, { cwd, emptyFileStatus }: ReadContext): TestStatus {
  if (test.isSkipped) return "skipped";
  if (test.status === "unfinished") return "errored";
  if (test.type === "file" && test.status === "passed") {
    return emptyFileStatus(isAbsolute(test.file) ? test.file : join(cwd, test.file));
  }
  if (test.status === "passed") return "passed";
  return test.type === "file" || test.isSuite || NOT_ITS_OWN.has(test.failureType ?? "") ? "errored" : "failed";
}

function messageOf(test: ReportedTest, { root }: ReadContext): string | undefined {
  if (test.failureType === "subtestsFailed") return undefined;
  if (test.status === "unfinished") return "it did not finish";
  if (test.type === "file" && test.status === "passed") return "it ended without running a test (process.exit?)";
  const stderr = withoutForeignFrames(test.stderr ?? "").trim();
  const text = stderr === "" ? (test.message ?? "") : stderr;
  return withoutRoot(text, root).trim().slice(0, MESSAGE_CHARACTERS);
}

/** Without what Node prints around an uncaught error: a line of its own source, its own frames, its version. */
const withoutForeignFrames = (text: string): string =>
  text
    .replace(/^node:internal\/.*\n.*\n *\^+\n+/gm, "")
    .replace(/^ +at (?:.*\()?(?:node:|.*\/node_modules\/).*$\n?|^Node\.js v[\d.]+$/gm, "");

const withoutRoot = (text: string, root: string): string =>
  text.replaceAll(`file://${root}/`, "").replaceAll(`${root}/`, "");

/** An error that belongs to no test, with where it came from. */
export function problemText({ message, stack }: TestReport["problems"][number], { root }: ReadContext): string {
  const where = framesOf(stack, root);
  return withoutRoot(where === undefined ? message : `${message} (at ${where})`, root);
}

function locationOf(test: ReportedTest, file: string, { root }: ReadContext): string | undefined {
  const declared = test.line === undefined || test.type === "file" ? undefined : `${file}:${test.line}`;
  return framesOf(test.stack ?? "", root) ?? declared;
}

/** The first `file:line`s inside of the project, with commas. */
function framesOf(stack: string, root: string): string | undefined {
  const frames = stack
    .split("\n")
    .map((line) => /^\s+at .*?\(?(?:file:\/\/)?(\/[^()]+?:\d+)(?::\d+)?\)?$/.exec(line)?.[1])
    .filter((frame) => frame?.startsWith(`${root}/`) === true && !frame.includes("/node_modules/"))
    .map((frame) => frame?.slice(root.length + 1));
  return frames.length === 0 ? undefined : [...new Set(frames)].slice(0, FRAMES).join(", ");
}

function relativePath(file: string, { root, cwd }: ReadContext): string {
  const path = relative(root, isAbsolute(file) ? file : join(cwd, file));
  return path.split(sep).join("/");
}

/** A file whose process ended well while tests of it were still to come: something called process.exit. */
function brokenOff(report: TestReport, told: readonly TestResult[], context: ReadContext): readonly TestResult[] {
  const failed = new Set(told.filter((test) => test.kind === "file").map((test) => test.file));
  const open = report.unfinished.map(({ file, name }) => ({ file: relativePath(file, context), name }));
  const files = [...new Set(open.map(({ file }) => file))].filter((file) => !failed.has(file));
  return files.map((file) => {
    const names = open.filter((test) => test.file === file).map((test) => test.name);
    const message = `it ended before these tests did (process.exit?): ${names.join(", ")}`;
    return { id: file, kind: "file", file, name: file, status: "errored", message };
  });
}
