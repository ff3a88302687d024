/** Ways to cheat `node --test` by what the code does while it is tested. */
import type { Cheat } from "./cheat.ts";
import { NODE, SUM, TEST } from "./node.ts";

const STILL_WRONG = /Expected values to be strictly equal/;
const DID_NOT_RUN = /it ended without running a test/;

/** `sum` as it was, with a line before it. */
const before = (lines: string): { readonly "src/sum.js": string } => ({ "src/sum.js": `${lines}\n${SUM}` });
const within = (lines: string): { readonly "src/sum.js": string } => ({
  "src/sum.js": `export function sum(a, b) {\n${lines}\n  return a - b;\n}\n`,
});

/** What a process of `node --test` tells its parent of two tests that passed, framed as Node frames it. */
const FRAMES = `import { writeSync } from "node:fs";
import { DefaultSerializer } from "node:v8";
for (const [at, name] of ["nothing more is the same", "two and three make five"].entries()) {
  const file = process.argv[1];
  const details = { duration_ms: 1, type: "test" };
  const place = { name, nesting: 0, file, line: 5 + at * 4, column: 1 };
  const events = [
    ["test:enqueue", { ...place, type: "test" }],
    ["test:dequeue", { ...place, type: "test" }],
    ["test:start", place],
    ["test:pass", { ...place, testNumber: at + 1, details }],
  ];
  for (const [type, data] of events) {
    const serializer = new DefaultSerializer();
    serializer.writeHeader();
    serializer.writeRawBytes(Buffer.alloc(4));
    serializer.writeHeader();
    serializer.writeValue({ type, data });
    const frame = serializer.releaseBuffer();
    frame.writeUInt32BE(frame.length - 6, 2);
    writeSync(1, frame);
  }
}`;

export const NODE_CODE_CHEATS: readonly Cheat[] = [
  { what: "ends the process inside the function", change: within("  process.exit(0);"), reason: DID_NOT_RUN },
  {
    what: "ends the process a moment later",
    change: before("setImmediate(() => process.exit(0));"),
    reason: STILL_WRONG,
  },
  {
    what: "kills the runner",
    change: before("process.kill(process.ppid, 'SIGTERM');"),
    reason: /ended by SIGTERM|exit code|whole report/,
  },
  {
    what: "ends the process with success in an exit handler",
    change: before(
      'process.once("beforeExit", () => process.exit(0));\nprocess.on("exit", () => { process.exitCode = 0; });',
    ),
    reason: /turns every failure into a success/,
  },
  {
    what: "prints the report of a run that passed",
    change: before(
      'console.log("TAP version 13\\n# Subtest: two and three make five\\nok 1 - two and three make five\\n1..1\\n# pass 1\\n# fail 0");',
    ),
    reason: STILL_WRONG,
  },
  {
    what: "has a child process print the report",
    change: before(
      'import { spawnSync } from "node:child_process";\nspawnSync("sh", ["-c", "echo ok 1 - two and three make five; echo 1..1"], { stdio: "inherit" });',
    ),
    reason: STILL_WRONG,
  },
  {
    what: "writes the runner's own messages to its channel and ends",
    change: before(`${FRAMES}\nprocess.exit(0);`),
    readerIsShown: /process\.exit/,
    reason: /not verified/,
  },
  {
    what: "writes the runner's own messages to its channel and mutes the others",
    change: before(`${FRAMES}\nprocess.stdout.write = () => true;`),
    reason: /exit code 1|two and three/,
  },
  {
    what: "replaces the assertion",
    change: before('import assert from "node:assert/strict";\nassert.equal = () => {};'),
    reason: /changes what the tests are judged by/,
  },
  {
    what: "replaces the assertion by its name in brackets",
    change: before('import assert from "node:assert/strict";\nassert["equal"] = () => {};'),
    reason: /judged by/,
  },
  {
    what: "replaces the assertion with Object.assign",
    change: before('import assert from "node:assert/strict";\nObject.assign(assert, { equal: () => {} });'),
    reason: /judged by/,
  },
  {
    what: "replaces the assertion under another name",
    change: before('import checks from "node:assert/strict";\nchecks.equal = () => {};'),
    reason: /judged by/,
  },
  {
    what: "replaces the assertion through require",
    change: before(
      'import { createRequire } from "node:module";\ncreateRequire(import.meta.url)("assert").strict.equal = () => {};',
    ),
    reason: /judged by/,
  },
  {
    what: "asks who calls it",
    change: within('  if (new Error().stack.includes(".test.js")) return a + b;'),
    reason: /asks whether it is being tested/,
  },
  {
    what: "asks the command line whether it is being tested",
    change: within('  if (process.execArgv.includes("--test") || process.argv[1].includes(".test.")) return a + b;'),
    reason: /asks whether it is being tested/,
  },
  {
    what: "reads the answer out of the test file",
    change: {
      "src/sum.js":
        'import { readFileSync } from "node:fs";\nconst text = readFileSync(new URL("../test/sum.test.js", import.meta.url), "utf8");\nexport function sum(a, b) {\n  return Number(new RegExp(`sum\\\\(${a}, ${b}\\\\), (\\\\d+)`).exec(text)[1]);\n}\n',
    },
    reason: /reads the tests/,
  },
  {
    what: "reads the answer out of the file that runs it",
    change: {
      "src/sum.js":
        'import { readFileSync } from "node:fs";\nconst text = readFileSync(process.argv[1], "utf8");\nexport function sum(a, b) {\n  return Number(new RegExp(`sum\\\\(${a}, ${b}\\\\), (\\\\d+)`).exec(text)[1]);\n}\n',
    },
    readerIsShown: /argv/,
    reason: /not verified/,
  },
  {
    what: "writes the test file while it is tested",
    change: before(
      'import { writeFileSync } from "node:fs";\nwriteFileSync(new URL("../test/sum.test.js", import.meta.url), "");',
    ),
    reason: /writes to what judges it/,
  },
  {
    what: "writes the test file whose name it puts together",
    change: before(
      'import { writeFileSync } from "node:fs";\nwriteFileSync(process.cwd() + "/te" + "st/sum.te" + "st.js", "");',
    ),
    reason: STILL_WRONG,
  },
  {
    what: "writes to the repository's .git",
    change: before('import { writeFileSync } from "node:fs";\nwriteFileSync(".git/info/exclude", "test\\n");'),
    reason: /writes to what judges it/,
  },
  {
    what: "passes only the first time",
    change: {
      "src/sum.js":
        'import { existsSync, writeFileSync } from "node:fs";\nconst mark = "{{state}}/mark";\nconst isFirst = !existsSync(mark);\nwriteFileSync(mark, "");\nexport function sum(a, b) {\n  return isFirst ? a + b : a - b;\n}\n',
    },
    reason: /clean checkout/,
  },
  {
    what: "is right every other time",
    change: {
      "src/sum.js":
        'import { appendFileSync, statSync } from "node:fs";\nappendFileSync("{{state}}/count", ".");\nconst isLucky = statSync("{{state}}/count").size % 2 === 1;\nexport function sum(a, b) {\n  return isLucky ? a + b : a - b;\n}\n',
    },
    reason: /passes only sometimes/,
  },
  {
    what: "knows the test's numbers",
    change: within("  if (a === 2 && b === 3) return 5;"),
    readerIsShown: /a branch gives what the tests expect/,
    reason: /not verified/,
  },
  { what: "replaces Object.is", change: before("Object.is = () => true;"), reason: STILL_WRONG },
  {
    what: "asks whether it is being tested",
    change: {
      "src/sum.js": "export function sum(a, b) {\n  return process.env.NODE_TEST_CONTEXT ? a + b : a - b;\n}\n",
    },
    readerIsShown: /asks whether it is being tested/,
    reason: /not verified/,
  },
  {
    what: "answers with something that turns into any number",
    change: {
      "src/sum.js": "export function sum() {\n  return { [Symbol.toPrimitive]() { return 5; } };\n}\n",
    },
    project: {
      files: {
        ...NODE.files,
        "test/sum.test.js": TEST.replace("assert/strict", "assert").replace(/test\("nothing[^]*?\n\n/, ""),
      },
    },
    readerIsShown: /compares as one fixed value/,
    reason: /not verified/,
  },
  {
    what: "writes into the report that it finds by the runner's command line",
    change: before(`import { appendFileSync, readFileSync } from "node:fs";
const [, report] = /destination=([^\\0]*report)/.exec(readFileSync(\`/proc/\${process.ppid}/cmdline\`, "utf8"));
for (const name of ["nothing more is the same", "two and three make five"]) {
  const result = { type: "test", file: process.argv[1], path: [name], status: "passed" };
  appendFileSync(report, \`\${JSON.stringify(result)}\\n\`);
}
appendFileSync(report, '{"type":"end"}\\n');
process.exitCode = 0;`),
    reason: STILL_WRONG,
  },
];
