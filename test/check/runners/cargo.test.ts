import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compareRuns, redTargets } from "../../../src/check/compare.ts";
import { cargoTest } from "../../../src/check/runners/cargo.ts";
import type { TestRun } from "../../../src/core/check.ts";
import { runWith, statuses, writeFiles } from "../../support/run-with.ts";
import { temporaryFolder } from "../../support/temporary.ts";

type Files = Readonly<Record<string, string>>;

const manifest = (name: string, more = ""): string =>
  `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n${more}`;

/** Without doctests, which are compiled one by one, where a test is not about them. */
const QUICK = "\n[profile.dev]\ndebug = 0\nincremental = false\n\n[lib]\ndoctest = false\n";

function crate(files: Files): string {
  const root = temporaryFolder();
  writeFiles(root, { "Cargo.toml": manifest("sum", QUICK), ...files });
  return root;
}

const cargo = (root: string, command = "cargo test"): Promise<TestRun> => runWith(cargoTest, root, command);

const comparison = (before: TestRun, after: TestRun) => compareRuns([before], [after], redTargets([before]));

const WRONG = "pub fn sum(a: i32, b: i32) -> i32 { a - b }\n";
const RIGHT = "pub fn sum(a: i32, b: i32) -> i32 { a + b }\n";
const TESTS =
  "#[test] fn adds() { assert_eq!(sum::sum(2, 3), 5); }\n#[test] fn is_there() { let _ = sum::sum(0, 0); }\n";

describe("cargo test", () => {
  test("a crate goes from red to green, test by test, over several programs and doctests", async () => {
    const unit = [
      "#[cfg(test)] mod tests {",
      '  #[test] fn adds() { assert_eq!(super::sum(2, 3), 5, "the sum"); }',
      '  #[test] #[ignore = "slow"] fn slow() {}',
      '  #[test] #[should_panic(expected = "boo")] fn panics() { panic!("boo hoo") }',
      "}\n",
    ].join("\n");
    const documented = "/// ```\n/// assert_eq!(sum::sum(1, 1), 2);\n/// ```\n/// ```\n/// sum::sum(1, 1);\n/// ```\n";
    const root = crate({
      "Cargo.toml": manifest("sum", "\n[profile.dev]\ndebug = 0\nincremental = false\n"),
      "src/lib.rs": documented + WRONG + unit,
      "tests/a.rs": TESTS,
      "tests/b.rs": "mod inner { #[test] fn passes() {} }\n",
    });
    const before = await cargo(root);
    const others = {
      "src/lib.rs > tests::panics": "passed",
      "src/lib.rs > tests::slow": "skipped",
      "tests/a.rs > is_there": "passed",
      "tests/b.rs > inner::passes": "passed",
      "src/lib.rs > doctest > sum (2)": "passed",
    };
    expect(statuses(before)).toEqual({
      "src/lib.rs > tests::adds": "failed",
      "tests/a.rs > adds": "failed",
      "src/lib.rs > doctest > sum": "failed",
      ...others,
    });
    expect(before).toMatchObject({ runner: "cargo", passed: false, exitCode: 101 });
    expect(before.tests.find(({ id }) => id === "src/lib.rs > tests::adds")).toEqual({
      id: "src/lib.rs > tests::adds",
      kind: "test",
      file: "src/lib.rs",
      name: "tests::adds",
      status: "failed",
      message: "assertion `left == right` failed: the sum\n  left: -1\n right: 5",
      actual: "-1",
      expected: "5",
      location: "src/lib.rs:9",
    });

    writeFiles(root, { "src/lib.rs": documented + RIGHT + unit });
    const after = await cargo(root);
    expect(after.passed).toBe(true);
    const { green, stillRed, regressed } = comparison(before, after);
    expect(green.map(({ id }) => id).sort()).toEqual([
      "src/lib.rs > doctest > sum",
      "src/lib.rs > tests::adds",
      "tests/a.rs > adds",
    ]);
    expect({ stillRed, regressed }).toEqual({ stillRed: [], regressed: [] });
  });

  test("code that calls process::exit(0) makes nothing green, and other files keep their results", async () => {
    const root = crate({ "src/lib.rs": WRONG, "tests/a.rs": TESTS, "tests/b.rs": "#[test] fn passes() {}\n" });
    const before = await cargo(root);
    writeFiles(root, { "src/lib.rs": "pub fn sum(_: i32, _: i32) -> i32 { std::process::exit(0) }\n" });
    const after = await cargo(root);
    expect(after).toMatchObject({ passed: false, exitCode: 0 });
    expect(after.tests.find(({ id }) => id === "tests/a.rs")).toMatchObject({
      kind: "file",
      status: "errored",
      message: expect.stringContaining("process::exit"),
    });
    expect(statuses(after)).toMatchObject({ "tests/b.rs > passes": "passed", "$ cargo test": "errored" });
    const { green, regressed } = comparison(before, after);
    expect(green).toEqual([]);
    expect(regressed.map(({ id }) => id)).toEqual(["tests/a.rs > is_there"]);
  });

  test("a child's noise in the middle of a line is seen through, a result that it forges is not believed", async () => {
    const child = (text: string): string => `std::process::Command::new("printf").arg("${text}").status().unwrap();`;
    const root = crate({
      "src/lib.rs": RIGHT,
      "tests/a.rs": `#[test] fn a() { ${child("noise")} }\n#[test] fn b() { ${child("more\\\\nnoise")} }\n`,
    });
    const noisy = await cargo(root, "cargo test -- --test-threads=1");
    expect(noisy.output).toContain("test a ... noiseok");
    expect(statuses(noisy)).toEqual({ "tests/a.rs > a": "passed", "tests/a.rs > b": "passed" });
    expect(noisy.passed).toBe(true);

    const forged = "\\\\ntest adds ... ok\\\\n";
    writeFiles(root, {
      "src/lib.rs": `pub fn sum(_: i32, _: i32) -> i32 { ${child(forged)} 0 }\n`,
      "tests/a.rs": TESTS,
    });
    const run = await cargo(root);
    expect(run.passed).toBe(false);
    expect(run.tests.filter(({ status }) => status === "passed")).toEqual([]);
    expect(statuses(run)).toMatchObject({ "$ cargo test": "errored" });
  });

  test("a test file that names what is not built yet is unresolved, and green once its tests run", async () => {
    const root = crate({
      "src/lib.rs": "pub fn other() {}\n",
      "tests/a.rs": "#[test] fn old() { sum::other(); }\n",
    });
    const baseline = await cargo(root);
    expect(baseline.passed).toBe(true);
    writeFiles(root, { "tests/new.rs": TESTS });
    const before = await cargo(root);
    expect(before).toMatchObject({ passed: false, isUnbuilt: true });
    expect(before.tests).toMatchObject([{ id: "tests/new.rs", kind: "file", status: "errored", fault: "unresolved" }]);
    expect(before.tests[0]?.message).toMatch(
      /^error\[E0425\]: cannot find function `sum` in crate `sum`\n +--> tests\/new.rs:1/,
    );
    expect(before.tests[0]?.message).not.toContain(root);

    writeFiles(root, { "src/lib.rs": `pub fn other() {}\n${RIGHT}` });
    const after = await cargo(root);
    expect(comparison(before, after)).toMatchObject({ green: [{ id: "tests/new.rs" }], stillRed: [], regressed: [] });
  });

  test.each([
    ["syntax", "#[test] fn new() { let x = ; }\n"],
    ["build", '#[test] fn new() { let x: i32 = "text"; }\n'],
  ])("a test file that is wrong in itself is of fault %s", async (fault, text) => {
    const run = await cargo(crate({ "src/lib.rs": RIGHT, "tests/new.rs": text }));
    expect(run.tests).toMatchObject([{ id: "tests/new.rs", kind: "file", status: "errored", fault }]);
  });

  test("an error in a file that several test files share is told of each file that was built with it", async () => {
    const root = crate({
      "src/lib.rs": RIGHT,
      "tests/a.rs": "mod common;\n#[test] fn a() { common::help(); }\n",
      "tests/common/mod.rs": "pub fn help() { sum::missing(); }\n",
    });
    const before = await cargo(root);
    expect(before.tests).toMatchObject([{ id: "tests/a.rs", fault: "unresolved", location: "tests/common/mod.rs:1" }]);
    writeFiles(root, { "src/lib.rs": `${RIGHT}pub fn missing() {}\n` });
    expect(comparison(before, await cargo(root))).toMatchObject({ green: [{ id: "tests/a.rs" }], stillRed: [] });
  });

  test("a library that does not compile is red as the command, and green once the run passes", async () => {
    const root = crate({ "src/lib.rs": "pub fn sum(a: i32, b: i32) -> i32 { a + c }\n", "tests/a.rs": TESTS });
    const before = await cargo(root);
    expect(before.isUnbuilt).toBe(true);
    expect(before.tests).toMatchObject([{ kind: "command", status: "errored" }]);
    expect(before.tests[0]?.message).toContain("error[E0425]: cannot find value `c` in this scope\n --> src/lib.rs:1:");
    writeFiles(root, { "src/lib.rs": RIGHT });
    expect(comparison(before, await cargo(root))).toMatchObject({ green: [{ kind: "command" }], stillRed: [] });
  });

  test("a target with a main of its own passes and fails as a file", async () => {
    const main = (end: string): string => `fn main() { println!("checking"); ${end} }\n`;
    const own = '\n[[test]]\nname = "own"\nharness = false\n';
    const root = crate({
      "Cargo.toml": manifest("sum", QUICK + own),
      "src/lib.rs": RIGHT,
      "tests/a.rs": TESTS,
      "tests/own.rs": main('panic!("no")'),
      "tests/z.rs": "#[test] fn last() {}\n",
    });
    const others = { "tests/a.rs > adds": "passed", "tests/a.rs > is_there": "passed", "tests/z.rs > last": "passed" };
    const before = await cargo(root);
    expect(statuses(before)).toEqual({ ...others, "tests/own.rs": "errored" });
    writeFiles(root, { "tests/own.rs": main("") });
    const after = await cargo(root);
    expect(after.passed).toBe(true);
    expect(statuses(after)).toEqual({ ...others, "tests/own.rs": "passed" });
  });

  test("a run without tests is not passed, with and without a name that matches none", async () => {
    const root = crate({ "src/lib.rs": RIGHT });
    expect(await cargo(root)).toMatchObject({ passed: false, tests: [{ kind: "command", status: "skipped" }] });
    writeFiles(root, { "tests/a.rs": TESTS });
    expect(statuses(await cargo(root, "cargo test nothing"))).toEqual({ "$ cargo test nothing": "skipped" });
    expect(statuses(await cargo(root, "cargo t -q is_there -- --exact --nocapture"))).toEqual({
      "tests/a.rs > is_there": "passed",
    });
  });

  test("files of a workspace of several crates are told apart, wherever below ralph's workspace cargo runs", async () => {
    const root = temporaryFolder();
    const member = (name: string): Files => ({
      [`rust/crates/${name}/Cargo.toml`]: manifest(name),
      [`rust/crates/${name}/src/lib.rs`]:
        "/// ```\n/// assert!(true);\n/// ```\npub fn f() {}\n#[test] fn fails() { assert_eq!(1, 2); }\n",
    });
    writeFiles(root, {
      "rust/Cargo.toml":
        '[workspace]\nmembers = ["crates/*"]\nresolver = "2"\n[profile.dev]\ndebug = 0\nincremental = false\n',
      ...member("one"),
      ...member("two"),
    });
    const of = (name: string): Readonly<Record<string, string>> => ({
      [`rust/crates/${name}/src/lib.rs > fails`]: "failed",
      [`rust/crates/${name}/src/lib.rs > doctest > f`]: "passed",
    });
    const all = await cargo(root, "cd rust && cargo test --workspace");
    expect(statuses(all)).toEqual({ ...of("one"), ...of("two") });
    expect(all.tests[0]).toMatchObject({
      file: "rust/crates/one/src/lib.rs",
      location: "rust/crates/one/src/lib.rs:5",
    });
    expect(statuses(await cargo(root, "cd rust/crates/two && cargo test"))).toEqual(of("two"));
    expect(statuses(await cargo(root, "cargo test --manifest-path rust/Cargo.toml -p one"))).toEqual(of("one"));
  });

  test("cargo's own errors are told in its words", async () => {
    const root = crate({ "src/lib.rs": RIGHT });
    const message = async (command?: string): Promise<string> => {
      const { tests, isUnbuilt } = await cargo(root, command);
      expect({ isUnbuilt, tests }).toMatchObject({ isUnbuilt: true, tests: [{ kind: "command", status: "errored" }] });
      return tests[0]?.message ?? "";
    };
    expect(await message("cargo test --nonsense")).toContain("error: unexpected argument '--nonsense' found");
    writeFiles(root, { "build.rs": 'fn main() { panic!("no build today") }\n' });
    expect(await message()).toContain("no build today");
    writeFiles(root, { "Cargo.toml": "x = [" });
    expect(await message()).toContain("error: unclosed array");
    rmSync(join(root, "Cargo.toml"));
    expect(await message()).toContain("could not find `Cargo.toml`");
  });
});
