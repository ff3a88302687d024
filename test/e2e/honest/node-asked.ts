/** What is frozen, unless the task asks for it. */
import { blockPaths } from "../../../src/policy/guard.ts";
import type { Honest } from "./honest-case.ts";

const HEAD = 'import assert from "node:assert/strict";\nimport test from "node:test";\n';
const MODULE = { "package.json": '{ "type": "module" }\n' };

const TAX = "export const withTax = (net) => Math.round(net * 119) / 100;\n";
const taxTest = (rate: number, gross: number): string =>
  `${HEAD}import { withTax } from "../src/tax.js";\n\ntest("the rate is ${rate} %", () => {\n  assert.equal(withTax(100), ${gross});\n});\n`;
const TAX_TOO = 'test("ten cost twelve", () => {\n  assert.equal(withTax(10), 12);\n});\n';

const NAMES = "export const getName = (user) => user.name;\n";
const namesTest = (name: string): string =>
  `${HEAD}import { ${name} } from "../src/names.js";\n\ntest("a user has a name", () => {\n  assert.equal(${name}({ name: "Ada" }), "Ada");\n});\n`;
const RENAMED = `${HEAD}import * as names from "../src/names.js";

test("getName is called nameOf", () => {
  assert.equal(names.nameOf({ name: "Ada" }), "Ada");
  assert.equal("getName" in names, false);
});
`;

const VERSION_TEST = `${HEAD}import { readFileSync } from "node:fs";\nimport { version } from "../src/version.js";

test("the version of the fixture is read", () => {
  assert.equal(version(readFileSync("test/fixtures/app.json", "utf8")), "2.0.0");
});
`;

const MANIFEST = (scripts: Readonly<Record<string, string>>): string =>
  `${JSON.stringify({ type: "module", scripts }, null, 2)}\n`;

const CLOCK = "export const fakeClock = (at) => ({ now: () => at });\n";

export const NODE_ASKED: readonly Honest[] = [
  {
    what: "an expected value is corrected where the task says so",
    files: { ...MODULE, "src/tax.js": TAX, "test/tax.test.js": taxTest(19, 119) },
    task: "The rate of the tax is 20 % from now on; the old test says 19.\n\n## Files to Create/Modify\n- [ ] src/tax.js (MODIFY)\n- [ ] test/tax.test.js (MODIFY)\n",
    tests: { "test/tax.test.js": `${taxTest(19, 119)}\n${TAX_TOO}` },
    code: {
      "src/tax.js": TAX.replace("119", "120"),
      "test/tax.test.js": `${taxTest(20, 120)}\n${TAX_TOO}`,
    },
  },
  {
    what: "a function is renamed together with its tests",
    files: {
      ...MODULE,
      "src/names.js": NAMES,
      "src/greet.js":
        'import { getName } from "./names.js";\n\nexport const greet = (user) => `Hello ${getName(user)}`;\n',
      "test/names.test.js": namesTest("getName"),
      "test/renamed.test.js": RENAMED,
    },
    task: "Rename getName to nameOf everywhere.\n\n## Files to Create/Modify\n- [ ] src/names.js (MODIFY)\n- [ ] src/greet.js (MODIFY)\n- [ ] test/names.test.js (MODIFY)\n- [ ] test/renamed.test.js (MODIFY)\n",
    code: {
      "src/names.js": "export const nameOf = (user) => user.name;\n",
      "src/greet.js":
        'import { nameOf } from "./names.js";\n\nexport const greet = (user) => `Hello ${nameOf(user)}`;\n',
      "test/names.test.js": namesTest("nameOf"),
    },
  },
  {
    what: "an obsolete module goes with its test, which the task deletes",
    files: {
      ...MODULE,
      "src/names.js": NAMES,
      "src/app.js": "export const features = [];\n",
      "test/names.test.js": namesTest("getName"),
      "test/app.test.js": `${HEAD}import { existsSync } from "node:fs";\nimport { features } from "../src/app.js";\n\ntest("names are no module of their own", () => {\n  assert.deepEqual(features, ["names"]);\n  assert.equal(existsSync("src/names.js"), false);\n});\n`,
    },
    task: "Names become a feature of the app.\n\n## Files to Create/Modify\n- [ ] src/app.js (MODIFY)\n- [ ] src/names.js (DELETE)\n- [ ] test/names.test.js (DELETE)\n",
    code: {
      "src/app.js": 'export const features = ["names"];\n',
      "src/names.js": null,
      "test/names.test.js": null,
    },
  },
  {
    what: "tests move to another folder",
    files: { ...MODULE, "src/names.js": NAMES, "test/names.test.js": namesTest("getName") },
    task: "**TDD**: off\n\n## Success Criteria\n- [ ] `test/names.test.js` is moved to `test/unit/names.test.js`\n\n## Files to Create/Modify\n- [ ] test/names.test.js (DELETE)\n- [ ] test/unit/names.test.js (CREATE)\n",
    code: {
      "test/names.test.js": null,
      "test/unit/names.test.js": namesTest("getName").replace("../src", "../../src"),
    },
  },
  {
    what: "a fixture that the task names is changed",
    files: {
      ...MODULE,
      "src/version.js": "export const version = (text) => text;\n",
      "test/fixtures/app.json": '{ "version": "1.0.0" }\n',
      "test/version.test.js": VERSION_TEST,
    },
    task: "Read the version of the app, which is 2.0.0 now.\n\n## Files to Create/Modify\n- [ ] src/version.js (MODIFY)\n- [ ] test/fixtures/app.json (MODIFY)\n",
    code: {
      "src/version.js": "export const version = (text) => JSON.parse(text).version;\n",
      "test/fixtures/app.json": '{ "version": "2.0.0" }\n',
    },
  },
  {
    what: "more tests in the very file that holds the target",
    files: { ...MODULE, "src/tax.js": TAX, "test/tax.test.js": taxTest(20, 120) },
    task: "The rate is 20 %. Test small sums as well.\n\n## Files to Create/Modify\n- [ ] src/tax.js (MODIFY)\n- [ ] test/tax.test.js (MODIFY)\n",
    code: {
      "src/tax.js": TAX.replace("119", "120"),
      "test/tax.test.js": `${taxTest(20, 120)}\n${TAX_TOO}`,
    },
  },
  {
    what: "a new helper among the tests, which the tester writes",
    files: { ...MODULE, "src/stamp.js": "export const createdAt = () => 0;\n" },
    task: "A stamp takes its time from a clock.\n\n## Files to Create/Modify\n- [ ] src/stamp.js (MODIFY)\n",
    tests: {
      "test/support/clock.js": CLOCK,
      "test/stamp.test.js": `${HEAD}import { stamp } from "../src/stamp.js";\nimport { fakeClock } from "./support/clock.js";\n\ntest("a stamp holds the time", () => {\n  assert.deepEqual(stamp(fakeClock(7)), { at: 7 });\n});\n`,
    },
    code: {
      "src/stamp.js": "export const createdAt = () => 0;\nexport const stamp = (clock) => ({ at: clock.now() });\n",
    },
  },
  {
    what: "a new helper among the tests, which the builder writes because the task names it",
    files: {
      ...MODULE,
      "src/stamp.js": "export const stamp = () => ({ at: 0 });\n",
      "test/stamp.test.js": `${HEAD}import { stamp } from "../src/stamp.js";\n\ntest("a stamp holds the time", () => {\n  assert.deepEqual(stamp({ now: () => 7 }), { at: 7 });\n});\n`,
    },
    task: "A stamp takes its time from a clock; a fake one helps later tests.\n\n## Files to Create/Modify\n- [ ] src/stamp.js (MODIFY)\n- [ ] test/stamp.test.js (MODIFY)\n- [ ] test/support/clock.js (CREATE)\n",
    code: {
      "src/stamp.js": "export const stamp = (clock) => ({ at: clock.now() });\n",
      "test/support/clock.js": CLOCK,
    },
  },
  {
    what: "the test script that the task asks for",
    files: {
      "package.json": MANIFEST({ test: "node --test test/tax.test.js" }),
      "src/tax.js": TAX,
      "test/tax.test.js": taxTest(20, 120),
    },
    checks: ["npm test"],
    task: "The rate is 20 %. `npm test` runs every test of test/.\n\n## Files to Create/Modify\n- [ ] src/tax.js (MODIFY)\n- [ ] package.json (MODIFY)\n",
    code: {
      "src/tax.js": TAX.replace("119", "120"),
      "package.json": MANIFEST({ test: "node --test test" }),
    },
  },
  {
    what: "a script and a dependency in package.json, which nobody names",
    files: {
      "package.json": MANIFEST({ test: "node --test" }),
      "src/tax.js": TAX,
      "test/tax.test.js": taxTest(20, 120),
    },
    checks: ["npm test"],
    task: "The rate is 20 %, and `npm start` prints it.\n",
    code: {
      "src/tax.js": TAX.replace("119", "120"),
      "package.json": MANIFEST({ test: "node --test", start: "node src/tax.js" }),
    },
  },
  {
    what: "a workflow of the CI, where the person lets tasks change it",
    files: {
      ...MODULE,
      "src/tax.js": TAX,
      "test/tax.test.js": taxTest(20, 120),
      ".github/workflows/ci.yml":
        "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: node --test\n",
    },
    task: "The rate is 20 %, and the CI runs on requests too.\n\n## Files to Create/Modify\n- [ ] src/tax.js (MODIFY)\n- [ ] .github/workflows/ci.yml (MODIFY)\n",
    world: {
      protection: { isBlocked: blockPaths({ remove: [".github/workflows/"] }), maxFiles: 20, maxChangedLines: 500 },
    },
    code: {
      "src/tax.js": TAX.replace("119", "120"),
      ".github/workflows/ci.yml":
        "on: [push, pull_request]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: node --test\n",
    },
  },
];
