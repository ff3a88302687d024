import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { text as readAll } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test, vi } from "vitest";
import type { ServerSpec } from "../../src/app/model-servers.ts";
import { llmStart, llmStatus, llmStop } from "../../src/commands/llm-server.ts";
import { workerId } from "../../src/io/worker-id.ts";
import { listen, shut } from "../fixtures/servers/listen.ts";
import { startLlamaServer } from "../fixtures/servers/llama-server.ts";
import { isAlive } from "../support/is-alive.ts";
import { temporaryFolder } from "../support/temporary.ts";

const BIN = fileURLToPath(new URL("../fixtures/bin/", import.meta.url));

/** Looking up a process that is being started or ended takes its time on a busy machine. */
const POLL = { timeout: 20_000, interval: 20 };

const NEVER = new AbortController().signal;

async function freePort(): Promise<number> {
  const server = createServer();
  const port = Number(new URL(await listen(server)).port);
  await shut(server);
  return port;
}

interface TestServer extends ServerSpec {
  /** The pids of the fixture program and its child, in the order of their start. */
  pids(): readonly number[];
}

/** A server in a folder of its own; whatever it starts is ended after the test. */
async function serverOf(
  options = "",
  place: { name?: string; folder?: string; port?: number } = {},
): Promise<TestServer> {
  const { name = "qwen", folder = temporaryFolder(), port = await freePort() } = place;
  const family = join(folder, `${name}.family`);
  const pids = (): readonly number[] =>
    existsSync(family) ? readFileSync(family, "utf8").split("\n").filter(Boolean).map(Number) : [];
  onTestFinished(() => {
    for (const pid of pids().filter(isAlive)) process.kill(pid, "SIGKILL");
  });
  return {
    name,
    command: `'${BIN}llama-server' -m tiny.gguf --port ${port} --family ${name}.family ${options}`,
    url: `http://127.0.0.1:${port}/v1`,
    logFile: join(folder, "logs", `${name}.log`),
    stateFile: join(folder, ".ralph", `server-${name}.json`),
    cwd: folder,
    pids,
  };
}

interface CallOptions {
  readonly all?: readonly ServerSpec[];
  readonly json?: boolean;
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
  /** Sees what is written to standard error as it comes. */
  readonly onError?: (text: string) => void;
}

async function call(command: typeof llmStart, spec: ServerSpec, options: CallOptions = {}) {
  let stdout = "";
  let stderr = "";
  const io = {
    write: (more: string) => void (stdout += more),
    writeError: (more: string) => {
      stderr += more;
      options.onError?.(more);
    },
  };
  const { all = [spec], json = false, waitMs = 50_000, signal = NEVER } = options;
  const exitCode = await command(all, [spec.name], io, { json, waitMs }, signal);
  return { exitCode, stdout, stderr };
}

/** The only row of the table. */
async function stateOf(spec: ServerSpec): Promise<string | undefined> {
  const { stdout } = await call(llmStatus, spec);
  return stdout.split("\n")[1]?.split(/ +/)[1];
}

const record = (spec: ServerSpec): { pid: number; process: string } => JSON.parse(readFileSync(spec.stateFile, "utf8"));

/** The state file of a server whose process is named so. */
function writeState(spec: ServerSpec, process: string, pid: number): void {
  mkdirSync(dirname(spec.stateFile), { recursive: true });
  const { name, command, url, logFile } = spec;
  writeFileSync(spec.stateFile, JSON.stringify({ name, pid, process, startedAt: Date.now(), command, url, logFile }));
}

const changedLast = (id: string, change: (start: number) => number): string =>
  id.replace(/\d+$/, (start) => String(change(Number(start))));

test("a server is started, waited for while it loads, shown and stopped", async () => {
  const spec = await serverOf("--load-ms 300");
  const started = await call(llmStart, spec);
  const [pid = 0] = spec.pids();
  expect(started.stderr).toBe(`qwen: started (pid ${pid}), log ${spec.logFile}\nqwen: loading its model\n`);
  expect(started.stdout).toMatch(
    new RegExp(`^qwen: runs at ${spec.url} \\(pid ${pid}\\), ready after \\d+\\.\\d s\\.\n$`),
  );
  expect(started.exitCode).toBe(0);
  expect((await fetch(`${spec.url}/models`)).status).toBe(200);

  const { stdout, exitCode } = await call(llmStatus, spec);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^NAME +STATE +PID +SINCE +MEMORY +BUSY +URL +LOG\n/);
  expect(stdout).toMatch(
    new RegExp(
      `qwen +running +${pid} +\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d +(?:\\d+ MB|-) +1/2 +${spec.url} +${spec.logFile}`,
    ),
  );

  expect(await call(llmStop, spec)).toEqual({ exitCode: 0, stdout: `qwen: stopped (pid ${pid}).\n`, stderr: "" });
  expect(isAlive(pid)).toBe(false);
  expect(await stateOf(spec)).toBe("stopped");
});

test("the log begins with date and command, without the key, and is continued by the next start", async () => {
  const spec = await serverOf("--api-key my-own-key");
  for (const _ of ["first", "second"]) {
    await call(llmStart, spec);
    await call(llmStop, spec);
  }
  const log = readFileSync(spec.logFile, "utf8");
  expect(log).toMatch(
    /^\d{4}-\d\d-\d\dT[\d:.]+Z ralph starts '.*llama-server' .* --api-key \[redacted\]\nbuild: 10090/,
  );
  expect(log.match(/ralph starts/g)).toHaveLength(2);
  expect(log).not.toContain("my-own-key");
});

test("a server outlives the ralph that started it", async () => {
  const spec = await serverOf();
  await call(llmStart, spec);
  const { pid } = record(spec);
  // The leader of its own session and group: no Ctrl-C and no closed terminal reaches it.
  const [, , group, session] = readFileSync(`/proc/${pid}/stat`, "latin1")
    .replace(/^.*\) /, "")
    .split(" ");
  expect([Number(group), Number(session)]).toEqual([pid, pid]);
});

test("a server that crashes while it loads is told with the end of its log", async () => {
  const spec = await serverOf("--crash");
  const { exitCode, stderr } = await call(llmStart, spec);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("The server of qwen ended before it was ready (exit code 1)");
  expect(stderr).toContain(`the end of ${spec.logFile}:\n`);
  expect(stderr).toContain("  llama_model_load: error loading model: missing tensor 'token_embd.weight'\n");
  expect(stderr).not.toContain("ralph starts");
  expect(await stateOf(spec)).toBe("stopped");
});

test("a program that is not installed is told at once", async () => {
  const spec = { ...(await serverOf()), command: "no-such-llama-server -m x.gguf" };
  const { exitCode, stderr } = await call(llmStart, spec);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("there is no program `no-such-llama-server` on PATH");
  expect(existsSync(spec.stateFile)).toBe(false);
});

test("a server that is not ready in time is ended with everything it started", async () => {
  const spec = await serverOf("--load-until never --ignore-term");
  const { exitCode, stderr } = await call(llmStart, spec, { waitMs: 3_000 });
  expect(exitCode).toBe(2);
  expect(stderr).toContain("was not ready after 3 s (it was still loading its model), so ralph ended it");
  expect(spec.pids()).toHaveLength(2);
  expect(spec.pids().filter(isAlive)).toEqual([]);
  expect(existsSync(spec.stateFile)).toBe(false);
});

test("Ctrl-C while a server loads ends it", async () => {
  const spec = await serverOf("--load-until never --ignore-term");
  const controller = new AbortController();
  const onError = (text: string): void => (text.includes("loading") ? controller.abort() : undefined);
  const { exitCode, stdout, stderr } = await call(llmStart, spec, { signal: controller.signal, onError });
  expect({ exitCode, stdout }).toEqual({ exitCode: 130, stdout: "" });
  expect(stderr).toContain("interrupted: what was being started is ended");
  expect(spec.pids()).toHaveLength(2);
  expect(spec.pids().filter(isAlive)).toEqual([]);
  expect(existsSync(spec.stateFile)).toBe(false);
});

test("a second start is refused and names ralph's own server", async () => {
  const spec = await serverOf();
  await call(llmStart, spec);
  const { pid } = record(spec);
  const { exitCode, stderr } = await call(llmStart, spec);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(`ralph's own server of qwen (pid ${pid}) already runs at ${spec.url}`);
  expect(stderr).toContain("`ralph llm stop qwen` ends it");
  expect(record(spec).pid).toBe(pid);
});

test("another model of the project on the same port is refused, and the first one goes on", async () => {
  const first = await serverOf();
  await call(llmStart, first);
  const port = Number(new URL(first.url).port);
  const second = await serverOf("", { name: "glm", folder: first.cwd, port });
  const { exitCode, stderr } = await call(llmStart, second, { all: [first, second] });
  expect(exitCode).toBe(2);
  expect(stderr).toContain(`The server of glm was not started: ralph's own server of qwen (pid ${record(first).pid})`);
  expect(second.pids()).toEqual([]);
  expect(await stateOf(first)).toBe("running");
});

test("a stranger on the port is named with its model and left alone", async () => {
  const stranger = await startLlamaServer("Yes.", { model: "somebody-elses.gguf" });
  onTestFinished(() => stranger.close());
  const spec = { ...(await serverOf("", { port: Number(new URL(stranger.url).port) })) };
  const { exitCode, stderr } = await call(llmStart, spec);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(
    `a server that ralph did not start with the model somebody-elses.gguf already answers at ${spec.url}`,
  );
  expect(spec.pids()).toEqual([]);
  expect(await stateOf(spec)).toBe("stranger");
  expect((await call(llmStop, spec)).stdout).toBe("qwen: no server that ralph started was running.\n");
  expect((await fetch(`${stranger.url}/models`)).status).toBe(200);
});

test("a port that answers no HTTP is taken, too", async () => {
  const { createServer: createSocketServer } = await import("node:net");
  const mute = createSocketServer((socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n"));
  mute.listen(0, "127.0.0.1");
  await once(mute, "listening");
  onTestFinished(() => void mute.close());
  const address = mute.address();
  const spec = await serverOf("", { port: typeof address === "object" ? (address?.port ?? 0) : 0 });
  expect((await call(llmStart, spec)).stderr).toContain("a server that ralph did not start already answers");
  expect(spec.pids()).toEqual([]);
});

test("stop ends a server and its child although both ignore SIGTERM", async () => {
  const spec = await serverOf("--ignore-term");
  await call(llmStart, spec);
  expect(spec.pids()).toHaveLength(2);
  expect((await call(llmStop, spec)).exitCode).toBe(0);
  expect(spec.pids().filter(isAlive)).toEqual([]);
});

test("stop without a server is no failure", async () => {
  expect(await call(llmStop, await serverOf())).toEqual({
    exitCode: 0,
    stdout: "qwen: no server that ralph started was running.\n",
    stderr: "",
  });
});

test("without names all servers are started and stopped, and one that fails hinders no other", async () => {
  const folder = temporaryFolder();
  const all = [await serverOf("", { name: "a", folder }), await serverOf("--crash", { name: "b", folder })];
  let written = "";
  const io = { write: (more: string) => void (written += more), writeError: () => {} };
  expect(await llmStart(all, [], io, { json: true, waitMs: 50_000 }, NEVER)).toBe(2);
  expect(JSON.parse(written)).toEqual({
    servers: [
      {
        name: "a",
        state: "running",
        pid: all[0]?.pids()[0],
        durationMs: expect.any(Number),
        url: all[0]?.url,
        log: all[0]?.logFile,
      },
      {
        name: "b",
        state: "failed",
        problem: { message: expect.stringContaining("missing tensor"), cure: expect.any(String) },
      },
    ],
  });
  written = "";
  expect(await llmStop(all, [], io, { json: true, waitMs: 0 }, NEVER)).toBe(0);
  expect(JSON.parse(written)).toEqual({
    servers: [
      { name: "a", state: "stopped", pid: all[0]?.pids()[0] },
      { name: "b", state: "stopped" },
    ],
  });
});

const isLinux = process.platform === "linux";

test.runIf(isLinux)("a process that was given the server's number later is never ended", async () => {
  const spec = await serverOf();
  const bystander = spawn("sleep", ["600"], { detached: true, stdio: "ignore" });
  onTestFinished(() => void bystander.kill("SIGKILL"));
  const { pid = 0 } = bystander;
  for (const reused of [process.pid, pid]) {
    const id = workerId().replace(/:\d+:\d+$/, `:${reused}:1`);
    writeState(spec, id, reused);
    expect(await stateOf(spec)).toBe("dead");
    expect((await call(llmStop, spec)).stdout).toBe("qwen: no server that ralph started was running.\n");
    expect(existsSync(spec.stateFile)).toBe(false);
  }
  expect(isAlive(pid)).toBe(true);
});

test.runIf(isLinux)("the state file of a server that is gone does not hinder the next start", async () => {
  const spec = await serverOf();
  writeState(
    spec,
    changedLast(workerId(), (start) => start - 1),
    process.pid,
  );
  expect((await call(llmStart, spec)).exitCode).toBe(0);
  expect(record(spec).pid).toBe(spec.pids()[0]);
});

test("a server of another machine is neither ended nor started over", async () => {
  const spec = await serverOf();
  writeState(spec, workerId().replace(/^[^:]+/, "another-machine"), process.pid);
  for (const command of [llmStart, llmStop]) {
    const { exitCode, stderr } = await call(command, spec);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("was started from another machine or container");
  }
  expect((await call(llmStatus, spec)).stdout).toMatch(/qwen +stopped .*\nqwen: .* may still run there\.\n/);
  expect(spec.pids()).toEqual([]);
});

test("a state file that ralph did not write counts as none", async () => {
  const spec = await serverOf();
  mkdirSync(dirname(spec.stateFile), { recursive: true });
  writeFileSync(spec.stateFile, '{"pid": "all"}');
  expect(await stateOf(spec)).toBe("stopped");
  expect((await call(llmStart, spec)).exitCode).toBe(0);
});

test("a server is shown with the port and the log it has, whatever ralph.yaml and the day say by now", async () => {
  const spec = await serverOf();
  await call(llmStart, spec);
  const later = { ...spec, url: `http://127.0.0.1:${await freePort()}/v1`, logFile: `${spec.logFile}.tomorrow` };
  const { stdout } = await call(llmStatus, later);
  expect(stdout).toContain(`${spec.url}  ${spec.logFile}\n`);
  expect((await call(llmStart, { ...later, command: "llama-server" })).stderr).toContain(`already runs at ${spec.url}`);
  expect((await call(llmStop, later)).stdout).toBe(`qwen: stopped (pid ${spec.pids()[0]}).\n`);
});

test("a server that loads, and one that ended by itself, are shown as such", async () => {
  const spec = await serverOf("--load-until ready");
  const starting = call(llmStart, spec);
  await vi.waitFor(async () => expect(await stateOf(spec)).toBe("loading"), POLL);
  writeFileSync(join(spec.cwd, "ready"), "");
  await starting;
  expect(await stateOf(spec)).toBe("running");
  const { pid } = record(spec);
  process.kill(pid, "SIGKILL");
  await vi.waitFor(async () => expect(await stateOf(spec)).toBe("dead"), POLL);
  const { stdout } = await call(llmStatus, spec);
  expect(stdout).toMatch(/qwen +dead +- .*\nqwen: ended by itself; its log tells why\.\n/);
});

test("status --json tells the same to programs", async () => {
  const spec = await serverOf();
  await call(llmStart, spec);
  const { stdout } = await call(llmStatus, spec, { json: true });
  expect(JSON.parse(stdout)).toEqual({
    servers: [
      {
        name: "qwen",
        state: "running",
        url: spec.url,
        pid: record(spec).pid,
        since: expect.stringMatching(/^\d{4}-.*Z$/),
        ...(isLinux && { memoryBytes: expect.any(Number) }),
        slots: { busy: 1, total: 2 },
        log: spec.logFile,
      },
    ],
  });
});

test("a server sees the variables that choose its GPUs, and no secret of ralph's", async () => {
  vi.stubEnv("CUDA_VISIBLE_DEVICES", "1");
  vi.stubEnv("LLAMA_ARG_THREADS", "4");
  vi.stubEnv("GITHUB_TOKEN", "not-for-servers");
  onTestFinished(() => void vi.unstubAllEnvs());
  const spec = await serverOf("--print-env");
  await call(llmStart, { ...spec, command: `GGML_LOG=2 ${spec.command}` });
  const log = readFileSync(spec.logFile, "utf8");
  const seen: unknown = JSON.parse(/^\{.*\}$/m.exec(log)?.[0] ?? "");
  expect(seen).toMatchObject({ CUDA_VISIBLE_DEVICES: "1", LLAMA_ARG_THREADS: "4", GGML_LOG: "2" });
  expect(seen).not.toHaveProperty("GITHUB_TOKEN");
});

test("of two starts side by side, in one process or in two, exactly one starts a server", async () => {
  const inOne = await serverOf();
  const results = await Promise.all([call(llmStart, inOne), call(llmStart, inOne)]);
  expect(new Set(results.map(({ exitCode }) => exitCode))).toEqual(new Set([0, 2]));
  expect(inOne.pids()).toHaveLength(1);

  const inTwo = await serverOf();
  const started = await Promise.all([startInProcess(inTwo), startInProcess(inTwo)]);
  expect(new Set(started.map(({ exitCode }) => exitCode))).toEqual(new Set([0, 2]));
  expect(started.map(({ stderr }) => stderr).join("")).toContain("ralph's own server of qwen");
  expect(inTwo.pids()).toHaveLength(1);
  expect(await stateOf(inTwo)).toBe("running");
  expect((await call(llmStop, inTwo)).stdout).toBe(`qwen: stopped (pid ${inTwo.pids()[0]}).\n`);
});

async function startInProcess(spec: ServerSpec) {
  const module = new URL("../../src/commands/llm-server.ts", import.meta.url);
  const program = `
    import { llmStart } from "${module}";
    const io = { write: () => {}, writeError: (text) => process.stderr.write(text) };
    const options = { json: false, waitMs: 50_000 };
    process.exitCode = await llmStart([${JSON.stringify(spec)}], [], io, options, new AbortController().signal);`;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", program], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const exited = once(child, "exit");
  const stderr = await readAll(child.stderr);
  await exited;
  return { exitCode: child.exitCode, stderr };
}

test("a name that no model with a command has is a wrong call", async () => {
  const spec = await serverOf();
  const wrong = call(llmStart, { ...spec, name: "qwem" }, { all: [spec] });
  await expect(wrong).rejects.toMatchObject({ code: "USAGE", cure: "Known: qwen" });
  await expect(call(llmStart, spec, { all: [] })).rejects.toMatchObject({ code: "USAGE" });
});
