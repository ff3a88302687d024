import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, type Metafile } from "esbuild";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { loadConfig, loadConfigOrDefaults } from "../../src/app/config.ts";
import type { Config } from "../../src/app/config-resolve.ts";
import { isRalphError } from "../../src/core/error.ts";

const HOME = "/home/ada";
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "ralph-config-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const cacheFile = (): string => join(root, ".ralph", "config-cache.json");

/** Makes visible that an answer came from the cache. */
const plant = (attempts: number): void =>
  writeFileSync(cacheFile(), readFileSync(cacheFile(), "utf8").replace(/"attempts":\d+/, `"attempts":${attempts}`));

type Env = Readonly<Record<string, string>>;

function load(text: string, env: Env = {}): Promise<Config> {
  writeFileSync(join(root, "ralph.yaml"), text);
  return loadConfig({ root, env, home: HOME });
}

async function messageOf(text: string, env: Env = {}): Promise<string> {
  const failure: unknown = await load(text, env).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!isRalphError(failure)) throw new Error(`expected a RalphError, got ${String(failure)}`);
  return failure.message;
}

const problemsOf = async (text: string, env: Env = {}): Promise<readonly string[]> =>
  (await messageOf(text, env)).split("\n  ").slice(1);

describe("without a ralph.yaml", () => {
  test("a command that needs one is refused with the folder", async () => {
    await expect(loadConfig({ root, env: {}, home: HOME })).rejects.toMatchObject({
      code: "NO_CONFIG",
      details: { path: root },
    });
  });

  test("other commands work with defaults and the environment, and leave nothing behind", async () => {
    const config = await loadConfigOrDefaults({ root, env: { LLM_MODEL: "qwen" }, home: HOME });
    expect(config).toMatchObject({
      root,
      tasks: join(root, "tasks"),
      patches: join(root, ".ralph_patches"),
      link: ["node_modules"],
      checks: [],
      models: { local: { provider: "openai", url: "http://127.0.0.1:8000/v1", model: "qwen", maxTokens: 8000 } },
      tiers: {
        TIER1: ["opus", "glm", "deepseek"],
        TIER2: ["glm", "minimax", "local"],
        TIER3: ["local", "deepseek", "minimax"],
      },
      limits: { attempts: 15, taskMs: 600_000, maxFilesPerTask: 20, maxLocPerTask: 500 },
      branchPrefix: "ralph/run-",
      leaseMs: 60_000,
    });
    expect(config.limits.runMs).toBeUndefined();
    expect(existsSync(join(root, ".ralph"))).toBe(false);
  });
});

describe("what ralph.yaml says", () => {
  test("an empty file, and keys without a value, mean the defaults", async () => {
    const defaults = await loadConfigOrDefaults({ root, env: {}, home: HOME });
    expect(await load("")).toEqual(defaults);
    expect(await load("# nothing\n")).toEqual(defaults);
    expect(await load("checks:\nlimits:\n  attempts:\nmodels:\n")).toEqual(defaults);
  });

  test.each([
    ["90", 90_000],
    ["0.5", 500],
    ['"90"', 90_000],
    ["90s", 90_000],
    ["10m", 600_000],
    ["1h30m", 5_400_000],
    ["1d", 86_400_000],
    ["1000d", 2 ** 31 - 1],
  ])("a duration of %s is %d milliseconds", async (written, ms) => {
    expect((await load(`limits: {task_seconds: ${written}}`)).limits.taskMs).toBe(ms);
  });

  test("checks are commands with a name and a time limit", async () => {
    const { checks } = await load(
      "limits: {check_seconds: 1m}\nchecks:\n  - npm test\n  - {name: e2e, command: npx playwright test, timeout: 10m}\n",
    );
    expect(checks).toEqual([
      { name: "npm test", command: "npm test", timeoutMs: 60_000 },
      { name: "e2e", command: "npx playwright test", timeoutMs: 600_000 },
    ]);
  });

  test("paths become absolute, a leading ~ is the home folder", async () => {
    const config = await load(
      "tasks: plan/tasks\nworktrees: ~/trees\nmodels: {r: {provider: replay, file: answers.ndjson}}",
    );
    expect(config.tasks).toBe(join(root, "plan/tasks"));
    expect(config.worktrees).toBe("/home/ada/trees");
    expect(config.models.r).toEqual({ provider: "replay", file: join(root, "answers.ndjson") });
  });

  test("work trees lie in the cache folder, one folder for each repository", async () => {
    const inHome = await load("");
    const inCache = await load("", { XDG_CACHE_HOME: "/var/cache/ada" });
    const ignored = await load("", { XDG_CACHE_HOME: "relative" });
    expect(inHome.worktrees).toMatch(/^\/home\/ada\/\.cache\/ralph\/ralph-config-\w+-[0-9a-f]{8}$/);
    expect(inCache.worktrees).toMatch(/^\/var\/cache\/ada\/ralph\//);
    expect(ignored.worktrees).toBe(inHome.worktrees);
  });

  test("without tiers all models are tried in the order in which they are written", async () => {
    const config = await load(
      "models:\n  b: {provider: openai, url: http://h/v1}\n  a: {provider: openai, url: http://h/v1}\n",
    );
    expect(config.tiers).toEqual({ TIER3: ["b", "a"] });
  });

  test("a tier for tasks that name none is only there where it is named", async () => {
    expect((await load("tiers: {TIER1: [local], TIER2: [local]}")).defaultTier).toBeUndefined();
    expect((await load("tiers: {TIER1: [local], TIER2: [local]}\ndefault_tier: TIER1")).defaultTier).toBe("TIER1");
  });

  test.each([
    ["http://127.0.0.1:8000", "http://127.0.0.1:8000/v1"],
    ["http://127.0.0.1:8000/", "http://127.0.0.1:8000/v1"],
    ["http://127.0.0.1:8000/v1/", "http://127.0.0.1:8000/v1"],
    ["http://127.0.0.1:8000/completions", "http://127.0.0.1:8000/v1"],
    ["http://127.0.0.1:8000/v1/completions", "http://127.0.0.1:8000/v1"],
    ["http://127.0.0.1:8000/v1/chat/completions", "http://127.0.0.1:8000/v1"],
    ["https://host/api/paas/v4/chat/completions", "https://host/api/paas/v4"],
  ])("the address %s is the base address %s, in the file and in LLM_URL", async (written, url) => {
    const fromFile = await load(`models: {local: {provider: openai, url: "${written}"}}`);
    const fromVariable = await load("", { LLM_URL: written });
    expect(fromFile.models.local).toMatchObject({ url });
    expect(fromVariable.models.local).toMatchObject({ url });
  });

  test("nobody can change the settings afterwards", async () => {
    const config = await load("");
    expect(() => Object.assign(config.limits, { attempts: 1 })).toThrow(TypeError);
    expect(() => Object.assign(config.models.local ?? {}, { url: "" })).toThrow(TypeError);
  });
});

describe("the environment", () => {
  test("goes over the file", async () => {
    const text =
      "limits: {attempts: 3, task_seconds: 5}\nmodels: {local: {provider: openai, url: http://h/v1, max_tokens: 5}}";
    const env = {
      LLM_URL: "http://g:1/v1",
      LLM_MODEL: "m",
      MAX_TOKENS: "77",
      MAX_ITERATIONS: "4",
      MAX_WAIT_SECONDS: "6",
    };
    const config = await load(text, env);
    expect(config.models.local).toMatchObject({ url: "http://g:1/v1", model: "m", maxTokens: 77 });
    expect(config.limits).toMatchObject({ attempts: 4, taskMs: 6000 });
  });

  test("an empty variable is none", async () => {
    expect((await load("", { MAX_ITERATIONS: " ", LLM_URL: "" })).limits.attempts).toBe(15);
  });

  test("a server's variables do nothing where local is no server", async () => {
    const config = await load("models: {local: {provider: replay, file: a.ndjson}}", {
      LLM_URL: "http://h/v1",
      MAX_TOKENS: "5",
    });
    expect(config.models).toEqual({ local: { provider: "replay", file: join(root, "a.ndjson") } });
  });

  test.each([
    ["MAX_ITERATIONS", "abc", 'MAX_ITERATIONS: expected a number, found "abc"'],
    ["MAX_ITERATIONS", "0", "MAX_ITERATIONS: expected a number of at least 1, found 0"],
    ["MAX_ITERATIONS", "1.5", "MAX_ITERATIONS: expected a whole number, found 1.5"],
    ["MAX_TOKENS", "many", 'MAX_TOKENS: expected a number, found "many"'],
    ["MAX_WAIT_SECONDS", "-1", "MAX_WAIT_SECONDS: expected a number above 0, found -1"],
  ])("%s=%s is reported under the variable's name", async (name, value, problem) => {
    expect(await messageOf("", { [name]: value })).toBe(
      `The environment has settings that cannot be used:\n  ${problem}`,
    );
  });
});

describe("what is wrong with ralph.yaml", () => {
  test.each<[string, string, string]>([
    ["an unknown key", "taks: x", "ralph.yaml:1: taks: unknown key; did you mean tasks?"],
    [
      "an unknown key deep down",
      "limits:\n  atempts: 3",
      "ralph.yaml:2: limits.atempts: unknown key; did you mean attempts?",
    ],
    [
      "camelCase",
      "limits:\n\n  maxFilesPerTask: 3",
      "ralph.yaml:3: limits.maxFilesPerTask: unknown key; did you mean max_files_per_task?",
    ],
    ["an unknown key without a value", "taks:", "ralph.yaml:1: taks: unknown key; did you mean tasks?"],
    [
      "a key like no other",
      "blocked: {everything: []}",
      "ralph.yaml:1: blocked.everything: unknown key; known here: add, remove",
    ],
    [
      "a key of another provider",
      "models:\n  a: {provider: replay, file: f, ulr: x}",
      "ralph.yaml:2: models.a.ulr: unknown key; known here: provider, file",
    ],
    ["a wrong type", "tasks: 3", "ralph.yaml:1: tasks: expected a text, found 3"],
    [
      "a wrong type in a list",
      "link:\n  - a\n  - b: 1",
      "ralph.yaml:3: link[1]: expected a text, found settings with the keys b",
    ],
    ["text for a list", "checks: npm test", 'ralph.yaml:1: checks: expected a list, found "npm test"'],
    ["a list for settings", "limits: []", "ralph.yaml:1: limits: expected settings (key: value), found an empty list"],
    [
      "a check that is neither",
      "checks: [3]",
      "ralph.yaml:1: checks[0]: expected a text or settings (key: value), found 3",
    ],
    ["an empty check", "checks: ['']", 'ralph.yaml:1: checks[0]: expected a text that is not empty, found ""'],
    ["a check without command", "checks: [{name: a}]", "ralph.yaml:1: checks[0].command: missing; expected a text"],
    [
      "a number too small",
      "limits: {attempts: 0}",
      "ralph.yaml:1: limits.attempts: expected a number of at least 1, found 0",
    ],
    [
      "a number too large",
      "models: {a: {provider: openai, url: http://h, temperature: 3}}",
      "ralph.yaml:1: models.a.temperature: expected a number of at most 2, found 3",
    ],
    ["half an attempt", "limits: {attempts: 0.5}", "ralph.yaml:1: limits.attempts: expected a whole number, found 0.5"],
    [
      "a duration",
      "lease_seconds: soon",
      'ralph.yaml:1: lease_seconds: expected seconds, or a text such as "90s", "10m" or "1h30m", found "soon"',
    ],
    [
      "no time at all",
      "lease_seconds: 0s",
      'ralph.yaml:1: lease_seconds: expected seconds, or a text such as "90s", "10m" or "1h30m", found "0s"',
    ],
    [
      "a provider",
      "models: {a: {provider: opnai}}",
      'ralph.yaml:1: models.a.provider: expected openai, claude, opencode or replay, found "opnai"',
    ],
    [
      "a missing provider",
      "models:\n  a: {}",
      "ralph.yaml:2: models.a.provider: missing; expected openai, claude, opencode or replay",
    ],
    [
      "a model's name",
      "models: {a b: {provider: replay, file: f}}",
      'ralph.yaml:1: models.a b: expected a name of letters, digits and . _ : / -, found "a b"',
    ],
    ["no model at all", "models: {}", "ralph.yaml:1: models: expected at least one model, found none"],
    [
      "a tier's model",
      "tiers: {T: [lokal]}",
      "ralph.yaml:1: tiers.T[0]: no model lokal is under models; did you mean local?",
    ],
    ["an empty tier", "tiers: {T: []}", "ralph.yaml:1: tiers.T: expected a list of at least 1, found an empty list"],
    [
      "the default tier",
      "tiers:\n  T: [local]\ndefault_tier: X",
      "ralph.yaml:3: default_tier: no tier X is under tiers; there are: T",
    ],
    [
      "two checks of one name",
      "checks:\n  - a\n  - {name: a, command: b}",
      "ralph.yaml:3: checks[1]: has the same name as checks[0]: a",
    ],
    [
      "a folder outside",
      "tasks: ../tasks",
      'ralph.yaml:1: tasks: expected a path inside the repository, relative to its top level, found "../tasks"',
    ],
    [
      "an absolute folder",
      "logs: /var/log",
      'ralph.yaml:1: logs: expected a path inside the repository, relative to its top level, found "/var/log"',
    ],
    [
      "git's own folder",
      "link: [.git]",
      'ralph.yaml:1: link[0]: expected a path inside the repository, relative to its top level, found ".git"',
    ],
    [
      "the repository itself",
      "link: [./]",
      'ralph.yaml:1: link[0]: expected a path inside the repository, relative to its top level, found "./"',
    ],
    ["a branch", "branch: a..b", 'ralph.yaml:1: branch: expected the beginning of a branch name, found "a..b"'],
    ["a list at the top", "- a", "ralph.yaml:1: expected settings (key: value), found a list"],
    ["text at the top", "hello", 'ralph.yaml:1: expected settings (key: value), found "hello"'],
  ])("%s is reported with its line", async (_, text, problem) => {
    expect(await problemsOf(text)).toEqual([problem]);
  });

  test("all problems come at once, in the order of the lines, the environment's last", async () => {
    const text = "taks: x\ntiers:\n  T: [loca]\nlimits:\n  attempts: many\nlogs: 1\n";
    expect(await problemsOf(text, { MAX_TOKENS: "x" })).toEqual([
      "ralph.yaml:1: taks: unknown key; did you mean tasks?",
      "ralph.yaml:3: tiers.T[0]: no model loca is under models; did you mean local?",
      'ralph.yaml:5: limits.attempts: expected a number, found "many"',
      "ralph.yaml:6: logs: expected a text, found 1",
      'MAX_TOKENS: expected a number, found "x"',
    ]);
  });

  test.each([
    ["a: [1\nb: 2\n", /^ralph\.yaml:2:1: .*flow sequence/i],
    ["tasks: a\ntasks: b\n", /^ralph\.yaml:2:1: .*unique/],
    ["tasks: *nowhere\n", /^ralph\.yaml:1:1: .*nowhere/],
  ])("a fault of the YAML itself has line, column and reason: %j", async (text, problem) => {
    const [first] = await problemsOf(text);
    expect(first).toMatch(problem);
  });

  test.each([
    ["models: {local: {provider: openai, url: 'http://ada:hunter22@h/v1'}}", {}],
    ["models: {local: {provider: openai, url: 'http://h/v1?key=hunter22'}}", {}],
    ["models: {local: {provider: openai, url: http://h, api_key_env: sk-hunter22}}", {}],
    ["models: {local: {provider: openai, url: http://h, api_key: hunter22}}", {}],
    ["", { LLM_URL: "http://ada:hunter22@h/v1" }],
  ])("a secret in a wrong place is refused and not repeated: %j", async (text, env) => {
    expect(await messageOf(text, env)).not.toContain("hunter22");
    expect(existsSync(join(root, ".ralph"))).toBe(false);
  });

  test("a folder of that name is reported as unreadable", async () => {
    mkdirSync(join(root, "ralph.yaml"));
    await expect(loadConfig({ root, env: {}, home: HOME })).rejects.toMatchObject({ code: "READ_FAILED" });
  });

  test("whatever is written, the answer is settings or a message", async () => {
    const keys = fc.constantFrom(
      "tasks",
      "checks",
      "models",
      "tiers",
      "limits",
      "link",
      "blocked",
      "default_tier",
      "x",
    );
    const document = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom("a", ":", " ", "\n", "-", "[", "{", "&", "*", "!", "|", "?", "'", '"', "\t") }),
      fc.dictionary(keys, fc.jsonValue()).map((value) => stringify(value)),
    );
    await fc.assert(
      fc.asyncProperty(document, async (text) => {
        const answer = await load(text).catch((error: unknown) => error);
        expect(isRalphError(answer, "CONFIG_INVALID") || Object.isFrozen(answer)).toBe(true);
      }),
    );
  });
});

describe("the cache", () => {
  test("answers as long as text and variables are the same, and is frozen too", async () => {
    await load("tasks: a");
    plant(99);
    const config = await load("tasks: a", { UNRELATED: "x" });
    expect(config.limits.attempts).toBe(99);
    expect(() => Object.assign(config, { tasks: "b" })).toThrow(TypeError);
  });

  test.each<[string, string, Env]>([
    ["the text", "tasks: a # other", {}],
    ["a variable of a model", "tasks: a", { LLM_MODEL: "m" }],
    ["the cache folder", "tasks: a", { XDG_CACHE_HOME: "/c" }],
  ])("does not answer when %s has changed", async (_, text, env) => {
    await load("tasks: a");
    plant(99);
    expect((await load(text, env)).limits.attempts).toBe(15);
  });

  test.each(["", "null", "[]", '{"key":', '"text"', "\0"])("is ignored and replaced when it holds %j", async (junk) => {
    const config = await load("tasks: a");
    writeFileSync(cacheFile(), junk);
    expect(await load("tasks: a")).toEqual(config);
    expect(JSON.parse(readFileSync(cacheFile(), "utf8"))).toMatchObject({ config });
  });

  test("that cannot be written fails nothing", async () => {
    writeFileSync(join(root, ".ralph"), "a file where the folder should be");
    expect((await load("tasks: a")).tasks).toBe(join(root, "a"));
  });

  test("keeps its folder out of git", async () => {
    await load("tasks: a");
    expect(readFileSync(join(root, ".ralph", ".gitignore"), "utf8")).toBe("*\n");
  });

  test("needs neither the YAML parser nor the validator", async () => {
    const { metafile } = await build({
      entryPoints: ["src/app/config.ts"],
      bundle: true,
      splitting: true,
      write: false,
      metafile: true,
      format: "esm",
      platform: "node",
      outdir: "out",
    });
    const inputs = staticInputs(metafile, "out/config.js");
    expect(inputs).toContain("src/app/config-cache.ts");
    expect(inputs.filter((path) => path.includes("node_modules") || path.includes("schema"))).toEqual([]);
  });
});

/** Source files that are loaded with a chunk, as long as nothing is imported dynamically. */
function staticInputs(metafile: Metafile, chunk: string): readonly string[] {
  const output = metafile.outputs[chunk];
  if (output === undefined) return [];
  const imported = output.imports.filter(({ kind }) => kind === "import-statement").map(({ path }) => path);
  return [...Object.keys(output.inputs), ...imported.flatMap((path) => staticInputs(metafile, path))];
}
