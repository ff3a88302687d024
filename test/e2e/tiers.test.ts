import { describe, expect, onTestFinished, test } from "vitest";
import { type LlamaServer, type ScriptEntry, startLlamaServer } from "../fixtures/servers/llama-server.ts";
import { ralph } from "../support/ralph.ts";
import { GOOD_DIFF, type SumProject, sumProject, taskFile } from "../support/sum-project.ts";

const TIERS = ["TIER1", "TIER2", "TIER3"] as const;
const NO_PLACE = GOOD_DIFF.replace("return a - b", "return a * b");

async function serve(script: ScriptEntry | readonly ScriptEntry[]): Promise<LlamaServer> {
  const server = await startLlamaServer(script);
  onTestFinished(() => server.close());
  return server;
}

async function deadUrl(): Promise<string> {
  const server = await startLlamaServer("x");
  await server.close();
  return server.url;
}

const openai = (url: string): string => `{ provider: openai, url: "${url}" }`;

interface Models {
  readonly [name: string]: string;
}

/** One model for each tier, in the order of TIERS. */
function tieredProject(models: Models, files: Readonly<Record<string, string>> = {}): SumProject {
  const names = Object.keys(models);
  const yaml = [
    "checks: [npm test]",
    "models:",
    ...Object.entries(models).map(([name, model]) => `  ${name}: ${model}`),
    "tiers:",
    ...TIERS.map((tier, at) => `  ${tier}: [${names[at] ?? names.at(-1)}]`),
    "limits: { attempts: 6, model_seconds: 20, model_idle_seconds: 10, model_down_seconds: 1 }",
  ];
  return sumProject({ url: "http://127.0.0.1:9/v1", files: { "ralph.yaml": `${yaml.join("\n")}\n`, ...files } });
}

const inTier = (id: string, tier: string): string => taskFile(id, `Mend sum ${id}`, `**Tier**: ${tier}\n`);

describe("models that do not answer", () => {
  test("in all three tiers: each is named with what was tried and the cure, and every task stays PENDING", async () => {
    const url = await deadUrl();
    const sum = tieredProject(
      {
        opus: "{ provider: claude, program: no-such-claude }",
        glm: "{ provider: opencode, model: zai/glm, program: no-such-opencode }",
        local: openai(url),
      },
      Object.fromEntries(TIERS.map((tier, at) => [`tasks/T00${at + 1}.md`, inTier(`T00${at + 1}`, tier)])),
    );
    const before = sum.snapshot();
    const { exitCode, stderr } = await ralph(["tdd"], { cwd: sum.root });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("No model of TIER1, TIER2, TIER3 answers:");
    expect(stderr).toMatch(/opus \(no-such-claude[^)]*\): .*no-such-claude/);
    expect(stderr).toMatch(/glm \([^)]*zai\/glm\): .*no-such-opencode/);
    expect(stderr).toContain(`local (${url}): ${url} cannot be reached`);
    for (const cure of [/npm install -g @anthropic-ai\/claude-code/, /opencode-ai/, /llama-server -m/])
      expect(stderr).toMatch(cure);
    for (const id of ["T001", "T002", "T003"]) expect(sum.statusBlock(id)).toBe("STATUS: PENDING\n");
    expect(sum.snapshot()).toEqual(before);
  });

  test("in one tier: the others' tasks are done, its own stay PENDING, and the exit code says set-up", async () => {
    const live = await serve(GOOD_DIFF);
    const url = await deadUrl();
    const sum = tieredProject(
      { big: openai(url), middle: openai(live.url), small: openai(live.url) },
      { "tasks/T001.md": inTier("T001", "TIER3"), "tasks/T002.md": inTier("T002", "TIER1") },
    );
    const { exitCode, stderr, stdout } = await ralph(["tdd", "--plain"], { cwd: sum.root });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("no model of TIER1 answers now; tasks of that tier wait");
    expect(stderr).toMatch(/No model of TIER1 answers:\n {2}big: .* cannot be reached[\s\S]*llama-server -m/);
    expect(stdout).toMatch(/T001 {2}COMPLETE/);
    expect(stdout).toMatch(/T002 {2}PENDING/);
    expect(sum.statusBlock("T001")).toMatch(/^STATUS: COMPLETE/);
    expect(sum.statusBlock("T002")).toMatch(/^STATUS: PENDING/);
  });
});

describe("which model works on a task", () => {
  test("is the next stronger one after the same failure twice, and the log says so", async () => {
    const [small, big] = [await serve(NO_PLACE), await serve(GOOD_DIFF)];
    const sum = tieredProject({ big: openai(big.url), middle: openai(big.url), small: openai(small.url) });
    const { exitCode, stdout } = await ralph(["tdd", "--plain"], { cwd: sum.root });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /T001 goes from TIER3 up to TIER2: 2 attempts in a row failed in the same way: patch rejected/,
    );
    expect([small.asks.length, big.asks.length]).toEqual([2, 1]);
    expect(sum.statusBlock()).toMatch(/ATTEMPTS: 3\nMODEL: middle\n/);

    const stats = await ralph(["llm", "stats"], { cwd: sum.root });
    expect(stats.stdout).toMatch(/small +2 +0 +0 /);
    expect(stats.stdout).toMatch(/middle +1 +0 +1 /);
    expect(stats.stdout).toMatch(/small +search-replace \+ grammar +2 +0 % +0 %/);
    const json = await ralph(["llm", "stats", "--json"], { cwd: sum.root });
    expect(JSON.parse(json.stdout)).toMatchObject([
      { model: "small", replies: 2, completed: 0 },
      { model: "middle", replies: 1, completed: 1 },
    ]);
  });

  test("is that of the tier named in the call", async () => {
    const [small, big] = [await serve(NO_PLACE), await serve(GOOD_DIFF)];
    const sum = tieredProject({ big: openai(big.url), middle: openai(small.url), small: openai(small.url) });
    const { exitCode } = await ralph(["tdd", "--tier", "tier1"], { cwd: sum.root });
    expect([exitCode, small.asks.length, big.asks.length]).toEqual([0, 0, 1]);
    const wrong = await ralph(["tdd", "--tier", "TIER9"], { cwd: sum.root });
    expect([wrong.exitCode, wrong.stderr]).toEqual([
      2,
      expect.stringMatching(/no tier TIER9[\s\S]*TIER1, TIER2, TIER3/),
    ]);
  });

  test("is told in one line, with the reason, and no question is asked", async () => {
    const live = await serve(GOOD_DIFF);
    const sum = tieredProject(
      { big: openai(await deadUrl()), middle: openai(live.url), small: openai(live.url) },
      { "tasks/T002.md": inTier("T002", "TIER1") },
    );
    const first = await ralph(["llm", "route", "T001"], { cwd: sum.root });
    expect([first.exitCode, first.stdout]).toEqual([
      0,
      "T001: small of TIER3 (measured as simple: 1 file, 4 lines, 1 language, P1)\n",
    ]);
    const dead = await ralph(["llm", "route", "T002"], { cwd: sum.root });
    expect(dead.exitCode).toBe(1);
    expect(dead.stdout).toMatch(/^T002: no live model of TIER1 \(the task names it; big is down: .*\)\n$/);
    expect(live.asks).toHaveLength(0);
  });
});

describe("a question by hand", () => {
  test("is answered on standard output, by the model that is named", async () => {
    const [small, big] = [await serve("from small"), await serve("from big")];
    const sum = tieredProject({ big: openai(big.url), middle: openai(small.url), small: openai(small.url) });
    const call = { cwd: sum.root, input: "What is a lease?\n" };
    expect((await ralph(["llm", "ask"], call)).stdout).toBe("from small\n");
    expect((await ralph(["llm", "ask", "--tier", "TIER1"], call)).stdout).toBe("from big\n");
    expect((await ralph(["llm", "ask", "--model", "big"], call)).stdout).toBe("from big\n");
    expect(JSON.stringify(small.asks[0]?.body)).toContain("What is a lease?");
    const empty = await ralph(["llm", "ask"], { cwd: sum.root, input: " \n" });
    expect([empty.exitCode, empty.stderr]).toEqual([2, expect.stringContaining("There is no question")]);
    const unknown = await ralph(["llm", "ask", "--model", "huge"], call);
    expect([unknown.exitCode, unknown.stderr]).toEqual([2, expect.stringMatching(/huge[\s\S]*big, middle, small/)]);
  });

  test("can be that of a role for a task", async () => {
    const server = await serve("VERDICT: NO");
    const sum = tieredProject({ big: openai(server.url) });
    const { stdout } = await ralph(["llm", "ask", "--task", "T001", "--role", "verifier"], { cwd: sum.root });
    expect(stdout).toBe("VERDICT: NO\n");
    const body = JSON.stringify(server.asks[0]?.body);
    expect(body).toContain("Your role: verifier");
    expect(body).toContain("return a - b;");
  });
});
