/**
 * Programs that will not behave, run as checks (row 8 of the fault table): what each comes to, and that nothing of it is
 * left. In the sandbox, too, where that works.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { checkRunner } from "../../src/check/run.ts";
import type { TestRun } from "../../src/core/check.ts";
import type { RunProcess } from "../../src/core/process.ts";
import { runProcess } from "../../src/io/process.ts";
import { redactor } from "../../src/io/redact.ts";
import { findSandbox } from "../../src/io/sandbox.ts";
import { isAlive } from "../support/is-alive.ts";
import { temporaryFolder } from "../support/temporary.ts";

/** 90 runs of nine programs, or 1,800. */
const TIMES = process.env["RALPH_TEST_FULL"] === undefined ? 10 : 200;
const AT_ONCE = 10;
/** A program that hangs is given this long: enough to start on a busy machine, so that there is something to end. */
const HANG_MS = 1_500;
const MEBIBYTES = process.env["RALPH_TEST_FULL"] === undefined ? "64" : "1024";

const HOSTILE = fileURLToPath(new URL("../fixtures/runners/hostile/", import.meta.url));
const never = new AbortController().signal;

interface Runaway {
  readonly what: string;
  /** The command's program in HOSTILE, with its arguments. */
  readonly program: string;
  readonly timeoutMs?: number;
  readonly comesTo: Pick<TestRun, "passed"> & { readonly message?: RegExp };
}

const STOPPED = { passed: false, message: /did not end within 1\.5 s and was stopped/ };

const RUNAWAYS: readonly Runaway[] = [
  { what: "hangs", program: "sleeps.mjs", timeoutMs: HANG_MS, comesTo: STOPPED },
  { what: "ignores SIGTERM", program: "ignores-term.mjs", timeoutMs: HANG_MS, comesTo: STOPPED },
  { what: "leaves a grandchild in a session of its own", program: "leaves-group.mjs ends", comesTo: { passed: true } },
  {
    what: "hangs over one without an environment",
    program: "leaves-group.mjs stays cleared",
    timeoutMs: HANG_MS,
    comesTo: STOPPED,
  },
  { what: "forks twice and ends", program: "forks-twice.mjs", comesTo: { passed: true } },
  {
    what: "starts 256 children and hangs",
    program: "forks-many.mjs 256",
    timeoutMs: 2 * HANG_MS,
    comesTo: { passed: false, message: /did not end within 3 s/ },
  },
  { what: `prints ${MEBIBYTES} MB without a newline`, program: `floods.mjs ${MEBIBYTES}`, comesTo: { passed: true } },
  {
    what: "ends with an error after a flood",
    program: "floods.mjs 8 fails",
    comesTo: { passed: false, message: /exit code 1[^]*xxx/ },
  },
];

interface Ended {
  readonly run: TestRun;
  readonly left: readonly number[];
}

interface Where {
  readonly runIn: () => RunProcess;
  /** Pids that a program writes down are those that it has in a namespace of its own. */
  readonly hasOwnPids: boolean;
}

async function runAway({ runIn, hasOwnPids }: Where, { program, timeoutMs = 60_000 }: Runaway): Promise<Ended> {
  const folder = temporaryFolder();
  const pids = join(folder, "pids");
  writeFileSync(pids, "");
  const check = checkRunner({ runIn, redact: redactor([]) });
  const command = `PIDS=${pids} ${process.execPath} ${HOSTILE}${program}`;
  const run = await check({ name: "runaway", command }, { cwd: folder, timeoutMs }, never);
  return { run, left: [...new Set([...(hasOwnPids ? [] : writtenIn(pids)), ...markedWith(pids)])].filter(isAlive) };
}

const writtenIn = (pids: string): readonly number[] =>
  readFileSync(pids, "utf8").split("\n").filter(Boolean).map(Number);

/** By the variable that everything below the program inherits. */
function markedWith(pids: string): readonly number[] {
  const marked = readdirSync("/proc").filter(
    (name) => /^\d+$/.test(name) && environmentOf(name).includes(`PIDS=${pids}`),
  );
  return marked.map(Number);
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1");
  } catch {
    return "";
  }
}

async function runOften(where: Where, runaway: Runaway, times: number): Promise<readonly Ended[]> {
  const all: Ended[] = [];
  for (let done = 0; done < times; done += AT_ONCE) {
    const count = Math.min(AT_ONCE, times - done);
    const ended = await Promise.all(Array.from({ length: count }, () => runAway(where, runaway)));
    onTestFinished(() => {
      for (const pid of ended.flatMap(({ left }) => left)) process.kill(pid, "SIGKILL");
    });
    all.push(...ended);
    for (const { run, left } of ended) {
      expect(left).toEqual([]);
      expect(run.passed).toBe(runaway.comesTo.passed);
      if (runaway.comesTo.message !== undefined) expect(run.tests[0]?.message).toMatch(runaway.comesTo.message);
      expect(run.output.length).toBeLessThan(2 * 1024 * 1024);
    }
  }
  return all;
}

const LIMIT_MS = 30 * 60_000;

describe("nothing is left of a check that", () => {
  test.each(RUNAWAYS)("$what", { timeout: LIMIT_MS }, async (runaway) => {
    const ended = await runOften({ runIn: () => runProcess, hasOwnPids: false }, runaway, TIMES);
    expect(ended).toHaveLength(TIMES);
  });

  test("runs no test at all", { timeout: LIMIT_MS }, async () => {
    for (let at = 0; at < TIMES; at += 1) {
      const folder = temporaryFolder();
      const check = checkRunner({ runIn: () => runProcess, redact: redactor([]) });
      const run = await check({ name: "empty", command: "node --test" }, { cwd: folder, timeoutMs: 60_000 }, never);
      expect(run).toMatchObject({ passed: false, tests: [{ status: "skipped", message: /ran no test/ }] });
    }
  });
});

const found = await findSandbox(runProcess, process.env, homedir(), never);

describe.skipIf(found.kind === "none")("nor in the sandbox, of a check that", () => {
  test.each(RUNAWAYS)("$what", { timeout: LIMIT_MS }, async (runaway) => {
    if (found.kind === "none") throw new Error("there is no sandbox");
    const { sandbox } = found;
    const folders: string[] = [];
    const confined: RunProcess = (command, signal) => {
      folders.push(command.cwd);
      return sandbox.runIn({ workTree: command.cwd, readable: [HOSTILE] })(command, signal);
    };
    await runOften({ runIn: () => confined, hasOwnPids: true }, runaway, Math.ceil(TIMES / 5));
    expect(folders.length).toBeGreaterThan(0);
  });
});
