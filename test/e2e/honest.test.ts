/** Honest work, as good models send it, is complete at the first attempt: what keeps cheats out must let it pass. */
import { spawnSync } from "node:child_process";
import { describe, test } from "vitest";
import { CARGO_CASES } from "./honest/cargo.ts";
import { COMMAND_CASES, TESTLESS_CASES } from "./honest/commands.ts";
import { GO_CASES } from "./honest/go.ts";
import { expectToLand } from "./honest/honest-case.ts";
import { JEST_CASES } from "./honest/jest.ts";
import { NODE_CASES } from "./honest/node.ts";
import { NODE_SHAPES } from "./honest/node-shapes.ts";
import { PLAYWRIGHT_CASES } from "./honest/playwright.ts";
import { PYTEST_CASES } from "./honest/pytest.ts";
import { VITEST_CASES } from "./honest/vitest.ts";

const answers = (program: string, ...words: readonly string[]): boolean => spawnSync(program, words).status === 0;

describe("node --test: an honest patch lands", () => {
  test.each([...NODE_CASES, ...NODE_SHAPES])("$what", (honest) => expectToLand(honest, { checks: ["node --test"] }));
});

describe("vitest: an honest patch lands", () => {
  const setting = { checks: ["npx vitest run"], hasPackages: true };
  test.each(VITEST_CASES)("$what", (honest) => expectToLand(honest, setting));
});

describe("jest: an honest patch lands", () => {
  const setting = { checks: ["npx jest"], hasPackages: true };
  test.each(JEST_CASES)("$what", (honest) => expectToLand(honest, setting));
});

describe("playwright: an honest patch lands", () => {
  const setting = { checks: ["npx playwright test"], hasPackages: true };
  test.each(PLAYWRIGHT_CASES)("$what", (honest) => expectToLand(honest, setting));
});

describe("cargo test: an honest patch lands", () => {
  test.each(CARGO_CASES)("$what", (honest) => expectToLand(honest, { checks: ["cargo test"] }));
});

describe.skipIf(!answers("python3", "-m", "pytest", "--version"))("pytest: an honest patch lands", () => {
  test.each(PYTEST_CASES)("$what", (honest) => expectToLand(honest, { checks: ["python3 -m pytest"] }));
});

describe.skipIf(!answers("go", "version"))("go test: an honest patch lands", () => {
  test.each(GO_CASES)("$what", (honest) => expectToLand(honest, { checks: ["go test ./..."] }));
});

describe("commands and criteria: an honest patch lands", () => {
  test.each([...COMMAND_CASES, ...TESTLESS_CASES])("$what", (honest) => expectToLand(honest, { checks: [] }));
});
