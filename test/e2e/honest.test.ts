/** Honest work, as good models send it, is complete at the first attempt: what keeps cheats out must let it pass. */
import { spawnSync } from "node:child_process";
import { describe, expect, test, vi } from "vitest";
import { sampleOf } from "../support/sample.ts";
import { CARGO_CASES } from "./honest/cargo.ts";
import { COMMAND_CASES, TESTLESS_CASES } from "./honest/commands.ts";
import { GO_CASES } from "./honest/go.ts";
import { fateOf, type Honest, honestFate, type Setting } from "./honest/honest-case.ts";
import { JEST_CASES } from "./honest/jest.ts";
import { NODE_ASKED } from "./honest/node-asked.ts";
import { NODE_PATCHES } from "./honest/node-patches.ts";
import { NODE_SHAPES } from "./honest/node-shapes.ts";
import { PLAYWRIGHT_CASES } from "./honest/playwright.ts";
import { PYTEST_CASES } from "./honest/pytest.ts";
import { VITEST_CASES } from "./honest/vitest.ts";

/** Each case runs its checks half a dozen times. */
vi.setConfig({ testTimeout: 240_000 });

const answers = (program: string, ...words: readonly string[]): boolean => spawnSync(program, words).status === 0;

const landAll = (cases: readonly Honest[], setting: Setting): void => {
  test.each(sampleOf(cases, 3).map((honest) => [honest.what, honest] as const))("%s", async (_, honest) => {
    expect(await fateOf(honest, setting)).toEqual(honestFate(honest));
  });
};

describe("node --test: an honest patch lands", () => {
  landAll([...NODE_ASKED, ...NODE_PATCHES, ...NODE_SHAPES], { checks: ["node --test"] });
});

describe("vitest: an honest patch lands", () => {
  landAll(VITEST_CASES, { checks: ["npx vitest run"], hasPackages: true });
});

describe("jest: an honest patch lands", () => {
  landAll(JEST_CASES, { checks: ["npx jest"], hasPackages: true });
});

describe("playwright: an honest patch lands", () => {
  landAll(PLAYWRIGHT_CASES, { checks: ["npx playwright test"], hasPackages: true });
});

describe("cargo test: an honest patch lands", () => {
  landAll(CARGO_CASES, { checks: ["cargo test"] });
});

describe.skipIf(!answers("python3", "-m", "pytest", "--version"))("pytest: an honest patch lands", () => {
  landAll(PYTEST_CASES, { checks: ["python3 -m pytest"] });
});

describe.skipIf(!answers("go", "version"))("go test: an honest patch lands", () => {
  landAll(GO_CASES, { checks: ["go test ./..."] });
});

describe("commands and criteria: an honest patch lands", () => {
  landAll([...COMMAND_CASES, ...TESTLESS_CASES], { checks: [] });
});
