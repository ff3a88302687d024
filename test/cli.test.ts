/** How the built program ends when its terminal or its reader goes away. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { type ScriptEntry, startLlamaServer } from "./fixtures/servers/llama-server.ts";
import { ralph, startRalph } from "./support/ralph.ts";
import { GOOD_DIFF, sumProject } from "./support/sum-project.ts";

async function project(script: ScriptEntry | readonly ScriptEntry[]) {
  const model = await startLlamaServer(script);
  onTestFinished(() => model.close());
  return { model, ...sumProject({ url: model.url, limits: { model_seconds: 60, model_idle_seconds: 60 } }) };
}

/** What a line of bash prints; `$ralph` is the built program. */
async function bash(line: string, cwd: string): Promise<{ stdout: string; stderr: string }> {
  const cli = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
  const env = { ...process.env, ralph: `${process.execPath} ${cli}`, XDG_CACHE_HOME: `${cwd}/.ralph/cache` };
  const child = spawn("bash", ["-c", line], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { stdout, stderr };
}

describe("a run that nobody watches any more stops as by Ctrl-C, and the next start goes on:", () => {
  test("a closed terminal, also when told twice", async () => {
    const { model, ...sum } = await project([{ kind: "hang" }, GOOD_DIFF]);
    const first = startRalph(["tdd"], { cwd: sum.root });
    await model.asked(1);
    first.child.kill("SIGHUP");
    first.child.kill("SIGHUP");
    const { exitCode, stderr } = await first.ended;
    expect([exitCode, stderr]).toEqual([130, expect.stringContaining("terminal closed")]);
    expect(sum.statusBlock()).toMatch(/^STATUS: PENDING/);
    expect((await ralph(["tdd"], { cwd: sum.root })).exitCode).toBe(0);
  });

  test("standard output and standard error closed", async () => {
    const sum = await project(GOOD_DIFF);
    const first = startRalph(["tdd"], { cwd: sum.root });
    first.child.stdout.destroy();
    first.child.stderr.destroy();
    expect((await first.ended).exitCode).toBe(130);
    expect(sum.statusBlock()).toMatch(/^STATUS: PENDING/);
    expect((await ralph(["tdd"], { cwd: sum.root })).exitCode).toBe(0);
  });

  test("a pipe into head, which shows the first line", async () => {
    const sum = await project(GOOD_DIFF);
    const { stdout } = await bash(`$ralph tdd | head -1; echo "$\{PIPESTATUS[0]}"`, sum.root);
    expect(stdout).toMatch(/^\S+ ralph run on ralph\/run-.*\n130\n$/);
    expect(sum.statusBlock()).toMatch(/^STATUS: PENDING/);
  });
});

test("a reader that has enough is no failure of a command that only shows something", async () => {
  const sum = await project(GOOD_DIFF);
  await ralph(["tdd"], { cwd: sum.root });
  for (const command of ["logs", "logs --json", "status", "patch show", "--help", "--version"]) {
    const result = await bash(`$ralph ${command} | true; echo "$\{PIPESTATUS[0]}"`, sum.root);
    expect([command, result]).toEqual([command, { stdout: "0\n", stderr: "" }]);
  }
});
