import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { hostname } from "node:os";
import { afterEach, expect, test } from "vitest";
import { isWorkerGone, workerId } from "../../src/io/worker-id.ts";

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

const MODULE = new URL("../../src/io/worker-id.ts", import.meta.url);

/** A process that prints one line and stays. */
async function startWorker(print: string, wrapper: readonly string[] = []) {
  const program = `import { isWorkerGone, workerId } from "${MODULE}"; console.log(${print}); setInterval(() => {}, 1000);`;
  const argv = [...wrapper, process.execPath, "--import", "tsx", "--input-type=module", "-e", program];
  const child = spawn(argv[0] ?? "", argv.slice(1), { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { child, line: line.toString().trim() };
}

test("a worker that runs is not gone", () => {
  expect(workerId()).toBe(workerId());
  expect(isWorkerGone(workerId())).toBe(false);
});

test("a worker is gone when its process has ended, and not before", async () => {
  const { child, line: worker } = await startWorker("workerId()");
  expect(isWorkerGone(worker)).toBe(false);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(isWorkerGone(worker)).toBe(true);
});

const isLinux = process.platform === "linux";
const changed = (place: number, change: (part: string) => string): string =>
  workerId()
    .split(":")
    .map((part, index) => (index === place ? change(part) : part))
    .join(":");

test.runIf(isLinux)("a process that was given the worker's number later is not the worker", () => {
  expect(isWorkerGone(changed(4, (started) => String(Number(started) - 1)))).toBe(true);
});

test.runIf(isLinux)("a worker from before the machine's last start is gone", () => {
  expect(isWorkerGone(changed(1, (boot) => boot.replaceAll("0", "1").replace(/^./, "f")))).toBe(true);
});

test("a worker of another PID namespace counts as running, whatever has its number here", () => {
  expect(isWorkerGone(changed(4, () => "1").replace(/:\d+(:\d+:1)$/, ":4026500000$1"))).toBe(false);
});

const UNSHARE = ["unshare", "--pid", "--fork", "--kill-child"];
const maySplit = isLinux && spawnSync(UNSHARE[0] ?? "", [...UNSHARE.slice(1), "--mount-proc", "true"]).status === 0;

test.runIf(maySplit).each([[["--mount-proc"]], [[]]])(
  "workers of two PID namespaces with one host name do not take each other for dead (%j)",
  async (options) => {
    const print = `workerId(), isWorkerGone(workerId()), isWorkerGone("${workerId()}")`;
    const { line } = await startWorker(print, [...UNSHARE, ...options]);
    const [worker = "", ...seenFromThere] = line.split(" ");
    expect(worker.startsWith(`${hostname()}:`)).toBe(true);
    expect(seenFromThere).toEqual(["false", "false"]);
    expect(isWorkerGone(worker)).toBe(false);
  },
);

test.each(["another-machine:1:1:1:1", "another-machine:1:1", "somebody", "", `${hostname()}:x:y`])(
  "a worker that cannot be looked up here (%j) counts as running",
  (worker) => {
    expect(isWorkerGone(worker)).toBe(false);
  },
);
