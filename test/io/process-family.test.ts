import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { endOrphans, MARKER_NAME, newMarker } from "../../src/io/process-family.ts";

const SLEEPS = fileURLToPath(new URL("../fixtures/runners/hostile/sleeps.mjs", import.meta.url));

function sleeper(marker: string): ChildProcess {
  const child = spawn(process.execPath, [SLEEPS], { env: { [MARKER_NAME]: marker }, detached: true, stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

describe.runIf(process.platform === "linux")("orphans of a killed ralph", () => {
  test("are ended, also where that ralph ran inside of another one", async () => {
    // No process has this start time.
    const orphan = sleeper(`${process.pid}.1.some-run`);
    const nested = sleeper(`${newMarker("outer")}/999999999.1.inner`);
    const ended = Promise.all([once(orphan, "exit"), once(nested, "exit")]);
    await endOrphans();
    await ended;
    expect([orphan.signalCode, nested.signalCode]).toEqual(["SIGTERM", "SIGTERM"]);
  });

  test("a child of a ralph that still runs is left alone", async () => {
    const child = sleeper(newMarker("this-run"));
    await once(child, "spawn");
    await endOrphans();
    expect(child.exitCode ?? child.signalCode).toBeNull();
  });
});

test("a marker names the process that made it, inside of the marker that it inherited", () => {
  process.env[MARKER_NAME] = "1.2.outer";
  onTestFinished(() => void delete process.env[MARKER_NAME]);
  expect(newMarker("inner")).toMatch(new RegExp(`^1\\.2\\.outer/${process.pid}\\.\\d+\\.inner$`));
});
