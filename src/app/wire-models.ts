/** Names the model clients: settings in, tiers out. Each client's code is loaded when ralph.yaml has such a model. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { ModelClient, Tier } from "../core/model.ts";
import { systemClock } from "../io/clock.ts";
import { discreet } from "../model/discreet.ts";
import { type Prices, priced } from "../model/usage.ts";
import type {
  ClaudeModelConfig,
  Config,
  ModelConfig,
  OpenaiModelConfig,
  OpencodeModelConfig,
} from "./config-resolve.ts";
import { redactorOf } from "./secrets.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export interface OpenModels {
  /** Strongest first, in the order of ralph.yaml. */
  readonly tiers: readonly Tier[];
  /** Ends what the clients keep running. */
  close(): Promise<void>;
}

type Client = ModelClient & { close?: () => Promise<void> };

/** Every tier with its models. Nothing is started or asked yet. */
export async function openModels(config: Config, env: Environment): Promise<OpenModels> {
  const clients = new Map<string, Client>();
  const redact = redactorOf(config, env);
  for (const [name, model] of Object.entries(config.models))
    clients.set(name, discreet(priced(await openModel(name, model, config, env), pricesOf(model)), redact));
  const tiers = Object.entries(config.tiers).map(([name, chain]) => ({
    name,
    chain: chain.flatMap((model) => clients.get(model) ?? []),
  }));
  const close = async (): Promise<void> => {
    await Promise.all([...clients.values()].flatMap((client) => client.close?.() ?? []));
  };
  return { tiers, close };
}

const pricesOf = (model: ModelConfig): Prices | undefined => ("prices" in model ? model.prices : undefined);

/** The same tiers, each answered from a recording. */
export async function openReplay(config: Config, file: string): Promise<OpenModels> {
  const client = await openRecording("replay", file);
  return { tiers: Object.keys(config.tiers).map((name) => ({ name, chain: [client] })), close: async () => {} };
}

/** For a model that keeps its login elsewhere, `env` is of no use; the key alone is taken out of it. */
async function openModel(name: string, model: ModelConfig, config: Config, env: Environment): Promise<Client> {
  if (model.provider === "replay") return openRecording(name, model.file);
  const apiKey = model.apiKeyEnv === undefined ? undefined : env[model.apiKeyEnv];
  if (model.provider === "openai") return openServer(name, model, apiKey);
  const place = privateFolders(`${config.worktrees}-models`, name);
  return model.provider === "claude"
    ? openClaude(name, model, apiKey, place)
    : openOpencode(name, model, apiKey, place);
}

async function openRecording(name: string, file: string): Promise<ModelClient> {
  const [{ replayClient }, { readFile }] = await Promise.all([
    import("../model/replay.ts"),
    import("node:fs/promises"),
  ]);
  return replayClient({ name, file, readText: (path) => readFile(path, "utf8") });
}

async function openServer(name: string, model: OpenaiModelConfig, apiKey: string | undefined): Promise<ModelClient> {
  const { openaiClient } = await import("../model/openai/client.ts");
  const { url, api, maxTokens: outputTokens, contextTokens, temperature } = model;
  return openaiClient({
    name,
    url,
    api,
    outputTokens,
    clock: systemClock,
    ...(model.model !== undefined && { model: model.model }),
    ...(apiKey !== undefined && { apiKey }),
    ...(contextTokens !== undefined && { contextTokens }),
    ...(temperature !== undefined && { temperature }),
  });
}

interface Place {
  /** An empty folder outside of every repository: programs read instructions out of the folder they run in. */
  readonly cwd: () => string;
  /** Where a client keeps files of its own. */
  readonly state: () => string;
}

function privateFolders(parent: string, name: string): Place {
  const below = (part: string) => (): string => {
    const path = join(parent, name.replaceAll("/", "-"), part);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  };
  return { cwd: below("empty"), state: below("state") };
}

async function openClaude(
  name: string,
  model: ClaudeModelConfig,
  apiKey: string | undefined,
  { cwd }: Place,
): Promise<ModelClient> {
  const [{ claudeClient }, { runProcess }] = await Promise.all([
    import("../model/claude/client.ts"),
    import("../io/process.ts"),
  ]);
  const { program, baseUrl, maxTokens: outputTokens, contextTokens } = model;
  const env = {
    ...(baseUrl !== undefined && { ANTHROPIC_BASE_URL: baseUrl }),
    ...(apiKey !== undefined && { ANTHROPIC_API_KEY: apiKey }),
  };
  return claudeClient({
    name,
    model: model.model,
    program,
    run: runProcess,
    cwd,
    env,
    outputTokens,
    clock: systemClock,
    ...(contextTokens !== undefined && { contextTokens }),
  });
}

async function openOpencode(
  name: string,
  model: OpencodeModelConfig,
  apiKey: string | undefined,
  { cwd, state }: Place,
): Promise<Client> {
  const [{ opencodeClient }, { runProcess }] = await Promise.all([
    import("../model/opencode/client.ts"),
    import("../io/process.ts"),
  ]);
  const { program, url, serve, maxTokens: outputTokens, contextTokens } = model;
  const window = contextTokens !== undefined && { contextTokens };
  return opencodeClient({
    name,
    model: model.model,
    program,
    run: runProcess,
    cwd,
    stateFolder: state,
    serve,
    outputTokens,
    clock: systemClock,
    ...window,
    ...(url !== undefined && { provider: { url, ...window, ...(apiKey !== undefined && { apiKey }) } }),
  });
}
