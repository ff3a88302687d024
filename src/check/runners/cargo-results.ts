/** From the blocks of a run of cargo's to results with stable ids and paths. */
import type { TestResult } from "../../core/check.ts";
import { withUniqueIds } from "../test-ids.ts";
import type { Block, BlockTest } from "./cargo-block.ts";
import type { BuildTarget } from "./cargo-build.ts";
import { type ProjectFolders, projectPath } from "./cargo-files.ts";
import { explainFailure } from "./cargo-panic.ts";
import type { Pairing } from "./cargo-runs.ts";

export function cargoResults({ pairs, bare, docBlocks }: Pairing, folders: ProjectFolders): readonly TestResult[] {
  return withUniqueIds([
    ...pairs.flatMap(({ program, block }) => programResults(program.target, block, folders)),
    ...bare.map(({ target, hasFailed }) => bareResult(target, hasFailed, folders)),
    ...docResults(docBlocks, folders),
  ]);
}

export const fileOf = ({ source }: BuildTarget, folders: ProjectFolders): string =>
  projectPath(source, folders) ?? source;

function programResults(target: BuildTarget, block: Block, folders: ProjectFolders): readonly TestResult[] {
  const file = fileOf(target, folders);
  const tests = block.tests.map((test) => testResult([file, test.name], test, folders));
  return block.state === "whole" ? tests : [...tests, brokenFile(file, block)];
}

function brokenFile(file: string, { state, unfinished }: Block): TestResult {
  const running = unfinished.length === 0 ? "" : `; not finished: ${unfinished.slice(0, 5).join(", ")}`;
  const message =
    state === "cut"
      ? `it ended before all its tests did (process::exit, abort?)${running}`
      : "its output contradicts itself: something prints lines that look like results of tests";
  return { id: file, kind: "file", file, name: file, status: "errored", message };
}

function bareResult(target: BuildTarget, hasFailed: boolean, folders: ProjectFolders): TestResult {
  const file = fileOf(target, folders);
  const result = { id: file, kind: "file" as const, file, name: file };
  return hasFailed
    ? { ...result, status: "errored", message: "it has a main of its own, which ended with a failure" }
    : { ...result, status: "passed" };
}

const DOCTEST = /^(.+?) - (.*?) ?\(line (\d+)\)$/;

/** The line of a doctest is no part of its id: several ones of an item are told apart by their order. */
function docResults(blocks: readonly Block[], folders: ProjectFolders): readonly TestResult[] {
  return blocks
    .flatMap((block) => block.tests)
    .flatMap((test) => {
      const [, path, item = "", line] = DOCTEST.exec(test.name) ?? [];
      return path === undefined ? [] : [{ test, path, item, line: Number(line) }];
    })
    .sort((a, b) => a.line - b.line)
    .map(({ test, path, item, line }) => {
      const file = projectPath(path, folders) ?? path;
      const result = testResult([file, "doctest", ...(item === "" ? [] : [item])], test, folders);
      return result.status === "failed" ? { location: `${file}:${line}`, ...result } : result;
    });
}

export function testResult(
  [file, ...path]: readonly [string, ...string[]],
  { status, detail }: Pick<BlockTest, "status" | "detail">,
  folders: ProjectFolders,
): TestResult {
  return {
    id: [file, ...path].join(" > "),
    kind: "test",
    file,
    name: path.join(" > "),
    status,
    ...(status === "failed" ? explainFailure(detail, folders) : {}),
  };
}
