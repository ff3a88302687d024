import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Command, ProcessResult } from "../../src/core/process.ts";
import { runProcess } from "../../src/io/process.ts";
import { temporaryFolder } from "../support/temporary.ts";

const HOSTILE = fileURLToPath(new URL("../fixtures/runners/hostile/", import.meta.url));

/** Starting a program takes its time on a busy machine. */
const POLL = { timeout: 20_000, interval: 20 };

const hostile = (name: string, ...args: readonly string[]): Command["argv"] => [
  process.execPath,
  join(HOSTILE, `${name}.mjs`),
  ...args,
];

const node = (code: string): Command["argv"] => [process.execPath, "-e", code];

function run(argv: Command["argv"], options: Partial<Command> = {}, signal?: AbortSignal): Promise<ProcessResult> {
  const command = { argv, cwd: HOSTILE, timeoutMs: 30_000, ...options };
  return runProcess(command, signal ?? new AbortController().signal);
}

/** A zombie that nobody has collected yet is dead, too. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}

/** Where hostile programs write the pids of what they start; whoever is left is ended after the test. */
function pidFile() {
  const path = join(temporaryFolder(), "pids");
  writeFileSync(path, "");
  const pids = (): readonly number[] => readFileSync(path, "utf8").split("\n").filter(Boolean).map(Number);
  const alive = (): readonly number[] => pids().filter(isAlive);
  onTestFinished(() => {
    for (const pid of alive()) process.kill(pid, "SIGKILL");
  });
  return { env: { PIDS: path }, pids, alive };
}

describe("what comes back", () => {
  test("both streams and the exit code of a program are told", async () => {
    const result = await run(node("console.log('out'); console.error('err'); process.exitCode = 3"));
    expect(result).toMatchObject({ exitCode: 3, stdout: "out\n", stderr: "err\n", timedOut: false, aborted: false });
    expect(result.output).toContain("out\n");
    expect(result.output).toContain("err\n");
    expect(result.cutBytes).toBe(0);
  });

  test("arguments reach the program as they are, because there is no shell", async () => {
    const args = ["$(touch oops)", "a b", "'", "*", "; true", ""];
    const result = await run([process.execPath, "-p", "JSON.stringify(process.argv.slice(1))", ...args]);
    expect(JSON.parse(result.stdout)).toEqual(args);
  });

  test("input is handed over, and a program that reads none of it does no harm", async () => {
    const large = Buffer.alloc(4_000_000, "x");
    expect((await run(["cat"], { input: "hello" })).stdout).toBe("hello");
    expect((await run(["true"], { input: large })).exitCode).toBe(0);
  });

  test("without input the program finds its standard input at the end", async () => {
    expect((await run(["cat"])).exitCode).toBe(0);
  });

  test("a signal that ended the program is named", async () => {
    expect(await run(node("process.kill(process.pid, 'SIGKILL')"))).toMatchObject({
      exitCode: null,
      signal: "SIGKILL",
    });
  });

  test.each([
    ["a program that is not on PATH", ["no-such-program"], {}, "there is no program `no-such-program` on PATH"],
    ["a path that leads nowhere", ["./nothing"], {}, "there is no program ./nothing"],
    ["a file that is no program", [join(HOSTILE, "floods.mjs")], {}, "may not be executed"],
    ["a folder that is not there", ["true"], { cwd: "/no/such/folder" }, "the folder /no/such/folder does not exist"],
    ["an argument that no system takes", ["true", "a\0b"], {}, "NUL"],
    ["arguments beyond the system's limit", ["true", "x".repeat(3_000_000)], {}, "too long"],
  ] satisfies [string, Command["argv"], Partial<Command>, string][])(
    "%s is a start failure in words",
    async (_, argv, options, words) => {
      const result = await run(argv, options);
      expect(result).toMatchObject({ exitCode: null, timedOut: false, aborted: false });
      expect(result.startFailure).toContain(words);
    },
  );
});

describe("the environment", () => {
  test("holds what the caller adds, and of ralph's own only what is harmless", async () => {
    process.env["SOME_API_KEY"] = "sk-this-must-stay-inside";
    onTestFinished(() => void delete process.env["SOME_API_KEY"]);
    const { stdout } = await run(["env"], { env: { ADDED: "yes", OWN_TOKEN: "meant for it" } });
    expect(stdout).toContain("ADDED=yes\n");
    expect(stdout).toContain("OWN_TOKEN=meant for it\n");
    expect(stdout).toContain(`HOME=${process.env["HOME"]}\n`);
    expect(stdout).not.toContain("SOME_API_KEY");
    expect(stdout).not.toContain("VITEST");
  });

  test("programs are looked for in the given folders first", async () => {
    const { stdout } = await run(["env"], { pathPrefix: ["/first", "/second"] });
    expect(stdout).toContain(`PATH=/first:/second:${process.env["PATH"]}\n`);
  });
});

describe("limits", () => {
  test("the wall clock ends a program that hangs", async () => {
    expect(await run(hostile("sleeps"), { timeoutMs: 200 })).toMatchObject({ exitCode: null, timedOut: "wall" });
  });

  test("a limit beyond what a timer can hold is no limit", async () => {
    expect(await run(["sleep", "0.1"], { timeoutMs: Number.MAX_SAFE_INTEGER })).toMatchObject({ exitCode: 0 });
  });

  test("the idle clock ends a program that falls silent, and each output winds it up again", async () => {
    const talks = "for i in 1 2 3 4 5 6 7 8 9 10; do echo $i; sleep 0.1; done";
    expect(await run(["sh", "-c", talks], { idleMs: 800 })).toMatchObject({ exitCode: 0, timedOut: false });
    expect(await run(hostile("sleeps"), { idleMs: 200 })).toMatchObject({ exitCode: null, timedOut: "idle" });
  });

  test("an abort ends the program and is told; an abort that came before keeps it from starting", async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 200);
    expect(await run(hostile("sleeps"), {}, abort.signal)).toMatchObject({
      exitCode: null,
      aborted: true,
      timedOut: false,
    });

    const marker = join(temporaryFolder(), "started");
    const late = await run(["touch", marker], {}, AbortSignal.abort());
    expect(late).toMatchObject({ exitCode: null, aborted: true });
    expect(() => readFileSync(marker)).toThrow(/ENOENT/);
  });

  test("of a flood without newlines head and tail are kept in constant memory", async () => {
    const bytesBefore = process.memoryUsage().arrayBuffers;
    let peak = 0;
    const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().arrayBuffers)), 5);
    const result = await run(hostile("floods", "256"), { maxOutputBytes: 64 * 1024 });
    clearInterval(watch);
    expect(result.exitCode).toBe(0);
    expect(result.stdout.length).toBeLessThan(64 * 1024 + 100);
    expect(result.stdout).toMatch(/^x+\n\[… \d+ bytes cut out …\]\nx+end$/);
    expect(result.cutBytes).toBe(256 * 1024 * 1024 + 3 - 64 * 1024);
    expect(peak - bytesBefore).toBeLessThan(64 * 1024 * 1024);
  });
});

// What a process group cannot hold is found through /proc.
describe.runIf(process.platform === "linux")("nothing is left behind", () => {
  test("a program that ignores SIGTERM is killed", async () => {
    const { env, pids, alive } = pidFile();
    const abort = new AbortController();
    const ended = run(hostile("ignores-term"), { env }, abort.signal);
    await expect.poll(pids, POLL).toHaveLength(1);
    abort.abort();
    expect(await ended).toMatchObject({ exitCode: null, signal: "SIGKILL", aborted: true });
    expect(alive()).toEqual([]);
  });

  test.each([
    ["in a session of its own", hostile("leaves-group", "ends")],
    ["that was forked twice", hostile("forks-twice")],
    ["in the background of a shell", ["sh", "-c", 'sleep 1000 & echo $! >> "$PIDS"']],
  ] satisfies [string, Command["argv"]][])(
    "a grandchild %s, which holds the pipes, ends with the child",
    async (_, argv) => {
      const { env, pids, alive } = pidFile();
      expect(await run(argv, { env })).toMatchObject({ exitCode: 0, timedOut: false });
      expect(pids()).toHaveLength(1);
      expect(alive()).toEqual([]);
    },
  );

  test.each([
    ["a grandchild in a session of its own", hostile("leaves-group", "stays"), 1],
    ["a grandchild without environment", hostile("leaves-group", "stays", "cleared"), 1],
    ["sixty-four grandchildren", hostile("forks-many", "64"), 64],
  ] satisfies [string, Command["argv"], number][])("%s end when the child is ended", async (_, argv, count) => {
    const { env, pids, alive } = pidFile();
    const abort = new AbortController();
    const ended = run(argv, { env }, abort.signal);
    await expect.poll(pids, POLL).toHaveLength(count);
    abort.abort();
    expect(await ended).toMatchObject({ exitCode: null, aborted: true });
    expect(alive()).toEqual([]);
  });

  test("when ralph itself exits, whatever it has started ends with it", async () => {
    const { env, pids, alive } = pidFile();
    rmSync(env.PIDS);
    const script = join(HOSTILE, "exits-early.ts");
    const ralph = spawn(process.execPath, ["--import", "tsx", script], {
      env: { ...process.env, ...env },
      stdio: "inherit",
    });
    expect(await once(ralph, "exit")).toEqual([0, null]);
    expect(pids()).toHaveLength(1);
    await expect.poll(alive, POLL).toEqual([]);
  });

  test("the children of other runs are left alone", async () => {
    const { env, pids, alive } = pidFile();
    const abort = new AbortController();
    const other = run(hostile("ignores-term"), { env }, abort.signal);
    await expect.poll(pids, POLL).toHaveLength(1);
    await run(hostile("sleeps"), { timeoutMs: 100 });
    expect(alive()).toHaveLength(1);
    abort.abort();
    await other;
  });
});
