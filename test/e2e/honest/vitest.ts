import type { Honest } from "./honest-case.ts";

const HEAD = 'import { expect, test } from "vitest";\n';
const MODULE = { "package.json": '{ "type": "module" }\n' };
const TSCONFIG = '{ "compilerOptions": { "strict": true, "module": "nodenext", "target": "es2022" } }\n';

const SLUG_TEST = (config: string): string =>
  `${HEAD}import { slug } from "../src/slug${config}";\n\ntest("a title becomes a slug", () => {\n  expect(slug("Hello, World")).toBe("hello-world");\n});\n`;
const SLUG =
  'export const slug = (title: string): string =>\n  title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-|-$/g, "");\n';

const snapshot = (text: string): string =>
  `// Vitest Snapshot v1, https://vitest.dev/guide/snapshot.html\n\nexports[\`a card > shows a name 1\`] = \`"${text}"\`;\n`;
const CARD_TEST = `import { describe, expect, test } from "vitest";
import { card } from "../src/card.js";

describe("a card", () => {
  test("shows a name", () => {
    expect(card("Ada")).toMatchSnapshot();
  });
});
`;
const LABEL_TEST = `${HEAD}import { card } from "../src/card.js";\n\ntest("a card names its kind", () => {\n  expect(card("Bob")).toContain("Card");\n});\n`;

const config = (include: string): string =>
  `import { defineConfig } from "vitest/config";\n\nexport default defineConfig({ test: { include: [${include}] } });\n`;

export const VITEST_CASES: readonly Honest[] = [
  {
    what: "types and code of a TypeScript project, for the tester's test",
    files: { ...MODULE, "tsconfig.json": TSCONFIG, "src/index.ts": "export {};\n" },
    task: "Titles become slugs.\n\n## Files to Create/Modify\n- [ ] src/slug.ts (CREATE)\n- [ ] src/index.ts (MODIFY)\n- [ ] test/slug.test.ts (CREATE)\n",
    tests: { "test/slug.test.ts": SLUG_TEST(".ts") },
    code: { "src/slug.ts": SLUG, "src/index.ts": 'export { slug } from "./slug.ts";\n' },
  },
  {
    what: "a snapshot that the task changes, with the code",
    files: {
      ...MODULE,
      "src/card.js": "export const card = (name) => `Name: ${name}`;\n",
      "test/card.test.js": CARD_TEST,
      "test/label.test.js": LABEL_TEST,
      "test/__snapshots__/card.test.js.snap": snapshot("Name: Ada"),
    },
    task: "A card begins with its kind.\n\n## Files to Create/Modify\n- [ ] src/card.js (MODIFY)\n- [ ] test/label.test.js (MODIFY)\n- [ ] test/__snapshots__/card.test.js.snap (MODIFY)\n",
    code: {
      "src/card.js": "export const card = (name) => `Card: ${name}`;\n",
      "test/__snapshots__/card.test.js.snap": snapshot("Card: Ada"),
    },
  },
  {
    what: "vitest's configuration, widened because the task asks for it",
    files: {
      ...MODULE,
      "vitest.config.ts": config('"test/**/*.test.ts"'),
      "src/slug.ts": "export const slug = (title: string): string => title;\n",
      "test/slug.test.ts": SLUG_TEST(".ts"),
    },
    task: "Titles become slugs. Tests may stand beside the code from now on.\n\n## Files to Create/Modify\n- [ ] src/slug.ts (MODIFY)\n- [ ] vitest.config.ts (MODIFY)\n",
    code: { "src/slug.ts": SLUG, "vitest.config.ts": config('"test/**/*.test.ts", "src/**/*.test.ts"') },
  },
];
