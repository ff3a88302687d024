/** A build of cargo's that failed: what it says about each file with tests, and what belongs to none. */
import type { TestResult } from "../../core/check.ts";
import type { ProcessResult } from "../../core/process.ts";
import type { Build, BuildError } from "./cargo-build.ts";
import { faultOfErrors } from "./cargo-fault.ts";
import { type ProjectFolders, projectPath } from "./cargo-files.ts";
import type { Report } from "./runner.ts";

const MESSAGE_CHARACTERS = 4000;
const PLACES = 3;

/** Cargo failed before it ran a test. */
export function isUnbuilt({ state }: Build, { exitCode, timedOut }: ProcessResult): boolean {
  return state === "failed" || (state === "none" && timedOut === false && exitCode !== null && exitCode !== 0);
}

/** Of a run that ended before it could say anything. */
export const NO_REPORT: Report = { tests: [], problems: [], unfinished: [], isComplete: false };

/**
 * `file` is always the root file of the target that was built, as that is the file of its tests in a run, wherever the
 * error is; `location` names the places. An error in what the tests only use is a problem, as no test will have its file.
 */
export function unbuiltReport({ errors }: Build, stderr: string, folders: ProjectFolders): Report {
  const foreign = failedWithoutTests(stderr);
  const isOfTests = (error: BuildError): boolean =>
    error.places.length > 0 && error.target.kind !== "custom-build" && !foreign.has(unitOf(error));
  const own = errors.filter(isOfTests);
  const files = [...new Set(own.map((error) => error.target.source))];
  const tests = files.map((source) =>
    fileResult(
      source,
      own.filter((error) => error.target.source === source),
      folders,
    ),
  );
  const others = errors.filter((error) => !isOfTests(error));
  const problem = errors.length === 0 ? cargoError(stderr) : rendered(others, folders);
  return { tests, problems: problem === "" ? [] : [problem], unfinished: [], isComplete: true, isUnbuilt: true };
}

/** `lib`, `bin "x"`, …: the units that cargo says it could not compile and that are built without tests. */
function failedWithoutTests(stderr: string): ReadonlySet<string> {
  const units = [...stderr.matchAll(/^error: could not compile `[^`]*` \((.+?)\)(?: due to .*)?$/gm)];
  return new Set(units.map(([, unit = ""]) => unit).filter((unit) => /^(?:lib|(?:bin|example) ".*")$/.test(unit)));
}

/** As cargo names it when it is built without tests. */
const unitOf = ({ target }: BuildError): string =>
  target.kind === "lib" ? "lib" : `${target.kind} ${JSON.stringify(target.name)}`;

function fileResult(source: string, errors: readonly BuildError[], folders: ProjectFolders): TestResult {
  const file = projectPath(source, folders) ?? source;
  const places = errors.flatMap((error) => error.places).map((place) => projectPath(place, folders) ?? place);
  return {
    id: file,
    kind: "file",
    file,
    name: file,
    status: "errored",
    message: rendered(errors, folders),
    fault: faultOfErrors(errors),
    location: [...new Set(places)].slice(0, PLACES).join(", "),
  };
}

/** The same error comes twice where a library is built with its tests and without. */
const rendered = (errors: readonly BuildError[], { root }: ProjectFolders): string =>
  [...new Set(errors.map((error) => error.rendered))]
    .join("\n\n")
    .replaceAll(`${root}/`, "")
    .slice(0, MESSAGE_CHARACTERS);

/** What cargo itself says of a manifest that it cannot read, a build script that failed, an option it does not know. */
function cargoError(stderr: string): string {
  const text = stderr.trim();
  return text.slice(Math.max(0, text.search(/^error/m))).slice(0, MESSAGE_CHARACTERS);
}
