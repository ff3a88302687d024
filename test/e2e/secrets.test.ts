/** Secrets are planted wherever a run meets them; afterwards no place that ralph writes to holds one. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type LlamaServer, type ScriptEntry, startLlamaServer } from "../fixtures/servers/llama-server.ts";
import { type RalphResult, ralph } from "../support/ralph.ts";
import { type SumProject, sumProject, taskFile } from "../support/sum-project.ts";
import { temporaryFolder } from "../support/temporary.ts";

/** The first is told by ralph.yaml alone: its variable's name says nothing. */
const KEY = "key-of-my-server-4711";
const TOKEN = "deploy-token-8f3c/9+a";
const SECRET = "webhook-secret-51d0e";
const PASSWORD = "url-password-77aa";
/** With these, forty secrets of many shapes for the twelve places that ralph writes to. */
const SHAPES: readonly ((digest: string) => string)[] = [
  (digest) => digest,
  (digest) => digest.slice(0, 12),
  (digest) => Buffer.from(digest, "hex").toString("base64"),
  (digest) => digest.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5"),
  (digest) => `${digest.slice(0, 10)}.${digest.slice(10, 30)}_${digest.slice(30, 40)}`,
  (digest) => `p@ss/${digest.slice(0, 9)}+${digest.slice(9, 14)}=&`,
];
const MORE: Readonly<Record<string, string>> = Object.fromEntries(
  Array.from({ length: 36 }, (_, at) => {
    const digest = createHash("sha256").update(`secret ${at}`).digest("hex");
    return [`SERVICE_${at}_TOKEN`, SHAPES[at % SHAPES.length]?.(digest) ?? ""];
  }),
);
const ENVIRONMENT = { MY_SERVER: KEY, DEPLOY_TOKEN: TOKEN, WEBHOOK_SECRET: SECRET, ...MORE };

const base64 = (text: string): string => Buffer.from(text).toString("base64").replace(/=+$/, "");
const PLANTED = [KEY, TOKEN, SECRET, PASSWORD, ...Object.values(MORE)].flatMap((value) => [
  value,
  base64(value),
  encodeURIComponent(value),
]);

const leaksIn = (text: string): readonly string[] => PLANTED.filter((value) => text.includes(value));

const SUM = `export const webhook = "${SECRET}";
export const server = "${KEY}";
${Array.from({ length: 8 }, (_, index) => `// line ${index}\n`).join("")}
export function sum(a, b) {
  return a - b;
}
`;

/** What its tests print and name, a person who debugs prints and names, too. */
const SUM_TEST = `import assert from "node:assert/strict";
import test from "node:test";
import { server, sum, webhook } from "../src/sum.js";

console.log("connecting to postgres://me:${PASSWORD}@db.invalid/shop with", webhook, server);
console.log(${JSON.stringify(Object.values(MORE))}.join(" and "));
console.error("Authorization: Basic " + Buffer.from("me:" + webhook).toString("base64"));

test("signs with ${TOKEN}", () => {
  assert.equal(sum(2, 3), 5, "wrong for " + webhook + " and " + Buffer.from(server).toString("base64"));
});

test("compares", () => {
  assert.deepEqual({ webhook, sum: sum(0, 1) }, { webhook, sum: 1 });
});
`;

const fix = (from: string, to: string): string =>
  `\`\`\`diff
--- a/src/sum.js
+++ b/src/sum.js
@@ -12,3 +12,3 @@
 export function sum(a, b) {
-  return ${from};
+  return ${to};
 }
\`\`\`
`;

/** Its old lines are not there: the reason quotes the file's first lines. */
const UNFIT = `I am called with ${KEY}, that is ${base64(KEY)}, and I read ${TOKEN} and ${encodeURIComponent(TOKEN)}.
\`\`\`diff
--- a/src/sum.js
+++ b/src/sum.js
@@ -3,2 +3,2 @@
 // line 0
-// line one
+// line 1, ${KEY}
\`\`\`
`;

const error = (status: number): ScriptEntry => ({
  kind: "status",
  status,
  body: { error: { code: status, message: `no: Authorization: Bearer ${KEY}`, type: `for ${base64(KEY)}` } },
});

const errorEvent: ScriptEntry = {
  kind: "error event",
  text: `half an answer with ${KEY}`,
  error: { message: `lost ${KEY} and ${TOKEN}` },
};

async function servers(scripts: Readonly<Record<string, ScriptEntry | readonly ScriptEntry[]>>) {
  const started: Record<string, LlamaServer> = {};
  for (const [name, script] of Object.entries(scripts)) {
    const server = await startLlamaServer(script, { contextTokens: 32_768 });
    onTestFinished(() => server.close());
    started[name] = server;
  }
  return started;
}

/** One tier, its models in the order given, all with the same key. */
function project(models: Readonly<Record<string, LlamaServer>>, limits: Readonly<Record<string, number>> = {}) {
  const entries = Object.entries(models).map(
    ([name, { url }]) =>
      `  ${name}: { provider: openai, url: "${url}", api_key_env: MY_SERVER, edit_format: unified-diff }\n`,
  );
  const settings = Object.entries({ attempts: 4, check_seconds: 30, model_seconds: 30, ...limits });
  return sumProject({
    url: "",
    files: {
      "src/sum.js": SUM,
      "test/sum.test.js": SUM_TEST,
      "test/zero.test.js": SUM_TEST.replace("sum(2, 3), 5", "sum(0, 0), 0").replace("signs", "zero"),
      "tasks/T002.md": taskFile("T002", "Never", "**Depends On**: T009\n"),
      "ralph.yaml": `checks: [npm test]\nmodels:\n${entries.join("")}tiers:\n  TIER3: [${Object.keys(models).join(", ")}]\nlimits:\n${settings.map(([name, value]) => `  ${name}: ${value}\n`).join("")}`,
    },
  });
}

/** Every file below, but those that hold secrets by themselves: a repository's own and its work trees'. */
function filesBelow(folder: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const isPlanted = /\/(src|test)\/[a-z]+(\.test)?\.js$/.test(path) || path.includes("/.git/");
    if (entry.isFile() && !isPlanted) files.set(path, readFileSync(path, "latin1"));
  }
  return files;
}

const leakingFiles = (files: ReadonlyMap<string, string>) =>
  [...files].flatMap(([path, text]) => leaksIn(text).map((value) => `${path}: ${value}`));

/** Runs commands one after the other and fails at the first that shows a secret. */
function runner({ root }: SumProject) {
  const cache = temporaryFolder("ralph-cache");
  const env = { ...ENVIRONMENT, XDG_CACHE_HOME: cache };
  const run = async (args: readonly string[], input?: string): Promise<RalphResult> => {
    const result = await ralph(args, { cwd: root, env, ...(input === undefined ? {} : { input }) });
    expect({ args, leaks: [...leaksIn(result.stdout), ...leaksIn(result.stderr)] }).toEqual({ args, leaks: [] });
    return result;
  };
  return { run, cache };
}

/** Every text of every request. */
const promptsOf = (models: Readonly<Record<string, LlamaServer>>): string =>
  Object.values(models)
    .flatMap(({ requests }) => requests.map(({ body }) => body))
    .flatMap(textsIn)
    .join("\n");

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

const runBranch = (sum: SumProject): string =>
  sum.git("for-each-ref", "--format=%(refname:short)", "refs/heads/ralph/run-*");

const FAILING = {
  denies: error(401),
  // An overloaded server is asked again.
  breaks: [error(500), error(404)],
  streams: errorEvent,
};

describe("no secret is left", { timeout: 180_000 }, () => {
  test("by a night with failures, fallback, refused patches and red tests, nor by its replay", async () => {
    const during = new Map<string, string>();
    const models = await servers({
      ...FAILING,
      works: [
        UNFIT,
        fix("a - b", "a * b"),
        () => {
          // In the middle of the run SQLite's log file is there, too.
          for (const [path, text] of filesBelow(join(sum.root, ".ralph"))) during.set(path, text);
          return fix("a * b", "a + b");
        },
      ],
    });
    const sum = project(models);
    const { run, cache } = runner(sum);

    const night = await run(["tdd", "--record", "night.ndjson"]);
    expect(night.stdout).toMatch(/T001 +COMPLETE +3 attempts/);
    const [log, events] = await Promise.all([run(["logs", "T001"]), run(["logs", "--json"])]);
    await Promise.all([run(["status", "--json"]), run(["patch", "show"]), run(["tdd", "--json"])]);
    sum.write({ "tasks/T001.md": taskFile("T001", "Add") });
    sum.git("branch", "-D", runBranch(sum));
    await run(["tdd", "--json", "--replay", "night.ndjson", "--record", "again.ndjson"]);

    // What was planted did come by.
    expect(models.denies?.asks[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
    for (const words of [
      /denies failed, auth: .*\[(redacted|hidden)\]/,
      /breaks failed, overloaded: .*\[(redacted|hidden)\]/,
      /streams failed, bad answer: .*\[(redacted|hidden)\]/,
      /patch refused: not found in src\/sum\.js/,
    ])
      expect(log.stdout).toMatch(words);
    for (const words of [
      "signs with [redacted]",
      "postgres://[redacted]@db.invalid/shop",
      '| export const webhook = \\"[redacted]\\";',
      "I am called with [redacted], that is [redacted], and I read [redacted] and [redacted].",
    ])
      expect(events.stdout).toContain(words);
    expect(promptsOf(models)).toContain('export const webhook = "[redacted]";');
    expect([...during.keys()]).toContain(join(sum.root, ".ralph/ralph.db-wal"));
    const left = filesBelow(sum.root);
    for (const place of [/\/logs\/ralph_/, /\.ralph\/ralph\.db$/, /\.ralph_patches\/T001_/, /night\.nd/, /again\.nd/])
      expect([...left.keys()].filter((path) => place.test(path))).not.toEqual([]);

    expect(leaksIn(promptsOf(models))).toEqual([]);
    for (const files of [during, left, filesBelow(cache)]) expect(leakingFiles(files)).toEqual([]);
    expect(leaksIn(sum.git("log", "--all", "--format=%an %ae %B"))).toEqual([]);
    expect(leaksIn(sum.git("for-each-ref"))).toEqual([]);
    // The person's own file is as it was, but for the fix.
    expect(sum.git("show", `${runBranch(sum)}:src/sum.js`)).toBe(SUM.replace("a - b", "a + b").trimEnd());
  });

  test("by single questions and by looks at what would happen", async () => {
    const models = await servers({ ...FAILING, works: fix("a - b", "a + b") });
    const sum = project(models);
    const { run, cache } = runner(sum);
    const results = await Promise.all([
      run(["llm", "ask"], `What is ${TOKEN}, and what is ${SECRET}?`),
      run(["llm", "ask", "--task", "T001", "--role", "tester"]),
      run(["patch", "get", "T001"]),
      run(["tdd", "--dry-run", "T001"]),
      run(["tdd", "--dry-run", "--json"]),
    ]);
    expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0, 0]);
    expect(results[2]?.stdout).toContain("+  return a + b;");
    expect(results[3]?.stdout).toContain('export const server = "[redacted]";');
    expect((await run(["llm", "check"])).stdout).toMatch(/denies: .*\[(redacted|hidden)\]/);
    await Promise.all([run(["llm", "check", "--json"]), run(["llm", "route", "T001"]), run(["config", "show"])]);
    expect(promptsOf(models)).toContain("What is [redacted], and what is [redacted]?");
    expect(leaksIn(promptsOf(models))).toEqual([]);
    for (const files of [filesBelow(sum.root), filesBelow(cache)]) expect(leakingFiles(files)).toEqual([]);
  });

  test("by an answer that fits nowhere, of which patch get says why", async () => {
    const sum = project(await servers({ works: UNFIT }));
    const { exitCode, stdout, stderr } = await runner(sum).run(["patch", "get", "T001"]);
    expect([exitCode, stdout]).toEqual([1, ""]);
    expect(stderr).toContain('| export const server = "[redacted]";');
  });

  test("by a run that ends because the keys are refused", async () => {
    const models = await servers({ denies: error(401) });
    const sum = project(models, { model_down_seconds: 1 });
    const { run, cache } = runner(sum);
    const { exitCode, stderr } = await run(["tdd"]);
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/401: no: Authorization: Bearer \[/)]);
    for (const files of [filesBelow(sum.root), filesBelow(cache)]) expect(leakingFiles(files)).toEqual([]);
  });
});

describe("a file that holds a secret", { timeout: 120_000 }, () => {
  const head = `export const webhook = "${SECRET}";\nexport const server = "${KEY}";\n`;
  const code = "export function sum(a, b) {\n  return a - b;\n}\n";
  const asShown = 'export const webhook = "[redacted]";\nexport const server = "[redacted]";\n';
  const whole = `src/sum.js\n\`\`\`js\n${asShown}${code.replace("a - b", "a + b")}\`\`\`\n`;

  test("keeps it where a model writes back what it was shown, and can be changed around it", async () => {
    const change = `\`\`\`diff\n--- a/src/sum.js\n+++ b/src/sum.js\n@@ -2,4 +2,4 @@\n export const server = "[redacted]";\n export function sum(a, b) {\n-  return a - b;\n+  return a + b;\n }\n\`\`\`\n`;
    const sum = project(await servers({ works: [whole, change] }));
    sum.commit({ "src/sum.js": head + code });
    const { run } = runner(sum);
    const { stdout } = await run(["tdd"]);
    expect(stdout).toContain(
      'patch refused: malformed in src/sum.js: "export const webhook = "[redacted]";" stands for',
    );
    expect(stdout).toMatch(/T001 +COMPLETE +2 attempts/);
    const fixed = head + code.replace("a - b", "a + b");
    expect(`${sum.git("show", `${runBranch(sum)}:src/sum.js`)}\n`).toBe(fixed);
  });

  test("keeps it where a single answer is asked for, too", async () => {
    const sum = project(await servers({ works: whole }));
    sum.commit({ "src/sum.js": head + code });
    const { exitCode, stdout, stderr } = await runner(sum).run(["patch", "get", "T001"]);
    expect([exitCode, stdout, stderr]).toEqual([1, "", expect.stringContaining("was not shown to you in full")]);
  });
});
