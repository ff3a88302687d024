import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { configText, opencodeEnvironment, splitModel } from "../../../src/model/opencode/config.ts";

const OPTIONS = { model: "zai/glm-4.6", outputTokens: 8_000 };
const PROVIDER = { url: "http://127.0.0.1:8080/v1", apiKey: "planted-key-0123456789", contextTokens: 32_000 };
const PLACE = { configFile: "/state/opencode-1.json", stateFolder: "/state" };

test.each([
  ["zai/glm-4.6", { providerID: "zai", modelID: "glm-4.6" }],
  ["openrouter/z-ai/glm-4.6", { providerID: "openrouter", modelID: "z-ai/glm-4.6" }],
  ["glm", { providerID: "glm", modelID: "" }],
])("a model named %s is split at its first slash", (model, parts) => {
  expect(splitModel(model)).toEqual(parts);
});

describe("the config file", () => {
  test("defines the provider that is given, without its key", () => {
    const text = configText({ ...OPTIONS, provider: PROVIDER, contextTokens: 16_000 }, "You mend programs.");
    expect(JSON.parse(text)).toMatchObject({
      provider: {
        zai: {
          npm: "@ai-sdk/openai-compatible",
          env: ["RALPH_OPENCODE_KEY"],
          options: { baseURL: PROVIDER.url },
          models: { "glm-4.6": { limit: { context: 16_000, output: 8_000 } } },
        },
      },
    });
    expect(text).not.toContain(PROVIDER.apiKey);
  });

  test("takes the context of the provider where the model has none of its own", () => {
    const config: unknown = JSON.parse(configText({ ...OPTIONS, provider: PROVIDER }, ""));
    expect(config).toHaveProperty(["provider", "zai", "models", "glm-4.6", "limit", "context"], 32_000);
  });

  test("defines no provider where opencode is to use its own", () => {
    expect(JSON.parse(configText(OPTIONS, ""))).not.toHaveProperty("provider");
  });

  test("holds any system prompt as it is, and nothing that opencode would put a variable or a file in place of", () => {
    const piece = fc.oneof(fc.constantFrom("{env:HOME}", "{file:~/.ssh/id_rsa}", "{", "\\", '"', "\n"), fc.string());
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const system = pieces.join("");
        const text = configText(OPTIONS, system);
        expect(text).not.toMatch(/\{(?:env|file):/);
        expect(JSON.parse(text)).toHaveProperty(["agent", "ralph-patch", "prompt"], system);
      }),
    );
  });
});

describe("the environment", () => {
  test("keeps the person's login and config where no provider is given", () => {
    const env = opencodeEnvironment({ ...OPTIONS, ...PLACE });
    expect(Object.keys(env).filter((name) => /^XDG_|^HOME$|DEFAULT_PLUGINS|KEY/.test(name))).toEqual([]);
    expect(env).toMatchObject({ OPENCODE_CONFIG: "/state/opencode-1.json", OPENCODE_DB: ":memory:" });
  });

  test("keeps opencode in the private folder where a provider is given, and hands it the key", () => {
    expect(opencodeEnvironment({ ...OPTIONS, ...PLACE, provider: PROVIDER })).toMatchObject({
      XDG_CONFIG_HOME: "/state/config",
      XDG_DATA_HOME: "/state/data",
      RALPH_OPENCODE_KEY: PROVIDER.apiKey,
      OPENCODE_EXPERIMENTAL_OUTPUT_TOKEN_MAX: "8000",
    });
  });

  test("has the last word of whoever configures the model", () => {
    expect(opencodeEnvironment({ ...OPTIONS, ...PLACE, env: { OPENCODE_DB: "x.db" } })).toMatchObject({
      OPENCODE_DB: "x.db",
    });
  });
});
