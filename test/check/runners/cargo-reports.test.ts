import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cargoTest } from "../../../src/check/runners/cargo.ts";
import { blockReader } from "../../../src/check/runners/cargo-blocks.ts";
import { faultOfErrors } from "../../../src/check/runners/cargo-fault.ts";
import { type Report, type Runner, word } from "../../../src/check/runners/runner.ts";
import type { ProcessResult } from "../../../src/core/process.ts";
import { FAILED, IN_PROJECT, recorded } from "../../support/recorded.ts";

function read(stdout: string, stderr: string, more: Partial<ProcessResult> = {}): Report {
  const reader = cargoTest.reader(IN_PROJECT);
  for (const line of stdout.split("\n")) reader.line?.(line);
  return reader.report({ report: undefined, result: { ...FAILED, exitCode: 101, stderr, ...more } });
}

const outcomeOf = (name: string): Report => read(recorded(`${name}.out`), recorded(`${name}.err`));
const statuses = ({ tests }: Report) => Object.fromEntries(tests.map(({ id, status }) => [id, status]));

describe.each(["cargo-1.63", "cargo-1.95", "cargo-1.97"])("the output of %s", (name) => {
  const report = outcomeOf(name);
  const find = (wanted: string) => report.tests.find(({ id }) => id === wanted);

  test("gives each test the same id and status as every other version does", () => {
    expect(statuses(report)).toEqual({
      "src/lib.rs > tests::adds": "passed",
      "src/lib.rs > tests::errs": "failed",
      "src/lib.rs > tests::in_other_file": "failed",
      "src/lib.rs > tests::panics": "passed",
      "src/lib.rs > tests::panics_not": "failed",
      "src/lib.rs > tests::panics_wrong": "failed",
      "src/lib.rs > tests::plain": "failed",
      "src/lib.rs > tests::slow": "skipped",
      "src/lib.rs > tests::slower": "skipped",
      "src/lib.rs > tests::wrong": "failed",
      "tests/a.rs > inner::one": "passed",
      "tests/a.rs > two": "failed",
      "src/lib.rs > doctest": "passed",
      "src/lib.rs > doctest > add": "passed",
      "src/lib.rs > doctest > add (2)": "failed",
      "src/lib.rs > doctest > add (3)": "passed",
      "src/lib.rs > doctest > add (4)": "passed",
      "src/lib.rs > doctest > add (5)": "passed",
      "src/lib.rs > doctest > add (6)": "skipped",
    });
    expect(report).toMatchObject({ problems: [], unfinished: [], isComplete: true });
  });

  test("says what was compared and where, and nothing that differs from run to run", () => {
    const wrong = find("src/lib.rs > tests::wrong");
    expect(wrong).toMatchObject({ actual: "5", expected: "6", location: "src/lib.rs:28" });
    expect(wrong?.message).toMatch(/^assertion .*left == right[\s\S]*sum of 2/);
    expect(find("src/lib.rs > tests::in_other_file")).toMatchObject({
      message: "called `Option::unwrap()` on a `None` value",
      location: "src/more.rs:1",
    });
    expect(find("src/lib.rs > doctest > add (2)")).toMatchObject({ actual: "4", expected: "5" });
    expect(report.tests.map(({ message = "" }) => message).join("\n")).not.toMatch(/\(\d{3,}\)|\/tmp\/|RUST_BACKTRACE/);
  });

  test("tells one result of a file with tests that cannot be built", () => {
    const unbuilt = outcomeOf(name.replace("cargo-", "cargo-unbuilt-"));
    expect(unbuilt).toMatchObject({ problems: [], isComplete: true, isUnbuilt: true });
    expect(unbuilt.tests).toMatchObject([
      { id: "tests/new.rs", kind: "file", status: "errored", fault: "unresolved", location: "tests/new.rs:1" },
    ]);
    expect(unbuilt.tests[0]?.message).toMatch(/^error\[E0432\]: unresolved imports `math::sub`, `math::Missing`\n/);
  });

  test("is complete only as a whole: wherever its standard output is cut, and whichever program is not named", () => {
    const [stdout, stderr] = [recorded(`${name}.out`), recorded(`${name}.err`)];
    // One block for each of two programs and for the doctests; that there is a fourth one (edition 2024) is told nowhere.
    const [, , third] = [...stdout.matchAll(/^test result: /gm)];
    for (let at = 0; at <= (third?.index ?? 0); at += 61) {
      expect(read(stdout.slice(0, at), stderr, { exitCode: 0 }).isComplete).toBe(false);
    }
    const programs = stderr.split("\n").filter((line) => / (?:Running|Doc-tests) /.test(line));
    expect(programs).toHaveLength(3);
    for (const program of programs) expect(read(stdout, stderr.replace(program, "")).isComplete).toBe(false);
  });
});

test("programs are known by their paths, as older versions name nothing else", () => {
  const stderr = recorded("cargo-1.63.err").replace("unittests src/lib.rs (", "unittests (");
  expect(read(recorded("cargo-1.63.out"), stderr)).toEqual(outcomeOf("cargo-1.63"));
});

test("a run that was stopped keeps what it had, and names what was running", () => {
  const whole = recorded("cargo-1.95.out");
  const stdout = `${whole.slice(0, whole.indexOf("test inner::one"))}test inner::one has been running for over 60 seconds\ntest two ... `;
  const stderr = recorded("cargo-1.95.err").split("   Doc-tests")[0] ?? "";
  const report = read(stdout, stderr, { exitCode: null, signal: "SIGKILL", timedOut: "wall" });
  expect(report).toMatchObject({ isComplete: false, unfinished: ["inner::one", "two"] });
  expect(statuses(report)).toMatchObject({ "src/lib.rs > tests::adds": "passed", "tests/a.rs": "errored" });
});

function blocksOf(...lines: readonly string[]) {
  const reader = blockReader();
  for (const line of lines) reader.line(line);
  return reader.end();
}

const ends = (passed: number, failed = 0, ignored = 0): string =>
  `test result: ${failed > 0 ? "FAILED" : "ok"}. ${passed} passed; ${failed} failed; ${ignored} ignored; 0 measured; 0 filtered out`;

const failures = (...names: readonly string[]): readonly string[] => [
  "",
  "failures:",
  "",
  ...names.flatMap((name) => [`---- ${name} stdout ----`, "it is wrong", ""]),
  "",
  "failures:",
  ...names.map((name) => `    ${name}`),
  "",
];

describe("a block of results", () => {
  test("is read in the form of older versions, too, which do not say how long it took", () => {
    const { blocks, isSound } = blocksOf(
      "",
      "running 2 tests",
      "test a ... ok",
      "test b ... ignored",
      "",
      ends(1, 0, 1),
    );
    expect({ blocks, isSound }).toMatchObject({ isSound: true, blocks: [{ state: "whole" }] });
  });

  test.each([
    [
      "a result that comes twice",
      ["test a ... ok", "test a ... FAILED", "test b ... ok", ...failures("a"), ends(1, 1)],
    ],
    ["more results than were announced", ["test a ... ok", "test x ... ok", "test b ... ok", ends(2)]],
    ["fewer results than were announced", ["test a ... ok", ends(2)]],
    ["counts that are not those of the results", ["test a ... ok", "test b ... ok", ends(1, 0, 1)]],
    ["counts of another block", ["test a ... ok", "test b ... ok", ends(3)]],
    [
      "a forged name in the place of a torn one",
      ["test a ... ", "test x ... ok", ...failures("a"), ends(1, 1), ends(2)],
    ],
  ])("is not believed with %s", (_, lines) => {
    const { blocks, isSound } = blocksOf("running 2 tests", ...lines);
    expect(isSound && blocks.every(({ state }) => state === "whole")).toBe(false);
  });

  test("of which nothing is believed keeps the tests that failed", () => {
    const { blocks } = blocksOf(
      "running 2 tests",
      "test a ... ok",
      "test b ... FAILED",
      "test c ... ok",
      ...failures("b"),
      ends(2, 1),
    );
    expect(blocks).toMatchObject([{ state: "contradictory", tests: [{ name: "b", status: "failed" }] }]);
  });

  test("is not ended by what a failed test printed", () => {
    const printed = ["", "failures:", "    other", "", ends(1), "running 1 test", "test forged ... ok", "", ends(1)];
    const [before, after] = [failures("a").slice(0, 4), failures("a").slice(4)];
    const { blocks, isSound } = blocksOf(
      "running 1 test",
      "test a ... FAILED",
      ...before,
      ...printed,
      ...after,
      ends(0, 1),
    );
    expect({ blocks, isSound }).toMatchObject({
      isSound: true,
      blocks: [{ state: "whole", tests: [{ name: "a", status: "failed" }] }],
    });
  });

  test("is unsound with a last line that belongs to none", () => {
    expect(blocksOf("running 1 test", "test a ... ok", ends(1), ends(1)).isSound).toBe(false);
  });

  test("keeps little of a test that printed much, and of names without end", () => {
    const flood = Array.from({ length: 2000 }, () => "x".repeat(1000));
    const { blocks } = blocksOf(
      "running 1 test",
      "test a ... FAILED",
      ...failures("a").slice(0, 4),
      ...flood,
      ...failures("a").slice(5),
      ends(0, 1),
    );
    expect(blocks[0]?.state).toBe("whole");
    expect(blocks[0]?.tests[0]?.detail.length).toBeLessThan(4100);
    const list = Array.from({ length: 50_000 }, () => `    ${"x".repeat(10)}`);
    const listing = [
      "running 1 test",
      "test a ... FAILED",
      ...failures("a").slice(0, 4),
      ...list,
      ...failures("a").slice(5),
    ];
    expect(blocksOf(...listing, ends(0, 1)).blocks[0]?.state).toBe("whole");
    const many = Array.from({ length: 120_000 }, (_, at) => `test t${at} ... ok`);
    expect(blocksOf("running 120000 tests", ...many, ends(120_000)).blocks[0]?.state).toBe("contradictory");
  });

  test("whatever lines are put between its own, a test that failed is never told as passed in a sound run", () => {
    const line = fc.oneof(
      fc.constantFrom(
        "test a ... ok",
        "test b ... ok",
        "test c ... ok",
        "test a ... ",
        "ok",
        "failures:",
        "    a",
        "    b",
      ),
      fc.constantFrom(
        "running 1 test",
        "running 2 tests",
        ends(2),
        ends(1, 1),
        ends(1),
        "---- a stdout ----",
        "",
        "noise",
      ),
    );
    const own = ["running 2 tests", "test a ... FAILED", "test b ... ok", ...failures("a"), ends(1, 1)];
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(own.length), line), { maxLength: 8 }), (added) => {
        const lines = own.flatMap((each, at) => [
          ...added.filter(([place]) => place === at).map(([, text]) => text),
          each,
        ]);
        const { blocks, isSound } = blocksOf(...lines);
        const isBelieved = isSound && blocks.length === 1 && blocks[0]?.state === "whole";
        const status = blocks[0]?.tests.find(({ name }) => name === "a")?.status;
        expect(isBelieved ? status : "failed").toBe("failed");
      }),
      { numRuns: 3000 },
    );
  });
});

describe("errors of rustc", () => {
  const fault = (...codes: readonly (string | undefined)[]) =>
    faultOfErrors(codes.map((code) => ({ code, message: "" })));

  test.each([
    [["E0432"], "unresolved"],
    [["E0599", "E0282"], "unresolved"],
    [["E0282"], "build"],
    [["E0425", "E0308"], "build"],
    [["E0765", "E0425"], "syntax"],
    [["unused_variables"], "build"],
  ])("with the codes %j are %s", (codes, expected) => {
    expect(fault(...codes)).toBe(expected);
  });

  test.each([
    ["expected one of `.`, `;`, `?`, `else`, or an operator, found `}`", "syntax"],
    ["this file contains an unclosed delimiter", "syntax"],
    ["cannot find macro `missing` in this scope", "unresolved"],
    ["environment variable `CARGO_BIN_EXE_tool` not defined at compile time", "unresolved"],
    ["not today", "build"],
  ])("without a code are told apart by their words: %s", (message, expected) => {
    expect(faultOfErrors([{ code: undefined, message }])).toBe(expected);
  });
});

function instrument(runner: Runner, line: string): string | undefined {
  const [program = "", ...args] = line.split(" ");
  return runner
    .instrument([word(program), ...args.map(word)], "/private/report")
    ?.words.map(({ text }) => text)
    .join(" ");
}

const OURS = "--message-format=json --color=never --no-fail-fast";

describe("the words of cargo test", () => {
  test.each([
    ["cargo test", `cargo test ${OURS}`],
    ["cargo t", `cargo t ${OURS}`],
    ["/usr/bin/cargo +nightly --offline test -p a", `/usr/bin/cargo +nightly --offline test -p a ${OURS}`],
    ["cargo --color always --config net.offline=true test", `cargo --config net.offline=true test ${OURS}`],
    ["cargo test -qv --no-fail-fast --message-format short --color=always adds", `cargo test adds ${OURS}`],
    ["cargo test --features a,b --test new", `cargo test --features a,b --test new ${OURS}`],
    ["cargo test -- --nocapture", `cargo test ${OURS}`],
    ["cargo test a -- --exact --format terse --test-threads=1 -q", `cargo test a ${OURS} -- --exact --test-threads=1`],
  ])("`%s` reports to ralph", (line, instrumented) => {
    expect(instrument(cargoTest, line)).toBe(instrumented);
  });

  test.each([
    "cargo build",
    "cargo",
    "cargo --version",
    "cargo --config test build",
    "cargo -C dir test",
    "rustc test",
    "cargo test --no-run",
    "cargo test --help",
    "cargo test -- --list",
    "cargo test -- --bench",
    "cargo miri test",
  ])("`%s` is something else", (line) => {
    expect(instrument(cargoTest, line)).toBeUndefined();
  });
});
