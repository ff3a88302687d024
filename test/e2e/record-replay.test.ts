/** A run is written down with `--record` and gone through again with `--replay`, without any model. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type LlamaServer, type ScriptEntry, startLlamaServer } from "../fixtures/servers/llama-server.ts";
import { ralph } from "../support/ralph.ts";
import { GOOD_DIFF, type SumProject, sumProject, taskFile } from "../support/sum-project.ts";
import { temporaryFolder } from "../support/temporary.ts";

const MALFORMED =
  "```diff\n--- a/src/sum.js\n+++ b/src/sum.js\n@@ -1,3 +1,3 @@\n export function sum(a, b) {\n-  return\n";
const WRONG = GOOD_DIFF.replace("a + b", "a * b");
const RIGHT = GOOD_DIFF.replace("a - b", "a * b");

const TRIPLE_TEST = `\`\`\`diff
--- /dev/null
+++ b/test/triple.test.js
@@ -0,0 +1,7 @@
+import assert from "node:assert/strict";
+import test from "node:test";
+import { triple } from "../src/triple.js";
+
+test("triples", () => {
+  assert.equal(triple(2), 6);
+});
\`\`\`
`;
const TRIPLE = `\`\`\`diff
--- /dev/null
+++ b/src/triple.js
@@ -0,0 +1 @@
+export const triple = (a) => a * 3;
\`\`\`
`;

const naming = (...paths: readonly string[]): string => paths.join("\n- [ ] ");

/** One task over two failures, one that is never done, one whose test must be written first. */
const TASKS = {
  "tasks/T001.md": taskFile("T001", "Add").replace(
    "src/sum.js (MODIFY)",
    naming("src/sum.js (MODIFY)", "test/sum.test.js (MODIFY)"),
  ),
  "tasks/T002.md": taskFile("T002", "Never done").replace(
    "src/sum.js (MODIFY)",
    naming("src/half.js (CREATE)", "test/half.test.js (CREATE)"),
  ),
  "tasks/T003.md": taskFile("T003", "Triple").replace(
    "src/sum.js (MODIFY)",
    naming("src/triple.js (CREATE)", "test/triple.test.js (CREATE)"),
  ),
};

const ANSWERS: Readonly<Record<string, readonly string[]>> = {
  T001: [MALFORMED, WRONG, RIGHT],
  T002: ["", "All done.\n\nTASK_COMPLETE\n", "I see no way."],
  T003: [TRIPLE_TEST, TRIPLE],
};

/** The n-th question about a task gets its n-th answer. */
function script(): ScriptEntry {
  const asked = new Map<string, number>();
  return (body) => {
    const [, id = ""] = /# Task (T\d+):/.exec(JSON.stringify(body)) ?? [];
    const count = asked.get(id) ?? 0;
    asked.set(id, count + 1);
    return ANSWERS[id]?.[count] ?? "";
  };
}

async function server(entry: ScriptEntry = script()): Promise<LlamaServer> {
  const started = await startLlamaServer(entry);
  onTestFinished(() => started.close());
  return started;
}

const project = (url: string): SumProject => sumProject({ url, files: TASKS, limits: { attempts: 3 } });

/** What a run leaves, without times and the commits that hang on them. */
function stateOf(sum: SumProject, stdout: string) {
  const refs = ["refs/heads/ralph", "refs/ralph"].flatMap((under) =>
    sum.git("for-each-ref", "--format=%(refname)", under).split("\n"),
  );
  const branch = sum.git("for-each-ref", "--format=%(refname:short)", "refs/heads/ralph/run-*");
  return {
    trees: refs.map((ref) => [ref, sum.git("rev-parse", `${ref}^{tree}`)]),
    commits: sum.git("log", "--format=%B", `main..${branch}`),
    blocks: Object.keys(ANSWERS).map((id) => sum.statusBlock(id).replaceAll(/^(COMMIT|UPDATED): .*\n/gm, "")),
    summary: stdout.slice(stdout.indexOf("\n\n")).replaceAll(/\b[0-9a-f]{10}\b/g, "[commit]"),
  };
}

interface Night {
  readonly url: string;
  readonly cassette: string;
  readonly state: ReturnType<typeof stateOf>;
}

/** A recorded run; its server is gone afterwards. */
async function recordedNight(): Promise<Night> {
  const model = await server();
  const sum = project(model.url);
  const cassette = join(temporaryFolder("ralph-cassette"), "a.ndjson");
  const { exitCode, stdout, stderr } = await ralph(["tdd", "--record", cassette], { cwd: sum.root });
  expect([exitCode, stderr]).toEqual([1, ""]);
  await model.close();
  return { url: model.url, cassette, state: stateOf(sum, stdout) };
}

const read = (path: string): string => readFileSync(path, "utf8");

test("a replay without a model ends alike, and records the same bytes, again and again", {
  timeout: 180_000,
}, async () => {
  const night = await recordedNight();
  expect(night.state.blocks.map((block) => block.split("\n").slice(0, 2))).toEqual([
    ["STATUS: COMPLETE", "ATTEMPTS: 3"],
    [expect.stringMatching(/^STATUS: BLOCKED - /), "ATTEMPTS: 3"],
    ["STATUS: COMPLETE", "ATTEMPTS: 2"],
  ]);
  const lines = read(night.cassette).trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { task: "T001", role: "builder", attempt: 1, model: "local", text: MALFORMED },
    { task: "T001", role: "builder", attempt: 2, text: WRONG, usage: { estimated: false } },
    { task: "T001", role: "builder", attempt: 3, text: RIGHT, durationMs: expect.any(Number) },
    { task: "T002", role: "tester", attempt: 1, failure: { class: "bad answer" } },
    { task: "T002", role: "tester", attempt: 2 },
    { task: "T002", role: "tester", attempt: 3 },
    { task: "T003", role: "tester", attempt: 1, text: TRIPLE_TEST },
    { task: "T003", role: "builder", attempt: 2, text: TRIPLE },
  ]);

  let from = night.cassette;
  for (const name of ["b.ndjson", "c.ndjson"]) {
    const sum = project(night.url);
    const to = join(temporaryFolder("ralph-cassette"), name);
    const { exitCode, stdout } = await ralph(["tdd", "--replay", from, "--record", to], { cwd: sum.root });
    expect(exitCode).toBe(1);
    expect(stateOf(sum, stdout)).toEqual(night.state);
    expect(read(to)).toBe(read(night.cassette));
    from = to;
  }
});

test("a replay that lacks an attempt says which", { timeout: 120_000 }, async () => {
  const night = await recordedNight();
  const short = join(temporaryFolder("ralph-cassette"), "short.ndjson");
  const lines = read(night.cassette).split("\n");
  writeFileSync(short, lines.filter((line) => !line.includes('"task":"T001","role":"builder","attempt":3')).join("\n"));
  const sum = project(night.url);
  const { exitCode, stdout } = await ralph(["tdd", "T001", "--replay", short], { cwd: sum.root });
  expect(exitCode).toBe(1);
  expect(stdout).toContain(`${short} has no answer of the builder for attempt 3 of T001`);
  expect(sum.statusBlock().split("\n")[0]).toMatch(
    /^STATUS: BLOCKED - .*has no answer of the builder for attempt 3 of T001/,
  );
});

/** Everything that a run which never began must leave alone. */
const untouched = (sum: SumProject) => ({ tree: sum.snapshot(), refs: sum.git("for-each-ref") });

describe("a place to record to is refused before anything is asked or changed:", () => {
  test("a file that is there already, which stays as it is", async () => {
    const model = await server();
    const sum = project(model.url);
    const path = join(temporaryFolder("ralph-cassette"), "there.ndjson");
    writeFileSync(path, "mine\n");
    const before = untouched(sum);
    const { exitCode, stderr } = await ralph(["tdd", "--record", path], { cwd: sum.root });
    expect([exitCode, stderr]).toEqual([
      2,
      `ralph: ${path} exists already\n  Give --record another name, or move it.\n`,
    ]);
    expect([read(path), model.asks.length, untouched(sum)]).toEqual(["mine\n", 0, before]);
  });

  test("a folder that does not exist, which is not made", async () => {
    const model = await server();
    const sum = project(model.url);
    const folder = join(temporaryFolder("ralph-cassette"), "gone");
    const before = untouched(sum);
    const { exitCode, stderr } = await ralph(["tdd", "--record", join(folder, "a.ndjson")], { cwd: sum.root });
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/gone\/a\.ndjson cannot be written: .*ENOENT/)]);
    expect([existsSync(folder), model.asks.length, untouched(sum)]).toEqual([false, 0, before]);
  });

  test("the recording that is replayed", async () => {
    const sum = project("http://127.0.0.1:9/v1");
    const path = join(temporaryFolder("ralph-cassette"), "a.ndjson");
    const line = `${JSON.stringify({ task: "T001", role: "builder", text: GOOD_DIFF })}\n`;
    writeFileSync(path, line);
    const { exitCode } = await ralph(["tdd", "--replay", path, "--record", path], { cwd: sum.root });
    expect([exitCode, read(path)]).toEqual([2, line]);
  });
});

test("where no model answers, no empty recording is left that would be in the way the next time", async () => {
  const model = await server();
  await model.close();
  const sum = project(model.url);
  const path = join(temporaryFolder("ralph-cassette"), "a.ndjson");
  const { exitCode } = await ralph(["tdd", "--record", path], { cwd: sum.root });
  expect([exitCode, existsSync(path)]).toEqual([2, false]);
});

describe("a recording that cannot be used is refused with where and why, before anything is changed:", () => {
  const good = JSON.stringify({ task: "T001", role: "builder", text: GOOD_DIFF });
  test.each([
    ["none at all", undefined, /a\.ndjson cannot be used: .*ENOENT/],
    ["half a line", `${good}\n\n${good.slice(0, 40)}`, /a\.ndjson cannot be used: line 3: expected a JSON object/],
    ["a line without an answer", `${good}\n{"task":"T002","role":"tester"}\n`, /line 2: expected "text" or "failure"/],
    ["a usage that is no number", `${good.slice(0, -1)},"usage":{"outputTokens":"7"}}`, /line 1: .*"outputTokens"/],
  ])("%s", async (_, text, why) => {
    const sum = project("http://127.0.0.1:9/v1");
    const path = join(temporaryFolder("ralph-cassette"), "a.ndjson");
    if (text !== undefined) writeFileSync(path, text);
    const before = untouched(sum);
    const { exitCode, stderr } = await ralph(["tdd", "--replay", path], { cwd: sum.root });
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(why)]);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(untouched(sum)).toEqual(before);
  });
});
