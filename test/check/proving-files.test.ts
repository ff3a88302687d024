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

test("what a script or a Makefile starts judges, too, but not the code that it runs", () => {
  const files: Readonly<Record<string, string>> = {
    "verify.sh": "#!/bin/sh\nset -e\nnode --no-warnings checks/all.mjs && ./tools/more.sh\nsh src/version.sh\n",
    Makefile: "check:\n\t@python3 checks/all.py\n\tgcc -o app lib.c\n",
    "checks/all.mjs": "",
    "checks/all.py": "",
    "tools/more.sh": "",
    "src/version.sh": "",
    "lib.c": "",
  };
  const scripted = { read: (path: string) => files[path] };
  expect(provingFiles("sh verify.sh", scripted)).toEqual(["verify.sh", "checks/all.mjs", "tools/more.sh"]);
  expect(provingFiles("make check", scripted)).toEqual(["Makefile", "checks/all.py"]);
});
