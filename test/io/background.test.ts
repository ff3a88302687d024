import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { type BackgroundProcess, endBackground, startBackground } from "../../src/io/background.ts";
import { idOf, presenceOf, residentBytes } from "../../src/io/presence.ts";
import { isAlive } from "../support/is-alive.ts";
import { temporaryFolder } from "../support/temporary.ts";

const POLL = { timeout: 20_000, interval: 20 };

async function launch(argv: readonly [string, ...string[]], folder = temporaryFolder()) {
  const logFile = join(folder, "logs", "program.log");
  const launched = await startBackground({
    argv,
    cwd: folder,
    env: {},
    inherits: () => false,
    logFile,
    heading: "# new",
  });
  if (launched.kind === "started") onTestFinished(() => launched.end());
  return { launched, log: () => readFileSync(logFile, "utf8") };
}

async function started(code: string, folder?: string): Promise<BackgroundProcess & { log(): string }> {
  const { launched, log } = await launch([process.execPath, "-e", code], folder);
  if (launched.kind !== "started") throw new Error(launched.why);
  return { ...launched, log };
}

test("both streams go to the log file, after the heading and after what stood there", async () => {
  const folder = temporaryFolder();
  await (await started("console.log('out')", folder)).ended;
  const second = await started("console.error('err'); process.exitCode = 3", folder);
  expect(await second.ended).toBe("exit code 3");
  expect(second.log()).toBe("# new\nout\n# new\nerr\n");
  expect(second.log().slice(second.logStart)).toBe("err\n");
});

test.each([
  ["no-such-program", "there is no program `no-such-program` on PATH"],
  ["./no-such-file", "there is no program ./no-such-file"],
  ["a\0b", "null bytes"],
])("a program that cannot be started (%j) is told as a value", async (program, why) => {
  expect((await launch([program])).launched).toMatchObject({ kind: "not started", why: expect.stringContaining(why) });
});

test("a log file that cannot be written is told with its path", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "logs"), "");
  await expect(launch(["true"], folder)).rejects.toMatchObject({ code: "WRITE_FAILED" });
});

test("a process is here while it runs and gone when it has ended, by whatever way", async () => {
  const killed = await started("setInterval(() => {}, 1000)");
  expect(presenceOf(killed.id)).toBe("here");
  process.kill(killed.pid, "SIGKILL");
  expect(await killed.ended).toBe("signal SIGKILL");
  expect(presenceOf(killed.id)).toBe("gone");

  const ended = await started("setInterval(() => {}, 1000)");
  expect(await endBackground(ended.id)).toBe(true);
  expect(presenceOf(ended.id)).toBe("gone");
});

const isLinux = process.platform === "linux";

test.runIf(isLinux)("another process under the same number is not taken for it", async () => {
  const { pid, id } = await started("setInterval(() => {}, 1000)");
  expect(id).toBe(idOf(pid));
  const earlier = id.replace(/\d+$/, (start) => String(Number(start) - 1));
  expect(presenceOf(earlier)).toBe("gone");
  expect(await endBackground(earlier)).toBe(true);
  expect(isAlive(pid)).toBe(true);
});

test("a process of another machine cannot be told about, and is not ended", async () => {
  const { pid, id } = await started("setInterval(() => {}, 1000)");
  const foreign = id.replace(/^[^:]+/, "another-machine");
  expect(presenceOf(foreign)).toBe("elsewhere");
  expect(await endBackground(foreign)).toBe(false);
  expect(isAlive(pid)).toBe(true);
});

test.each(["", "1", "::", ":0:1", "x:y:z:-1:1"])("a name in another form (%j) stands for no process here", (id) => {
  expect(presenceOf(id)).toBe("elsewhere");
});

test.runIf(isLinux)("the memory of a process and its children is told", async () => {
  const { pid } = await started(`
    require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    setInterval(() => {}, 1000)`);
  const aNode = 20e6;
  await vi.waitFor(() => expect(residentBytes(pid)).toBeGreaterThan(2 * aNode), POLL);
});

/** A ralph that starts a program, does `then` and exits. */
async function startIn(then: string): Promise<{ ralph: ChildProcess; pid: number }> {
  const folder = temporaryFolder();
  const module = new URL("../../src/io/background.ts", import.meta.url);
  const program = `
    import { startBackground } from "${module}";
    const launched = await startBackground({
      argv: [process.execPath, "-e", "setInterval(() => {}, 1000)"],
      cwd: "${folder}", env: {}, inherits: () => false, logFile: "${folder}/log", heading: "",
    });
    console.log(launched.pid);
    ${then}`;
  const ralph = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(ralph.stdout, "data")) as [Buffer];
  const pid = Number(line.toString());
  onTestFinished(() => {
    ralph.kill("SIGKILL");
    if (isAlive(pid)) process.kill(pid, "SIGKILL");
  });
  if (ralph.exitCode === null) await once(ralph, "exit");
  return { ralph, pid };
}

test("a program that was let go keeps ralph from nothing and outlives it", async () => {
  const { ralph, pid } = await startIn("launched.letGo();");
  expect(ralph.exitCode).toBe(0);
  expect(isAlive(pid)).toBe(true);
});

test("a program that was not let go ends with ralph", async () => {
  const { ralph, pid } = await startIn("process.exit(130);");
  expect(ralph.exitCode).toBe(130);
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), POLL);
});
