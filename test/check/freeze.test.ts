import { describe, expect, test } from "vitest";
import { frozenReason, isRunnerConfig, isTestFile } from "../../src/check/freeze.ts";

describe("test files", () => {
  test.each([
    "test/sum.test.ts",
    "src/sum.test.ts",
    "src/sum.spec.jsx",
    "src/sum-test.js",
    "src/__tests__/sum.js",
    "tests/integration.rs",
    "src/parser/tests.rs",
    "tests/helpers/server.js",
    "pkg/sum_test.go",
    "test_sum.py",
    "app/test_sum.py",
    "app/sum_test.py",
    "spec/sum_spec.rb",
    "src/test/java/SumTest.java",
    "Tests/AppTests/SumTests.swift",
    "e2e/login.ts",
    "cypress/e2e/login.cy.ts",
    "packages/a/test/x.js",
  ])("%s is one", (path) => {
    expect(isTestFile(path)).toBe(true);
    expect(frozenReason(path)).toBeDefined();
  });

  test.each([
    "src/sum.ts",
    "src/testing-library.ts",
    "src/latest.js",
    "src/contest/rank.py",
    "src/attest.go",
    "lib/inspector/spec.ts.md",
    "README.md",
    "src/spectrum/color.js",
    "src/test-runner.ts",
    "docs/testing.md",
  ])("%s is none", (path) => {
    expect(isTestFile(path)).toBe(false);
    expect(frozenReason(path)).toBeUndefined();
  });
});

describe("what configures a runner", () => {
  test.each([
    "vitest.config.ts",
    "vitest.config.e2e.mts",
    "vitest.workspace.js",
    "packages/a/vite.config.js",
    "jest.config.cjs",
    "jest.setup.ts",
    "playwright.config.ts",
    ".mocharc.json",
    ".mocharc",
    "pytest.ini",
    "conftest.py",
    "tox.ini",
    ".cargo/config.toml",
    ".config/nextest.toml",
    ".nycrc.json",
    "Makefile",
    "justfile",
    ".npmrc",
    ".github/workflows/test.yml",
    ".gitlab-ci.yml",
    "Jenkinsfile",
    ".ci/run",
  ])("%s is frozen", (path) => {
    expect(isRunnerConfig(path)).toBe(true);
    expect(frozenReason(path)).toBeDefined();
  });

  test.each(["tsconfig.json", "src/config.ts", "vite-plugin.js", "src/jest-like.ts", "Cargo.toml", "src/make.ts"])(
    "%s is not",
    (path) => {
      expect(isRunnerConfig(path)).toBe(false);
      expect(frozenReason(path)).toBeUndefined();
    },
  );
});

test.each([
  ["src/__snapshots__/a.test.ts.snap", "it is a test file"],
  ["src/view.snap", "tests compare with it"],
  ["testdata/big.json", "tests read it"],
  ["src/__fixtures__/user.json", "tests compare with it"],
])("%s is frozen because %s", (path) => {
  expect(frozenReason(path)).toBeDefined();
});
