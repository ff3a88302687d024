/** From nextest's events (one JSON object a line) to results. A test's name there is `crate::binary$module::name#attempt`. */
import type { TestResult, TestStatus } from "../../core/check.ts";
import { type BuildTarget, fieldsOf, parseLine, textOf } from "./cargo-build.ts";
import { hasOwnHarness, type ProjectFolders, packageName } from "./cargo-files.ts";
import { fileOf, testResult } from "./cargo-results.ts";
import type { Report } from "./runner.ts";

interface SeenTest {
  readonly status: TestStatus;
  /** What it printed, of one that failed. */
  readonly detail: string;
}

export interface Seen {
  /** By `crate::binary$name`. */
  readonly tests: ReadonlyMap<string, SeenTest>;
  readonly open: ReadonlySet<string>;
  /** Kinds of `crate::binary`: a library and a program of one name share it. */
  readonly kinds: ReadonlyMap<string, ReadonlySet<string>>;
  /** Each suite that began has ended, with as many passed and failed as there were. */
  readonly addsUp: boolean;
  readonly passed: number;
}

const MOST_TESTS = 100_000;
const NAME_CHARACTERS = 500;
const DETAIL_CHARACTERS = 4000;

const STATUSES: Readonly<Record<string, TestStatus>> = { ok: "passed", failed: "failed", ignored: "skipped" };

export function nextestEvents(): { readonly line: (text: string) => void; readonly seen: () => Seen } {
  const tests = new Map<string, SeenTest>();
  const open = new Set<string>();
  const kinds = new Map<string, Set<string>>();
  /** What is seen less what suites say at their end: all 0 when it adds up. */
  const balance = { suites: 0, passed: 0, failed: 0 };
  let passed = 0;

  const takeSuite = (event: string, fields: ReturnType<typeof fieldsOf>): void => {
    const { crate, test_binary: binary, kind } = fieldsOf(fields["nextest"]);
    const key = `${textOf(crate)}::${textOf(binary)}`;
    kinds.set(key, (kinds.get(key) ?? new Set()).add(textOf(kind) === "proc-macro" ? "lib" : textOf(kind)));
    balance.suites += event === "started" ? 1 : -1;
    if (event === "started") return;
    balance.passed -= Number(fields["passed"]);
    balance.failed -= Number(fields["failed"]);
  };
  const takeTest = (event: string, fields: ReturnType<typeof fieldsOf>): void => {
    const name = textOf(fields["name"]).replace(/#\d+$/, "").slice(0, NAME_CHARACTERS);
    if (event === "started" && open.size < MOST_TESTS) open.add(name);
    const status = STATUSES[event];
    if (status === undefined || tests.size >= MOST_TESTS) return;
    open.delete(name);
    if (status === "passed") passed += 1;
    if (status !== "skipped") balance[status === "passed" ? "passed" : "failed"] += 1;
    const detail = (textOf(fields["stdout"]) || textOf(fields["reason"])).trim().slice(0, DETAIL_CHARACTERS);
    if (tests.get(name)?.status !== "failed") tests.set(name, { status, detail });
  };
  return {
    line: (text) => {
      const fields = parseLine(text);
      const event = textOf(fields["event"]);
      if (fields["type"] === "suite") takeSuite(event, fields);
      else if (fields["type"] === "test") takeTest(event, fields);
    },
    seen: () => ({ tests, open, kinds, passed, addsUp: Object.values(balance).every((count) => count === 0) }),
  };
}

interface NextestRun {
  readonly targets: readonly BuildTarget[];
  readonly folders: ProjectFolders;
  readonly stderr: string;
}

export function nextestReport(seen: Seen, { targets, folders, stderr }: NextestRun): Report {
  const packages = new Map(targets.map((target) => [target, packageName(target.manifest)]));
  const targetOf = (prefix: string): BuildTarget | undefined =>
    targets.find(
      (target) =>
        `${packages.get(target)}::${target.name}` === prefix && seen.kinds.get(prefix)?.has(target.kind) === true,
    );
  const placed = [...seen.tests].map(([key, test]) => {
    const [prefix = "", ...name] = key.split("$");
    return { target: targetOf(prefix), name: name.join("$"), test };
  });
  const tests = placed.flatMap(({ target, name, test }): TestResult[] =>
    target === undefined ? [] : [testResult([fileOf(target, folders), name], test, folders)],
  );
  const unproved = placed.some(({ target }) => target !== undefined && hasOwnHarness(target))
    ? 0
    : unprovedPasses(seen, stderr);
  return {
    tests,
    problems: unproved > 0 ? [describeUnproved(unproved)] : [],
    unfinished: [...seen.open].map((name) => name.slice(name.indexOf("$") + 1)),
    isComplete: seen.addsUp && seen.open.size === 0 && tests.length === seen.tests.size,
  };
}

/**
 * nextest runs each test in a process of its own and asks only for its exit code. One that came to its end has printed
 * the harness's last line; one that called process::exit(0) has not.
 */
const unprovedPasses = ({ passed }: Seen, stderr: string): number =>
  passed - [...stderr.matchAll(/^\s*test result: ok\. 1 passed; 0 failed;/gm)].length;

const describeUnproved = (count: number): string =>
  `${count} of the tests that nextest calls passed did not come to their end: something calls process::exit(0), or ` +
  "their output was too long to be kept whole";
