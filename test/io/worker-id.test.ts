import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { hostname } from "node:os";
import { afterEach, expect, test } from "vitest";
import { isWorkerGone, workerId } from "../../src/io/worker-id.ts";

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

test("a worker that runs is not gone", () => {
  expect(workerId()).toMatch(/^.+:\d+:\d+$/);
  expect(workerId()).toBe(workerId());
  expect(isWorkerGone(workerId())).toBe(false);
});

test("a worker is gone when its process has ended, and not before", async () => {
  const module = new URL("../../src/io/worker-id.ts", import.meta.url);
  const program = `import { workerId } from "${module}"; console.log(workerId()); setInterval(() => {}, 1000);`;
  const argv = ["--import", "tsx", "--input-type=module", "-e", program];
  const child = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const worker = line.toString().trim();
  expect(isWorkerGone(worker)).toBe(false);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(isWorkerGone(worker)).toBe(true);
});

test.runIf(process.platform === "linux")("a process that was given the worker's number later is not the worker", () => {
  const [host, pid, started] = workerId().split(":");
  expect(isWorkerGone(`${host}:${pid}:${Number(started) - 1}`)).toBe(true);
});

test.each(["another-machine:1:1", "somebody", "", `${hostname()}:x:y`])(
  "a worker that cannot be looked up here (%j) counts as running",
  (worker) => {
    expect(isWorkerGone(worker)).toBe(false);
  },
);
