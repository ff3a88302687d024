import { describe, expect, test } from "vitest";
import { cargoNextest } from "../../../src/check/runners/cargo-nextest.ts";
import { type Report, word } from "../../../src/check/runners/runner.ts";
import { writeFiles } from "../../support/run-with.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const OURS =
  "--message-format=libtest-json-plus --message-format-version=0.1 --cargo-message-format=json --no-fail-fast --success-output=immediate --color=never";

function instrument(line: string): string | undefined {
  const [program = "", ...args] = line.split(" ");
  const { words } = cargoNextest.instrument([word(program), ...args.map(word)], "") ?? {};
  return words?.map(({ text }) => text).join(" ");
}

describe("the words of cargo nextest", () => {
  test.each([
    ["cargo nextest run", `cargo nextest run ${OURS}`],
    ["cargo +stable nextest r --profile ci", `cargo +stable nextest r --profile ci ${OURS}`],
    ["cargo nextest run --fail-fast --no-capture --retries 2 -p a", `cargo nextest run --retries 2 -p a ${OURS}`],
    ["cargo nextest run --success-output never adds -- --exact", `cargo nextest run adds ${OURS} -- --exact`],
  ])("`%s` reports to ralph", (line, instrumented) => {
    expect(instrument(line)).toBe(instrumented);
  });

  test.each([
    "cargo nextest list",
    "cargo nextest",
    "cargo test",
    "nextest run",
    "cargo nextest run --no-run",
    "cargo nextest run --archive-file=a.tar.zst",
    "cargo nextest run --stress-count 3",
  ])("`%s` is something else", (line) => {
    expect(instrument(line)).toBeUndefined();
  });

  test("the experimental form is asked for in the environment", () => {
    expect(cargoNextest.instrument([word("cargo"), word("nextest"), word("run")], "")?.env).toMatchObject({
      NEXTEST_EXPERIMENTAL_LIBTEST_JSON: "1",
    });
  });
});

/** A project with what cargo would say of its build; nextest itself could not be run, its events are the documented ones. */
function project() {
  const root = temporaryFolder();
  writeFiles(root, { "Cargo.toml": '[package]\nname = "sum"\nversion = "0.1.0"\n', "Cargo.lock": "" });
  const artifact = (kind: string, name: string, path: string): object => ({
    reason: "compiler-artifact",
    manifest_path: `${root}/Cargo.toml`,
    target: { kind: [kind], name, src_path: `${root}/${path}` },
    profile: { test: true },
    executable: `${root}/target/debug/deps/${name}-${kind}`,
  });
  const build = [
    artifact("lib", "sum", "src/lib.rs"),
    artifact("bin", "sum", "src/main.rs"),
    artifact("test", "a", "tests/a.rs"),
    { reason: "build-finished", success: true },
  ];
  return { root, build };
}

const nextest = (binary: string, kind: string): object => ({ crate: "sum", test_binary: binary, kind });

function suite(
  binary: string,
  kind: string,
  tests: readonly (readonly [name: string, event: string, more?: object])[],
) {
  const count = (event: string): number => tests.filter((each) => each[1] === event).length;
  const plus = { nextest: nextest(binary, kind) };
  return [
    { type: "suite", event: "started", test_count: tests.length, ...plus },
    ...tests.map(([name]) => ({ type: "test", event: "started", name: `sum::${binary}$${name}` })),
    ...tests.map(([name, event, more]) => ({ type: "test", event, name: `sum::${binary}$${name}`, ...more })),
    { type: "suite", event: "ok", passed: count("ok"), failed: count("failed"), ignored: count("ignored"), ...plus },
  ];
}

const PROOF = "    test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 2 filtered out; finished in 0.00s\n";

function read(root: string, events: readonly object[], stderr: string, exitCode = 0): Report {
  const reader = cargoNextest.reader({ root, cwd: root, emptyFileStatus: () => "errored" });
  for (const event of events) reader.line?.(JSON.stringify(event));
  const result = { stdout: "", output: "", timedOut: false as const, aborted: false, durationMs: 1 };
  return reader.report({ report: undefined, result: { ...result, stderr, exitCode } });
}

describe("the events of cargo nextest", () => {
  const panic =
    "\nthread 'tests::adds' panicked at src/lib.rs:5:9:\nassertion `left == right` failed\n  left: 1\n right: 2\n";
  const unit = suite("sum", "lib", [
    ["tests::adds", "failed", { stdout: panic }],
    ["tests::slow", "ignored"],
    ["tests::fine", "ok"],
  ]);
  const own = suite("a", "test", [["late", "ok"]]);

  test("become results with the ids that cargo test gives them", () => {
    const { root, build } = project();
    const report = read(root, [...build, ...unit, ...own], PROOF + PROOF, 100);
    expect(Object.fromEntries(report.tests.map(({ id, status }) => [id, status]))).toEqual({
      "src/lib.rs > tests::adds": "failed",
      "src/lib.rs > tests::slow": "skipped",
      "src/lib.rs > tests::fine": "passed",
      "tests/a.rs > late": "passed",
    });
    expect(report.tests[0]).toMatchObject({ actual: "1", expected: "2", location: "src/lib.rs:5" });
    expect(report).toMatchObject({ problems: [], unfinished: [], isComplete: true });
  });

  test("a test that passed at its second try has the id of the first", () => {
    const { root, build } = project();
    const events = own.map((event) =>
      "event" in event && event.event === "ok" && "name" in event ? { ...event, name: "sum::a$late#2" } : event,
    );
    expect(read(root, [...build, ...events], PROOF)).toMatchObject({
      isComplete: true,
      tests: [{ id: "tests/a.rs > late" }],
    });
  });

  test("a test that ended its process with 0 is not believed", () => {
    const { root, build } = project();
    expect(read(root, [...build, ...own], "").problems).toEqual([expect.stringContaining("process::exit(0)")]);
  });

  test("are incomplete without their last one, wherever they are cut", () => {
    const { root, build } = project();
    const all = [...build, ...unit, ...own];
    for (let at = 0; at < all.length; at += 1) {
      if (at === build.length || at === build.length + unit.length) continue;
      expect(read(root, all.slice(0, at), PROOF + PROOF).isComplete).toBe(false);
    }
    expect(read(root, all.slice(0, build.length + 4), PROOF).unfinished).toEqual([
      "tests::adds",
      "tests::slow",
      "tests::fine",
    ]);
  });

  test("a test file that cannot be built, and a nextest that is too old, are told", () => {
    const { root, build } = project();
    const message = {
      level: "error",
      message: "x",
      code: { code: "E0425" },
      rendered: "error[E0425]: x",
      spans: [{ is_primary: true, file_name: "tests/a.rs", line_start: 3 }],
    };
    const failed = [
      { ...build[2], reason: "compiler-message", message },
      { reason: "build-finished", success: false },
    ];
    expect(read(root, failed, "", 101)).toMatchObject({
      isUnbuilt: true,
      tests: [{ id: "tests/a.rs", fault: "unresolved", location: "tests/a.rs:3" }],
    });
    const old = read(root, [], "error: unexpected argument '--cargo-message-format' found", 2);
    expect(old.problems).toEqual([expect.stringContaining("ralph needs cargo-nextest 0.9.123 or newer")]);
  });
});
