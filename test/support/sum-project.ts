import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { type TestRepository, testRepository } from "./repository.ts";

export interface SumProject extends TestRepository {
  /** Every file of the checkout, status blocks, ticked boxes and ralph's own folders left out, and where its branch stands. */
  snapshot(): unknown;
  statusBlock(id?: string): string;
}

export const taskFile = (id: string, title: string, extra = ""): string => `# Task ${id}: ${title}

**Priority**: P1
${extra}
## Success Criteria
- [ ] \`sum(2, 3)\` is 5

## Files to Create/Modify
- [ ] src/sum.js (MODIFY)

## Ralph Status Block
---RALPH_STATUS---
STATUS: PENDING
---END_RALPH_STATUS---
`;

export interface SumProjectOptions {
  /** Base address of the model's server. */
  readonly url: string;
  /** Lines of ralph.yaml under `limits:`. */
  readonly limits?: Readonly<Record<string, string | number>>;
  readonly files?: Readonly<Record<string, string>>;
}

const LIMITS = { attempts: 2, model_seconds: 5, model_idle_seconds: 1, check_seconds: 20 };

/** `sum` subtracts, one test fails, one task asks to mend it. */
export function sumProject({ url, limits, files }: SumProjectOptions): SumProject {
  const lines = Object.entries({ ...LIMITS, ...limits }).map(([key, value]) => `  ${key}: ${value}`);
  const repository = testRepository({
    "package.json": `${JSON.stringify({ name: "sum", type: "module", scripts: { test: "node --test" } }, null, 2)}\n`,
    "src/sum.js": "export function sum(a, b) {\n  return a - b;\n}\n",
    "test/sum.test.js": SUM_TEST,
    "test/zero.test.js": SUM_TEST.replace("sum(2, 3), 5", "sum(0, 0), 0").replace("two and three", "nothing"),
    "ralph.yaml": `checks: [npm test]\nmodels:\n  local: { provider: openai, url: "${url}" }\nlimits:\n${lines.join("\n")}\n`,
    "tasks/T001.md": taskFile("T001", "Add instead of subtract"),
    ".gitignore": ".ralph/\n.ralph_patches/\nlogs/\n",
    ...files,
  });
  return {
    ...repository,
    snapshot: () => ({
      files: filesOf(repository.root),
      head: repository.git("rev-parse", "HEAD"),
      branch: repository.git("symbolic-ref", "HEAD"),
      stash: repository.git("stash", "list"),
    }),
    statusBlock: (id = "T001") =>
      /---RALPH_STATUS---\n([\s\S]*?)---END_RALPH_STATUS---/.exec(repository.read(`tasks/${id}.md`))?.[1] ?? "",
  };
}

const SUM_TEST = `import assert from "node:assert/strict";
import test from "node:test";
import { sum } from "../src/sum.js";

test("two and three make five", () => {
  assert.equal(sum(2, 3), 5);
});
`;

/** A diff that does what the task asks for. */
export const GOOD_DIFF = `\`\`\`diff
--- a/src/sum.js
+++ b/src/sum.js
@@ -1,3 +1,3 @@
 export function sum(a, b) {
-  return a - b;
+  return a + b;
 }
\`\`\`
`;

const OWN = new Set([".git", ".ralph", ".ralph_patches", "logs"]);

function filesOf(root: string): Record<string, string> {
  const files: Record<string, string> = {};
  const walk = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!OWN.has(relative(root, path))) walk(path);
        continue;
      }
      const text = readFileSync(path, "utf8")
        .replace(/---RALPH_STATUS---[\s\S]*?---END_RALPH_STATUS---/, "[block]")
        .replace("- [x] `sum(2, 3)` is 5", "- [ ] `sum(2, 3)` is 5");
      files[relative(root, path)] = `${statSync(path).mode.toString(8)} ${text}`;
    }
  };
  walk(root);
  return files;
}
