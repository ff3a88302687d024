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

test("a worker is gone when its process has ended", async () => {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  children.push(child);
  await once(child, "spawn");
  const started = workerId().split(":").at(-1);
  const itsId = `${hostname()}:${child.pid}:${started}`;
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(isWorkerGone(itsId)).toBe(true);
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
