/** From what `go test` told to results with stable ids. Pure, but for the files that `packages` reads. */
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import type { TestResult } from "../../core/check.ts";
import type { ProcessResult } from "../../core/process.ts";
import { faultOfErrors, type GoBuildError, readBuildErrors } from "./go-build.ts";
import type { GoPackage, GoRun, GoTest } from "./go-events.ts";
import type { GoPackages } from "./go-packages.ts";
import type { Report } from "./runner.ts";

interface Project {
  /** Absolute. */
  readonly root: string;
  /** Absolute. */
  readonly cwd: string;
  readonly packages: GoPackages;
}

const MESSAGE_CHARACTERS = 4000;
const PLACES = 3;

export function goReport(run: GoRun, { stderr, exitCode }: ProcessResult, project: Project): Report {
  const tests = run.tests.map((test) => testResult(test, project));
  const buildText = `${stderr}\n${run.buildOutput}`;
  const unbuilt = run.packages.filter((each) => each.isUnbuilt);
  const built = unbuilt.length > 0 ? unbuiltFiles(unbuilt, buildText, project) : { files: [], problems: [] };
  // A package without tests that does not compile: Go ends without a word of the others.
  const isSilent = exitCode !== 0 && run.packages.every(({ end }) => end !== "fail");
  const loose = isSilent ? readBuildErrors(buildText) : [];
  const problems = [
    ...built.problems,
    ...(loose.length === 0 ? [] : [shown(loose, project)]),
    ...run.packages.filter((each) => isOdd(each, run.tests)).map((each) => packageProblem(each, project)),
  ];
  const hasEnded = run.packages.every(({ end }) => end !== undefined);
  const hasBegun = run.packages.length > 0 || exitCode === 0 || problems.length > 0;
  return {
    tests: [...built.files, ...tests],
    problems,
    unfinished: run.tests.filter(({ runs, ends }) => ends < runs).map(({ name }) => name),
    isComplete: run.isWhole && hasEnded && hasBegun,
    ...(unbuilt.length > 0 || loose.length > 0 ? { isUnbuilt: true } : {}),
  };
}

function testResult(test: GoTest, project: Project): TestResult {
  const path = test.name.split("/");
  const folder = project.packages.folderOf(test.package);
  const file = project.packages.filesOf(test.package).get(path[0] ?? "");
  const status = statusOf(test);
  const isRed = status === "failed" || status === "errored";
  const where = isRed ? placesOf(test, folder, project) : undefined;
  return {
    id: [file ?? (folder || test.package), ...path].join(" > "),
    kind: "test",
    ...(file === undefined ? {} : { file }),
    name: path.join(" > "),
    status,
    ...(isRed ? { message: messageOf(test, status, project) } : {}),
    ...(where === undefined ? {} : { location: where }),
    durationMs: Math.round(test.elapsedMs),
  };
}

/** A pass counts only when each run has its one verdict: the code under test can print more, but not fewer. */
function statusOf({ hasFailed, isSkipped, runs, ends, verdicts }: GoTest): TestResult["status"] {
  if (hasFailed) return "failed";
  if (ends !== runs || verdicts !== runs) return "errored";
  return isSkipped ? "skipped" : "passed";
}

function messageOf({ output, verdicts, runs }: GoTest, status: TestResult["status"], { root }: Project): string {
  const isForged = status === "errored" && verdicts > runs;
  const ending = isForged ? "more than one verdict on it was printed: none is to be believed" : "it did not finish";
  // What each goroutine was doing says where, and that is told apart.
  const [said = ""] = output.split(/^goroutine \d+ \[/m);
  const text = tidy(said.replace(/^ {4}/gm, ""), root) || "it says nothing of why";
  return status === "errored" ? `${ending}\n${text}`.trim() : text;
}

/** `file_test.go:3:` as the test prints it, then where a panic came by, inside of the project. */
function placesOf({ output }: GoTest, folder: string | undefined, { root }: Project): string | undefined {
  const printed = [...output.matchAll(/^\s+([^\s:]+\.go):(\d+): /gm)].map(([, file = "", line]) =>
    isAbsolute(file) ? `${file}:${line}` : `${join(root, folder ?? "", file)}:${line}`,
  );
  const passed = [...output.matchAll(/^\t(\/[^\s:]+\.go):(\d+)/gm)].map(([, file, line]) => `${file}:${line}`);
  const own = [...printed, ...passed].filter((place) => place.startsWith(`${root}/`));
  const places = [...new Set(own.map((place) => relative(root, place).split(sep).join("/")))];
  return places.length === 0 ? undefined : places.slice(0, PLACES).join(", ");
}

const tidy = (text: string, root: string): string =>
  text.replaceAll(`${root}/`, "").trim().slice(0, MESSAGE_CHARACTERS);

/** It failed, and none of its tests says why: TestMain, init, a race after the last test. */
function isOdd({ path, end, isUnbuilt }: GoPackage, tests: readonly GoTest[]): boolean {
  const own = tests.filter((test) => test.package === path);
  return end === "fail" && !isUnbuilt && !own.some((test) => test.hasFailed || test.ends < test.runs);
}

const packageProblem = ({ path, output }: GoPackage, { root }: Project): string =>
  `${path} failed, though no test of it did:\n${tidy(output, root)}`;

/**
 * Test files with errors of their own; where a package has none, its test files are sound, but cannot run. What has no
 * test file is a problem, as no test will ever be in it.
 */
function unbuiltFiles(unbuilt: readonly GoPackage[], buildText: string, project: Project) {
  const errors = readBuildErrors(buildText).map((error) => ({ ...error, file: ownPath(error.file, project) }));
  const broken = [...new Set(errors.map(({ file }) => file))].filter((file) => file.endsWith("_test.go"));
  const own = broken.map((file) => {
    const theirs = errors.filter((error) => error.file === file);
    return fileResult(file, theirs, shown(theirs, project), { fault: faultOfErrors(theirs) });
  });
  const files = [...own];
  const problems: string[] = [];
  for (const { path } of unbuilt) {
    const folder = project.packages.folderOf(path);
    if (broken.some((file) => file.slice(0, Math.max(0, file.lastIndexOf("/"))) === folder)) continue;
    const text = errors.length === 0 ? tidy(buildText, project.root) : shown(errors, project);
    const sound = [...new Set(project.packages.filesOf(path).values())];
    files.push(...sound.map((file) => fileResult(file, errors, `its package was not built:\n${text}`)));
    if (sound.length === 0) problems.push(`${path} was not built:\n${text}`);
  }
  return { files, problems };
}

function ownPath(file: string, { root, cwd }: Project): string {
  return relative(root, resolve(cwd, file)).split(sep).join("/");
}

function fileResult(
  file: string,
  errors: readonly GoBuildError[],
  message: string,
  more: Pick<TestResult, "fault"> = {},
): TestResult {
  const places = [...new Set(errors.map((error) => `${error.file}:${error.line}`))].slice(0, PLACES).join(", ");
  const where = places === "" ? {} : { location: places };
  return { id: file, kind: "file", file, name: file, status: "errored", message, ...more, ...where };
}

const shown = (errors: readonly GoBuildError[], { root }: Project): string =>
  tidy([...new Set(errors.map(({ file, line, message }) => `${file}:${line}: ${message}`))].join("\n"), root);
