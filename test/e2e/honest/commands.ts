/** What is judged by exit codes and by what ralph itself looks at. */
import type { Honest } from "./honest-case.ts";

const VERIFY = '#!/bin/sh\nset -eu\ntest "$(sh src/version.sh)" = "2.0.0"\n';
const MAKEFILE = 'check:\n\ttest "$$(sh src/version.sh)" = "2.0.0"\n';
const VERSION = { "src/version.sh": "echo 1.0.0\n" };
const LINT =
  'import { readFileSync } from "node:fs";\n\nif (readFileSync("src/app.js", "utf8").includes("var ")) {\n  console.error("src/app.js: var");\n  process.exitCode = 1;\n}\n';

export const COMMAND_CASES: readonly Honest[] = [
  {
    what: "what a script asks for, which stays as it is",
    files: { ...VERSION, "verify.sh": VERIFY },
    checks: ["sh verify.sh"],
    task: "The version is 2.0.0.\n",
    code: { "src/version.sh": "echo 2.0.0\n" },
  },
  {
    what: "a target more in the Makefile, because the task asks for it",
    files: { ...VERSION, Makefile: MAKEFILE },
    checks: ["make check"],
    task: "The version is 2.0.0, and `make show` prints it.\n\n## Files to Create/Modify\n- [ ] src/version.sh (MODIFY)\n- [ ] Makefile (MODIFY)\n",
    code: { "src/version.sh": "echo 2.0.0\n", Makefile: `${MAKEFILE}\nshow:\n\tsh src/version.sh\n` },
  },
  {
    what: "the very program that the check starts, because the task names it",
    files: { "src/report.js": 'throw new Error("not written yet");\n' },
    checks: ["node src/report.js --self-check"],
    task: "A report that checks itself.\n\n## Files to Create/Modify\n- [ ] src/report.js (MODIFY)\n",
    code: {
      "src/report.js":
        'function report(numbers) {\n  return `sum: ${numbers.reduce((all, each) => all + each, 0)}`;\n}\n\nif (process.argv.includes("--self-check") && report([1, 2]) !== "sum: 3") process.exit(1);\nconsole.log(report([1, 2, 3]));\n',
    },
    isRead: true,
  },
];

const OFF = "**TDD**: off\n\n## Success Criteria\n";
const README = "# Shop\n\nIt sells.\n";

export const TESTLESS_CASES: readonly Honest[] = [
  {
    what: "documentation that is written",
    files: { "README.md": README },
    task: `${OFF}- [ ] \`docs/guide.md\` exists\n- [ ] \`README.md\` contains \`docs/guide.md\`\n`,
    code: { "docs/guide.md": "# How to sell\n\nWith a smile.\n", "README.md": `${README}\nSee docs/guide.md.\n` },
  },
  {
    what: "documentation of which prose is asked, that a reader judges",
    files: { "README.md": README },
    task: `${OFF}- [ ] \`docs/guide.md\` exists\n- [ ] The guide is friendly\n`,
    code: { "docs/guide.md": "# How to sell\n\nWith a smile.\n" },
    isRead: true,
  },
  {
    what: "a specification below specs/, which nobody tests",
    files: { "README.md": README },
    task: `${OFF}- [ ] \`specs/001-shop.md\` exists\n\n## Files to Create/Modify\n- [ ] specs/001-shop.md (CREATE)\n`,
    code: { "specs/001-shop.md": "# The shop\n\nA shop should never exit(0), skip or time out.\n" },
  },
  {
    what: "a file that is moved, with what imports it",
    files: {
      "src/price.js": "export const price = 1;\nexport const tax = 2;\n",
      "src/app.js": 'import { price } from "./price.js";\n\nconsole.log(price);\n',
    },
    task: `${OFF}- [ ] \`src/price.js\` is moved to \`lib/price.js\`\n`,
    code: {
      "src/price.js": null,
      "lib/price.js": "export const price = 1;\nexport const tax = 2;\n",
      "src/app.js": 'import { price } from "../lib/price.js";\n\nconsole.log(price);\n',
    },
  },
  {
    what: "a file that is deleted",
    files: { "src/old.js": "export {};\n", "src/app.js": "export {};\n" },
    task: `${OFF}- [ ] \`src/old.js\` is gone\n`,
    code: { "src/old.js": null },
  },
  {
    what: "a workflow's marker and code that a lint command takes",
    files: {
      "src/app.js": "var price = 1;\n",
      "scripts/lint.js": LINT,
      "package.json": '{ "type": "module", "scripts": { "lint": "node scripts/lint.js" } }\n',
    },
    task: `${OFF}- [ ] \`npm run lint\` passes\n- [ ] \`src/app.js\` contains \`@license MIT\`\n`,
    code: { "src/app.js": "/** @license MIT */\nexport const price = 1;\n" },
  },
];
