import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { configSchemaCommand, configShowCommand } from "../../src/commands/config.ts";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "ralph-config-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function show(options: { readonly json?: boolean; readonly env?: Readonly<Record<string, string>> } = {}): string {
  let output = "";
  const { json = false, env = {} } = options;
  const code = configShowCommand({ root, env, home: "/home/ada", json }, { write: (text) => (output += text) });
  expect(code).toBe(0);
  return output;
}

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | false;
}

describe("ralph config schema", () => {
  function printed(): Schema {
    let output = "";
    configSchemaCommand({ write: (text) => (output += text) });
    return JSON.parse(output) as Schema;
  }

  test("describes every key", () => {
    const undescribed = (part: Schema): readonly string[] =>
      Object.entries(part.properties ?? {}).flatMap(([name, inner]) => [
        ...(inner.description === undefined ? [name] : []),
        ...undescribed(inner),
      ]);
    expect(Object.keys(printed().properties ?? {})).toContain("limits");
    expect(undescribed(printed())).toEqual([]);
  });

  test("allows no other keys", () => {
    expect(printed().additionalProperties).toBe(false);
    expect(printed().properties?.limits?.additionalProperties).toBe(false);
  });
});

describe("ralph config show", () => {
  test("prints each setting with the file's line, the variable or the default that it came from", () => {
    writeFileSync(join(root, "ralph.yaml"), "checks: [npm test]\nlimits:\n  attempts: 3\n");
    const output = show({ env: { MAX_TOKENS: "77", LLM_URL: "http://h:1/v1/completions" } });
    expect(output).toContain("# ralph.yaml:1\nchecks:\n  - npm test\n");
    expect(output).toContain("  attempts: 3 # ralph.yaml:3\n");
    expect(output).toContain("    max_tokens: 77 # MAX_TOKENS\n");
    expect(output).toContain("    url: http://h:1/v1 # LLM_URL\n");
    expect(output).toContain("tasks: tasks # default\n");
  });

  test("prints what ralph.yaml could say instead", () => {
    const text = "tiers: {A: [local]}\nblocked: {add: [a/**]}\nmodels: {local: {provider: openai, url: http://h/v1}}\n";
    writeFileSync(join(root, "ralph.yaml"), text);
    const output = show();
    writeFileSync(join(root, "ralph.yaml"), output);
    expect(parse(show())).toEqual(parse(output));
  });

  test("prints the same as JSON", () => {
    const { settings, origins } = JSON.parse(show({ json: true, env: { MAX_ITERATIONS: "4" } })) as Record<
      string,
      object
    >;
    expect(settings).toEqual(parse(show({ env: { MAX_ITERATIONS: "4" } })));
    expect(origins).toMatchObject({ "limits.attempts": "MAX_ITERATIONS", tasks: "default", "tiers.TIER3": "default" });
  });

  test("says which variables do nothing", () => {
    writeFileSync(join(root, "ralph.yaml"), "models: {recorded: {provider: replay, file: a.ndjson}}\n");
    expect(show({ env: { LLM_MODEL: "qwen" } })).toContain("# LLM_MODEL is set but does nothing");
  });

  test("hides secrets that stand in a command", () => {
    writeFileSync(
      join(root, "ralph.yaml"),
      "checks: ['API=planted-secret npm test', 'curl -H sk-abcdefghijklmnop1234']\n",
    );
    const output = show({ env: { SOME_API_KEY: "planted-secret" } });
    expect(output).toContain("npm test");
    expect(output).not.toMatch(/planted-secret|sk-abc/);
  });
});
