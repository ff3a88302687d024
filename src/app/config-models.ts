/** What may stand under `models` in ralph.yaml, each with its meaning. */
import { z } from "zod";

const atLeastOne = z.int().min(1);
const nonEmpty = z.string().trim().min(1, { error: "a text that is not empty" });
const price = z.number().nonnegative();

/** An address with a password, a query or a fragment in it would carry a secret into logs; the value is never shown. */
const serverUrl = z
  .url({ protocol: /^https?$/, error: 'an address such as "http://127.0.0.1:8000/v1"', abort: true })
  .refine((url) => isPlainUrl(url), {
    error: "an address without password, ? or #; name a key's variable in api_key_env",
  });

function isPlainUrl(text: string): boolean {
  const url = new URL(text);
  return url.username === "" && url.password === "" && url.search === "" && url.hash === "";
}

const apiKeyEnv = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: "the name of an environment variable that holds the key, not the key" })
  .optional()
  .describe("The environment variable that holds the key; the key itself never stands here.")
  .meta({ examples: ["MY_SERVER_KEY"] });

/** What every model may have that writes answers of its own. */
const common = {
  max_tokens: atLeastOne.default(8_000).describe("Longest reply."),
  context: atLeastOne
    .optional()
    .describe("Context window in tokens, where the server does not tell it.")
    .meta({ examples: [65_536] }),
  edit_format: z
    .enum(["unified-diff", "search-replace", "whole"])
    .optional()
    .describe("How it is asked to write changes; left out: what it writes best here, see `ralph llm stats`.")
    .meta({ examples: ["search-replace"] }),
  price: z
    .strictObject({
      input: price.describe("A million tokens of prompts."),
      cached_input: price.optional().describe("Those of them that came from the cache; left out: the same."),
      output: price.describe("A million tokens of replies."),
    })
    .optional()
    .describe("US dollars, where the model does not tell what it costs; left out: none.")
    .meta({ examples: [{ input: 0.6, output: 2.2 }] }),
};

const openaiModel = z.strictObject({
  provider: z
    .literal("openai")
    .describe("Any server that speaks OpenAI's chat protocol: llama-server, vLLM, a paid one."),
  url: serverUrl.describe("Its base address, with /v1."),
  model: nonEmpty
    .optional()
    .describe("Which of the server's models; left out: the one it has loaded.")
    .meta({ examples: ["qwen3-coder-30b"] }),
  api_key_env: apiKeyEnv,
  ...common,
  temperature: z
    .number()
    .min(0)
    .max(2)
    .optional()
    .describe("Left out: the server's own.")
    .meta({ examples: [0.2] }),
  api: z
    .enum(["chat", "completions"])
    .default("chat")
    .describe("Which API is asked: completions goes past the server's chat template, for models that have none."),
  grammar: z
    .boolean()
    .optional()
    .describe("Bind replies to the task's files, for llama-server; left out: where it takes that and nothing is lost.")
    .meta({ examples: [true] }),
  command: nonEmpty
    .optional()
    .describe("How `ralph llm start` starts this server; run without a shell.")
    .meta({ examples: ["llama-server -m models/qwen3-coder-30b.gguf --port 8000 -c 65536 -ngl 99"] }),
});

const claudeModel = z.strictObject({
  provider: z.literal("claude").describe("Claude Code without a terminal, with its own login."),
  model: nonEmpty.default("opus").describe("What `claude --model` takes."),
  program: nonEmpty.default("claude").describe("Where it is."),
  base_url: serverUrl
    .optional()
    .describe("Another server that speaks its protocol.")
    .meta({ examples: ["http://127.0.0.1:8080"] }),
  api_key_env: apiKeyEnv,
  ...common,
  max_tokens: atLeastOne.default(32_000).describe("Longest reply."),
});

const opencodeModel = z.strictObject({
  provider: z.literal("opencode").describe("opencode without a terminal, with its own logins."),
  model: z
    .string()
    .regex(/^[^\s/]+\/\S+$/, { error: "provider/model as `opencode models` lists them" })
    .describe("provider/model, as `opencode models` lists them."),
  program: nonEmpty.default("opencode").describe("Where it is."),
  url: serverUrl
    .optional()
    .describe("Base address of a server that opencode does not know, with /v1.")
    .meta({ examples: ["http://127.0.0.1:8001/v1"] }),
  api_key_env: apiKeyEnv,
  ...common,
  serve: z.boolean().default(true).describe("One opencode server for a whole run; false: a process for each call."),
});

const replayModel = z.strictObject({
  provider: z.literal("replay").describe("Recorded answers instead of a model."),
  file: nonEmpty.describe("One JSON object a line: {task, role, text}."),
});

export const modelSchema = z.discriminatedUnion("provider", [openaiModel, claudeModel, opencodeModel, replayModel], {
  error: "openai, claude, opencode or replay",
});
