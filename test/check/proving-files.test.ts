import { expect, test } from "vitest";
import { provingFiles } from "../../src/check/proving-files.ts";

const FILES: Readonly<Record<string, string>> = {
  "verify.sh": "",
  "checks/all.js": "",
  "src/cli.js": "",
  "scripts/before.js": "",
  "package.json": JSON.stringify({
    scripts: {
      test: "npm run unit && ./verify.sh",
      pretest: "node scripts/before.js",
      unit: "node checks/all.js",
      build: "node src/cli.js",
    },
  }),
  "web/package.json": JSON.stringify({ scripts: { test: "node ./run.js" } }),
  "web/run.js": "",
};
const project = { read: (path: string) => FILES[path] };

test.each<[string, readonly string[]]>([
  ["./verify.sh --all", ["verify.sh"]],
  ["node --test checks/all.js", ["checks/all.js"]],
  ["npm test", ["verify.sh", "checks/all.js", "scripts/before.js"]],
  ["npm t", ["verify.sh", "checks/all.js", "scripts/before.js"]],
  ["npm run build", ["src/cli.js"]],
  ["cd web && npm test", ["web/run.js"]],
  ["sh -c './verify.sh; true'", ["verify.sh"]],
  ["cargo test", []],
])("%s is decided by %j", (command, expected) => {
  expect([...provingFiles(command, project)].sort()).toEqual([...expected].sort());
});
