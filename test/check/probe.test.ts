import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkRunner } from "../../src/check/run.ts";
import type { TestStatus } from "../../src/core/check.ts";
import { runProcess } from "../../src/io/process.ts";
import { redactor } from "../../src/io/redact.ts";
import { readCriterion } from "../../src/task/criterion.ts";
import { temporaryFolder } from "../support/temporary.ts";

const run = checkRunner({ runIn: () => runProcess, redact: redactor([]) });

const ORIGINAL = "one\ntwo\nthree\nfour\n";
const FILES = {
  "docs/x.md": "# Guide\n\nTwo commands\n",
  "lib/a.js": "one\ntwo\nthree\nmore\n",
  "lib/other.js": "nothing of it\n",
  "empty.js": "",
};

async function lookFor(text: string): Promise<readonly [TestStatus | undefined, string | undefined]> {
  const root = temporaryFolder();
  for (const [path, content] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  const check = { name: "success criteria", command: "success criteria", probes: [readCriterion(text, false)] };
  const readBase = async (path: string) => (path === "src/a.js" ? ORIGINAL : undefined);
  const { tests, passed } = await run(check, { cwd: root, timeoutMs: 10_000, readBase }, new AbortController().signal);
  expect(passed).toBe(tests[0]?.status === "passed");
  return [tests[0]?.status, tests[0]?.message];
}

describe("a criterion is met", () => {
  test.each([
    "`docs/x.md` exists",
    "the folder `docs` exists",
    "`src/a.js` is gone",
    "`docs/x.md` contains `Two commands`",
    "`docs/x.md` does not contain `TODO`",
    "`src/a.js` is moved to `lib/a.js`",
    "`node --version` passes",
  ])("%s", async (text) => {
    expect(await lookFor(text)).toEqual(["passed", undefined]);
  });
});

describe("a criterion is not met, and says why", () => {
  test.each([
    ["`docs/y.md` exists", /docs\/y\.md is not there/],
    ["`../outside.md` exists", /is not there/],
    ["`docs/x.md` is gone", /docs\/x\.md is still there/],
    ["`docs/x.md` contains `TODO`", /does not contain `TODO`/],
    ["`docs/y.md` contains `TODO`", /docs\/y\.md is not there/],
    ["`docs/x.md` does not contain `Two commands`", /still contains/],
    ["`docs/y.md` does not contain `TODO`", /docs\/y\.md is not there/],
    ["`src/a.js` is moved to `lib/b.js`", /lib\/b\.js is not there/],
    ["`src/a.js` is moved to `lib/other.js`", /another file than src\/a\.js was/],
    ["`src/a.js` is moved to `empty.js`", /another file than src\/a\.js was/],
    ["`docs/x.md` is moved to `lib/a.js`", /docs\/x\.md is still there/],
    ["`src/never.js` is moved to `lib/a.js`", /was not there when the task began/],
    ["`node --no-such-option` passes", /exit code 9/],
    ["`no-such-program at all` passes", /no program/],
  ])("%s", async (text, why) => {
    const [status, message] = await lookFor(text);
    expect(status).toBe("failed");
    expect(message).toMatch(why);
  });
});
