import { existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { compareRuns, redTargets } from "../../../src/check/compare.ts";
import { playwright } from "../../../src/check/runners/playwright.ts";
import { playwrightReader } from "../../../src/check/runners/playwright-reader.ts";
import { word } from "../../../src/check/runners/runner.ts";
import { FAILED, IN_PROJECT, recorded } from "../../support/recorded.ts";
import { runWith, statuses, writeFiles } from "../../support/run-with.ts";
import { temporaryFolder } from "../../support/temporary.ts";

function instrument(line: string) {
  const [program = "", ...args] = line.split(" ");
  return playwright.instrument([word(program), ...args.map(word)], "/private/report");
}

const OWN =
  "--reporter=line,OURS --retries=0 --max-failures=0 --pass-with-no-tests --trace=retain-on-failure --output=/private/artifacts";

describe("a command", () => {
  test.each([
    ["playwright test", `playwright test ${OWN}`],
    ["node_modules/.bin/playwright test a.spec.ts:4", `node_modules/.bin/playwright test ${OWN} a.spec.ts:4`],
    ["node node_modules/@playwright/test/cli.js test", `node node_modules/@playwright/test/cli.js test ${OWN}`],
    ["playwright test --ui --ui-port 8080 --headed a", `playwright test ${OWN} --headed a`],
    ["playwright test --debug a.spec.ts", `playwright test ${OWN} a.spec.ts`],
    ["playwright test --debug=cli -x a", `playwright test ${OWN} a`],
    ["playwright test --reporter html,list --add-reporter=junit a", `playwright test ${OWN} a`],
    ["playwright test --retries 2 --max-failures=1 --trace on --output out a", `playwright test ${OWN} a`],
    ["playwright test -u all a", `playwright test ${OWN} a`],
    ["playwright test --update-snapshots a", `playwright test ${OWN} a`],
    ["playwright test --last-failed --only-changed=main --pass-with-no-tests", `playwright test ${OWN}`],
    ["playwright test --project one two -- --ui", `playwright test ${OWN} --project one two -- --ui`],
  ])("`%s` runs each test once, without a window, and reports to ralph", (line, instrumented) => {
    const { words, env } = instrument(line) ?? {};
    expect(words?.map(({ text }) => text.replace(/,\/\S*-reporter\.mjs$/, ",OURS")).join(" ")).toBe(instrumented);
    expect(env).toEqual({ RALPH_REPORT: "/private/report" });
  });

  test.each([
    ["playwright"],
    ["playwright show-report"],
    ["playwright codegen"],
    ["playwright install"],
    ["playwright test --list"],
    ["playwright test --help"],
    ["node test"],
    ["jest test"],
  ])("`%s` is something else", (line) => {
    expect(instrument(line)).toBeUndefined();
  });

  test.each(["-g adds", "--grep=adds", "--grep-invert adds"])("`%s` picks tests", (option) => {
    expect(instrument(`playwright test ${option}`)?.isFiltered).toBe(true);
    expect(instrument(`playwright test -- ${option}`)?.isFiltered).toBe(false);
  });
});

const read = (report: string) => playwrightReader(IN_PROJECT).report({ report, result: FAILED });

const readLines = (...lines: readonly object[]) => read(lines.map((line) => JSON.stringify(line)).join("\n"));

describe.each(["playwright-1.40", "playwright-1.50", "playwright-1.65"])("a report of %s", (name) => {
  const report = read(recorded(`${name}.ndjson`));
  const find = (id: string) => report.tests.find((each) => each.id === id);

  test("gives each test the same id and status as every other version does", () => {
    expect(Object.fromEntries(report.tests.map(({ id, status }) => [id, status]))).toEqual({
      "tests/after.spec.js > ok [one]": "failed",
      "tests/after.spec.js > ok [two]": "failed",
      "tests/exits.spec.js > ok [one]": "passed",
      "tests/exits.spec.js > exits [one]": "failed",
      "tests/exits.spec.js > after [one]": "passed",
      "tests/math.spec.js > passes [one]": "passed",
      "tests/math.spec.js > compares [one]": "failed",
      "tests/math.spec.js > a suite > skipped [one]": "skipped",
      "tests/math.spec.js > a suite > to do [one]": "skipped",
      "tests/math.spec.js > a suite > throws [one]": "failed",
      "tests/math.spec.js > a suite > is soft [one]": "failed",
      "tests/math.spec.js > a suite > times out [one]": "failed",
      "tests/math.spec.js > a suite > fails as it should [one]": "passed",
      "tests/math.spec.js > a suite > passes though it should fail [one]": "failed",
      "tests/math.spec.js > a broken hook > never runs [one]": "failed",
      "tests/math.spec.js > a broken hook > never runs either [one]": "skipped",
      "tests/math.spec.js > flaky > second time lucky [one]": "failed",
    });
    expect(report).toMatchObject({ isComplete: true, problems: [], unfinished: [] });
    expect(report.isUnbuilt).toBeUndefined();
  });

  test("says what was compared, and where in the project", () => {
    expect(find("tests/math.spec.js > compares [one]")).toEqual({
      id: "tests/math.spec.js > compares [one]",
      kind: "test",
      file: "tests/math.spec.js",
      name: "compares [one]",
      status: "failed",
      message: "expect(received).toBe(expected) // Object.is equality\n\nExpected: 2\nReceived: 1",
      expected: "2",
      actual: "1",
      location: "tests/math.spec.js:3",
      durationMs: expect.any(Number),
    });
  });

  test("says each soft failure, a time that ran out, and a worker that went away", () => {
    expect(find("tests/math.spec.js > a suite > is soft [one]")?.message).toMatch(
      /toBe\(expected\)[\s\S]*toEqual\(exp/,
    );
    expect(find("tests/math.spec.js > a suite > times out [one]")).toMatchObject({
      message: "Test timeout of 50ms exceeded.",
      location: "tests/math.spec.js:9",
    });
    expect(find("tests/exits.spec.js > exits [one]")?.message).toContain("process exited unexpectedly");
    expect(find("tests/math.spec.js > a suite > passes though it should fail [one]")?.message).toContain("test.fail()");
  });

  test("says that a test is flaky that passed at a second try, and why it failed", () => {
    const flaky = find("tests/math.spec.js > flaky > second time lucky [one]");
    expect(flaky).toMatchObject({ expected: "1", actual: "0", message: expect.stringMatching(/^it is flaky/) });
  });

  test("lists the traces of what failed, below the report's folder", () => {
    const traces = report.attachments.filter((each) => each.name === "trace");
    expect(traces).toContainEqual({
      testId: "tests/math.spec.js > compares [one]",
      name: "trace",
      path: "artifacts/math-compares-one/trace.zip",
    });
    const failed = new Set(report.tests.filter((each) => each.status === "failed").map((each) => each.id));
    expect(traces.filter((each) => !failed.has(each.testId))).toEqual([]);
  });

  test("is incomplete wherever it is cut, and then names the tests that ran", () => {
    const text = recorded(`${name}.ndjson`);
    for (let at = 0; at < text.length - 1; at += 211) expect(read(text.slice(0, at)).isComplete).toBe(false);
    const started = text.indexOf('"name":"a suite > times out [one]"}\n');
    expect(read(text.slice(0, text.indexOf("\n", started))).unfinished).toEqual(["a suite > times out [one]"]);
  });
});

test.each(["playwright-1.40-unbuilt", "playwright-1.50-unbuilt", "playwright-1.65-unbuilt"])(
  "in the report of %s two files that do not load are red as files, and nothing ran",
  (name) => {
    const report = read(recorded(`${name}.ndjson`));
    expect(report).toMatchObject({ isComplete: true, isUnbuilt: true, problems: [], attachments: [] });
    expect(report.tests).toMatchObject([
      { id: "tests/syntax.spec.js", kind: "file", status: "errored", fault: "syntax" },
      { id: "tests/unloadable.spec.js", kind: "file", status: "errored", fault: "unresolved" },
    ]);
    expect(report.tests[0]?.message).toMatch(/^SyntaxError: tests\/syntax\.spec\.js: Unexpected token \(2:0\)/);
    expect(report.tests[1]?.message).toBe(
      "Cannot find module '../src/missing.js'\nRequire stack:\n- tests/unloadable.spec.js",
    );
  },
);

describe("an attachment", () => {
  const attachment = (at: unknown, file: unknown = "/project/a.spec.ts") =>
    readLines({ type: "attachment", file, path: ["adds"], name: "trace", at }).attachments;

  test("outside of the report's folder, or of another shape, is left out", () => {
    expect(attachment("artifacts/a/trace.zip")).toEqual([
      { testId: "a.spec.ts > adds", name: "trace", path: "artifacts/a/trace.zip" },
    ]);
    for (const at of ["../secret", "artifacts/../../secret", "/etc/passwd", "..", 3, undefined]) {
      expect(attachment(at)).toEqual([]);
    }
    expect(attachment("artifacts/a/trace.zip", null)).toEqual([]);
    expect(read('{"type":"attachment","file":').attachments).toEqual([]);
  });
});

describe("an error that belongs to no test and no file", () => {
  const run = (message: string) =>
    readLines({ type: "begin" }, { type: "problem", message, stack: "" }, { type: "end" });

  test("means that nothing was built when it names what is not there", () => {
    const message = "SyntaxError: The requested module '../src/sum.js' does not provide an export named 'sum'";
    expect(run(message)).toMatchObject({ problems: [message], isUnbuilt: true });
  });

  test("is an error of the set-up otherwise", () => {
    const message = "Process from config.webServer was not able to start. Exit code: 3";
    expect(run(message).problems).toEqual([message]);
    expect(run(message).isUnbuilt).toBeUndefined();
  });
});

const NODE_MODULES = fileURLToPath(new URL("../../../node_modules", import.meta.url));
const CHROMIUM = "/usr/bin/chromium";

function project(files: Readonly<Record<string, string>>): string {
  const root = temporaryFolder();
  writeFiles(root, {
    "package.json": '{"type": "module"}',
    "playwright.config.js": "export default { testDir: 'tests', retries: 2, reporter: 'html', maxFailures: 1 };\n",
    ...files,
  });
  symlinkSync(NODE_MODULES, join(root, "node_modules"));
  return root;
}

const spec = (...lines: readonly string[]): string =>
  ['import { expect, test } from "@playwright/test";', ...lines, ""].join("\n");

describe("a real run", () => {
  const SUM = spec(
    'import { sum } from "../src/sum.js";',
    'test("adds", () => expect(sum(2, 3)).toBe(5));',
    'test("is a function", () => expect(typeof sum).toBe("function"));',
  );
  const WRONG = "export const sum = (a, b) => a - b;\n";
  const RIGHT = "export const sum = (a, b) => a + b;\n";

  test("goes from a file that does not load over red to green", async () => {
    const root = project({ "tests/sum.spec.js": SUM, "tests/ok.spec.js": spec('test("ok", () => {});') });
    const unbuilt = await runWith(playwright, root, "playwright test");
    expect(unbuilt).toMatchObject({ passed: false, isUnbuilt: true });
    expect(unbuilt.tests).toMatchObject([{ id: "tests/sum.spec.js", kind: "file", fault: "unresolved" }]);

    writeFiles(root, { "src/sum.js": WRONG });
    const red = await runWith(playwright, root, "playwright test");
    expect(statuses(red)).toEqual({
      "tests/ok.spec.js > ok": "passed",
      "tests/sum.spec.js > adds": "failed",
      "tests/sum.spec.js > is a function": "passed",
    });
    expect(red.tests[1]).toMatchObject({ expected: "5", actual: "-1", location: "tests/sum.spec.js:3" });

    writeFiles(root, { "src/sum.js": RIGHT });
    const green = await runWith(playwright, root, "playwright test");
    expect(green.passed).toBe(true);
    for (const before of [unbuilt, red]) {
      const { stillRed, regressed } = compareRuns([before], [green], redTargets([before]));
      expect([...stillRed, ...regressed]).toEqual([]);
    }
  });

  test.each([`${RIGHT}process.exit(0);`, "export const sum = () => process.reallyExit(0);"])(
    "makes nothing green of %j",
    async (source) => {
      const root = project({ "src/sum.js": source, "tests/sum.spec.js": SUM });
      const run = await runWith(playwright, root, "playwright test");
      expect(run.passed).toBe(false);
      expect(statuses(run)["tests/sum.spec.js > adds"]).not.toBe("passed");
      expect(redTargets([run])).not.toEqual([]);
    },
  );

  test("that finds no test is not passed, and nothing is red", async () => {
    const root = project({ "tests/ok.spec.js": spec('test("ok", () => {});') });
    for (const command of ["playwright test nosuchfile", "playwright test -g nosuchtest --pass-with-no-tests"]) {
      const run = await runWith(playwright, root, command);
      expect({ command, passed: run.passed }).toEqual({ command, passed: false });
      expect(redTargets([run])).toEqual([]);
    }
  });

  test("whose set-up or server fails is errored and says so", async () => {
    const ok = spec('test("ok", () => {});');
    const setUp = project({
      "tests/ok.spec.js": ok,
      "playwright.config.js": "export default { testDir: 'tests', globalSetup: './set-up.js' };\n",
      "set-up.js": 'export default () => { throw new Error("no database"); };\n',
    });
    const command = { kind: "command", status: "errored" };
    expect((await runWith(playwright, setUp, "playwright test")).tests).toMatchObject([
      { ...command, message: expect.stringContaining("no database (at set-up.js:1)") },
    ]);
    const server = "{ command: 'node -e process.exit(3)', url: 'http://127.0.0.1:9' }";
    const webServer = project({
      "tests/ok.spec.js": ok,
      "playwright.config.js": `export default { testDir: 'tests', webServer: ${server} };\n`,
    });
    expect((await runWith(playwright, webServer, "playwright test")).tests).toMatchObject([
      { ...command, message: expect.stringContaining("config.webServer was not able to start") },
    ]);
  });

  test("leaves tests out that depend on a set-up that failed, without calling them red", async () => {
    const projects =
      "[{ name: 'log in', testMatch: /login/ }, { name: 'main', testMatch: /main/, dependencies: ['log in'] }]";
    const root = project({
      "playwright.config.js": `export default { testDir: 'tests', projects: ${projects} };\n`,
      "tests/login.spec.js": spec('test("logs in", () => { throw new Error("no password"); });'),
      "tests/main.spec.js": spec('test("shows the page", () => {});'),
    });
    expect(statuses(await runWith(playwright, root, "playwright test"))).toEqual({
      "tests/login.spec.js > logs in [log in]": "failed",
      "tests/main.spec.js > shows the page [main]": "skipped",
    });
  });
});

describe.skipIf(!existsSync(CHROMIUM))("a real run in Debian's Chromium, where it is installed", () => {
  const args =
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";
  const launchOptions = JSON.stringify({ executablePath: CHROMIUM, args: args.split(" ") });

  test("a page that is mended goes from red to green, and what it showed is told", async () => {
    const page = (text: string): string => `<!doctype html><title>Shop</title><h1>${text}</h1>\n`;
    const root = project({
      "playwright.config.js": `export default { testDir: 'tests', use: { launchOptions: ${launchOptions} } };\n`,
      "page.html": page("Goodbye"),
      "tests/page.spec.js": spec(
        'test("greets", async ({ page }) => {',
        '  await page.goto(new URL("../page.html", import.meta.url).href);',
        '  await expect(page.getByRole("heading")).toHaveText("Hello", { timeout: 300 });',
        "});",
      ),
    });
    const before = await runWith(playwright, root, "playwright test");
    expect(before.tests).toMatchObject([
      {
        id: "tests/page.spec.js > greets",
        status: "failed",
        expected: '"Hello"',
        actual: '"Goodbye"',
        location: "tests/page.spec.js:4",
        message: expect.stringContaining('heading "Goodbye" [level=1]'),
      },
    ]);

    writeFiles(root, { "page.html": page("Hello") });
    const after = await runWith(playwright, root, "playwright test");
    expect(after.passed).toBe(true);
    expect(compareRuns([before], [after], redTargets([before]))).toMatchObject({ stillRed: [], regressed: [] });
  });
});
