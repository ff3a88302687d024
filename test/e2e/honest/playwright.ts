import type { Honest } from "./honest-case.ts";

export const PLAYWRIGHT_CASES: readonly Honest[] = [
  {
    what: "code that a test without a page asks for",
    files: {
      "package.json": '{ "type": "module" }\n',
      "playwright.config.ts":
        'import { defineConfig } from "@playwright/test";\n\nexport default defineConfig({ testDir: "e2e" });\n',
      "src/price.ts": "export const price = (cents: number): string => String(cents);\n",
      "e2e/price.spec.ts":
        'import { expect, test } from "@playwright/test";\nimport { price } from "../src/price.ts";\n\ntest("prices have two decimals", () => {\n  expect(price(1250)).toBe("12.50");\n});\n',
    },
    task: "Prices have two decimals.\n",
    code: { "src/price.ts": "export const price = (cents: number): string => (cents / 100).toFixed(2);\n" },
  },
];
