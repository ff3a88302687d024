/**
 * The settings as the program uses them: absolute folders, milliseconds, named checks; made from ralph.yaml's words.
 */
import { createHash } from "node:crypto";
import { basename, isAbsolute, join, resolve } from "node:path";
import type { EditFormat } from "../core/model.ts";
import type { CheckSpec } from "../core/task.ts";
import type { Prices } from "../model/usage.ts";
import { DEFAULT_MODELS, DEFAULT_TIERS } from "./config-defaults.ts";
import { type ConfigFile, durationMs } from "./config-schema.ts";

/** What every model may have that writes answers of its own. */
interface CommonModelConfig {
  readonly maxTokens: number;
  readonly contextTokens?: number;
  readonly editFormat?: EditFormat;
  readonly prices?: Prices;
  /** Name of the environment variable that holds the key. */
  readonly apiKeyEnv?: string;
}

export interface OpenaiModelConfig extends CommonModelConfig {
  readonly provider: "openai";
  /** Base address; no trailing slash. */
  readonly url: string;
  readonly model?: string;
  readonly temperature?: number;
  readonly api: "chat" | "completions";
  readonly grammar?: boolean;
  /** How `ralph llm start` starts the server. */
  readonly command?: string;
}

export interface ClaudeModelConfig extends CommonModelConfig {
  readonly provider: "claude";
  readonly model: string;
  readonly program: string;
  readonly baseUrl?: string;
}

export interface OpencodeModelConfig extends CommonModelConfig {
  readonly provider: "opencode";
  readonly model: string;
  readonly program: string;
  readonly url?: string;
  readonly serve: boolean;
}

interface ReplayModelConfig {
  readonly provider: "replay";
  /** Absolute. */
  readonly file: string;
}

export type ModelConfig = OpenaiModelConfig | ClaudeModelConfig | OpencodeModelConfig | ReplayModelConfig;

interface CheckConfig extends CheckSpec {
  readonly timeoutMs: number;
}

/** Deeply frozen. Folders are absolute; nothing in it is secret. */
export interface Config {
  /** The repository's top level. */
  readonly root: string;
  readonly tasks: string;
  readonly patches: string;
  readonly logs: string;
  /** The project's own prompt files; may not exist. */
  readonly prompts: string;
  readonly worktrees: string;
  /** Relative to `root`, as they are linked at the same place of a work tree. */
  readonly link: readonly string[];
  readonly checks: readonly CheckConfig[];
  readonly models: Readonly<Record<string, ModelConfig>>;
  /** Strongest first; names of `models` in fallback order. */
  readonly tiers: Readonly<Record<string, readonly string[]>>;
  /** For tasks that name neither tier nor complexity; without it they are measured. */
  readonly defaultTier?: string;
  readonly limits: Limits;
  /** Glob patterns on top of, and out of, the guard's own. */
  readonly blocked: { readonly add: readonly string[]; readonly remove: readonly string[] };
  readonly branchPrefix: string;
  readonly leaseMs: number;
  readonly scope: "report" | "strict";
  readonly verify: "auto" | "always" | "off";
  readonly sandbox: "auto" | "bwrap" | "none";
  /** Commands that make a work tree's dependencies, where its manifests are not the checkout's. */
  readonly setup: readonly string[];
}

interface Limits {
  readonly attempts: number;
  readonly taskMs: number;
  readonly modelMs: number;
  readonly modelIdleMs: number;
  readonly checkMs: number;
  readonly setupMs: number;
  readonly modelDownMs: number;
  readonly escalateAfter: number;
  readonly taskTokens?: number;
  readonly taskCostUsd?: number;
  readonly runMs?: number;
  readonly runTokens?: number;
  readonly runCostUsd?: number;
  readonly maxFilesPerTask: number;
  readonly maxLocPerTask: number;
  readonly replyCharacters: number;
}

export interface ConfigSource {
  /** The repository's top level, absolute. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder. */
  readonly home: string;
}

export function resolveConfig(file: CompleteConfigFile, { root, home }: ConfigSource): Config {
  const inRoot = (path: string): string => resolve(root, path);
  const limits = resolveLimits(file.limits);
  return {
    root,
    tasks: inRoot(file.tasks),
    patches: inRoot(file.patches),
    logs: inRoot(file.logs),
    prompts: inRoot(file.prompts),
    worktrees: inRoot(file.worktrees.replace(/^~(?=\/|$)/, home)),
    link: file.link,
    checks: file.checks.map((check) => resolveCheck(check, limits.checkMs)),
    models: Object.fromEntries(Object.entries(file.models).map(([name, model]) => [name, resolveModel(model, root)])),
    tiers: file.tiers,
    ...(file.default_tier !== undefined && { defaultTier: file.default_tier }),
    limits,
    blocked: file.blocked,
    branchPrefix: file.branch,
    scope: file.scope,
    verify: file.verify,
    sandbox: file.sandbox,
    setup: file.setup ?? [],
    leaseMs: durationMs(file.lease_seconds),
  };
}

/** ralph.yaml with those defaults too that follow from other settings or from the machine, and addresses in one form. */
export interface CompleteConfigFile extends ConfigFile {
  readonly tiers: Record<string, string[]>;
  readonly worktrees: string;
}

export function completeConfig(file: ConfigFile, source: ConfigSource): CompleteConfigFile {
  return {
    ...file,
    models: Object.fromEntries(Object.entries(file.models).map(([name, model]) => [name, withBaseUrl(model)])),
    tiers: file.tiers ?? tiersFor(Object.keys(file.models)),
    worktrees: file.worktrees ?? defaultWorktrees(source),
  };
}

/** Whoever names models of their own and no tiers has one tier, in the order in which they are written. */
function tiersFor(models: readonly string[]): Record<string, string[]> {
  const isDefault = models.join() === Object.keys(DEFAULT_MODELS).join();
  if (!isDefault) return { TIER3: [...models] };
  return Object.fromEntries(Object.entries(DEFAULT_TIERS).map(([tier, chain]) => [tier, [...chain]]));
}

/** The address that people have at hand (the server's, or one of its endpoints) made the one that clients start from. */
function withBaseUrl(model: ConfigFile["models"][string]): ConfigFile["models"][string] {
  if (model.provider !== "openai") return model;
  const { origin, pathname } = new URL(model.url);
  const path = pathname.replace(/\/+$/, "").replace(/(\/chat)?\/completions$/, "");
  return { ...model, url: `${origin}${path === "" ? "/v1" : path}` };
}

/** Outside the repository: `node --test` and vitest would find the copies of the tests inside it. */
function defaultWorktrees({ root, env, home }: ConfigSource): string {
  const configured = env.XDG_CACHE_HOME;
  // The XDG specification: a relative path is to be ignored.
  const cache = configured !== undefined && isAbsolute(configured) ? configured : join(home, ".cache");
  const hash = createHash("sha256").update(root).digest("hex").slice(0, 8);
  return join(cache, "ralph", `${basename(root)}-${hash}`);
}

function resolveLimits(limits: ConfigFile["limits"]): Limits {
  const { run_seconds: runSeconds, run_tokens: runTokens, run_cost: runCostUsd } = limits;
  const { task_tokens: taskTokens, task_cost: taskCostUsd } = limits;
  return {
    attempts: limits.attempts,
    taskMs: durationMs(limits.task_seconds),
    modelMs: durationMs(limits.model_seconds),
    modelIdleMs: durationMs(limits.model_idle_seconds),
    checkMs: durationMs(limits.check_seconds),
    setupMs: durationMs(limits.setup_seconds),
    modelDownMs: durationMs(limits.model_down_seconds),
    escalateAfter: limits.escalate_after,
    ...(taskTokens !== undefined && { taskTokens }),
    ...(taskCostUsd !== undefined && { taskCostUsd }),
    ...(runCostUsd !== undefined && { runCostUsd }),
    ...(runSeconds !== undefined && { runMs: durationMs(runSeconds) }),
    ...(runTokens !== undefined && { runTokens }),
    maxFilesPerTask: limits.max_files_per_task,
    maxLocPerTask: limits.max_loc_per_task,
    replyCharacters: limits.reply_characters,
  };
}

function resolveCheck(check: ConfigFile["checks"][number], checkMs: number): CheckConfig {
  if (typeof check === "string") return { name: check, command: check, timeoutMs: checkMs };
  const { command, name = command, timeout } = check;
  return { name, command, timeoutMs: timeout === undefined ? checkMs : durationMs(timeout) };
}

type ModelFile = ConfigFile["models"][string];
type WritingModelFile = Exclude<ModelFile, { provider: "replay" }>;

function resolveModel(model: ModelFile, root: string): ModelConfig {
  if (model.provider === "replay") return { provider: "replay", file: resolve(root, model.file) };
  const common = resolveCommon(model);
  if (model.provider === "openai") return { ...common, provider: "openai", ...openaiPart(model) };
  const program = { ...common, model: model.model, program: model.program };
  if (model.provider === "claude")
    return { ...program, provider: "claude", ...(model.base_url !== undefined && { baseUrl: model.base_url }) };
  const { serve, url } = model;
  return { ...program, provider: "opencode", serve, ...(url !== undefined && { url }) };
}

const openaiPart = (model: Extract<ModelFile, { provider: "openai" }>) => ({
  url: model.url,
  api: model.api,
  ...(model.model !== undefined && { model: model.model }),
  ...(model.temperature !== undefined && { temperature: model.temperature }),
  ...(model.grammar !== undefined && { grammar: model.grammar }),
  ...(model.command !== undefined && { command: model.command }),
});

function resolveCommon(model: WritingModelFile): CommonModelConfig {
  const { price } = model;
  return {
    maxTokens: model.max_tokens,
    ...(model.api_key_env !== undefined && { apiKeyEnv: model.api_key_env }),
    ...(model.context !== undefined && { contextTokens: model.context }),
    ...(model.edit_format !== undefined && { editFormat: model.edit_format }),
    ...(price !== undefined && { prices: resolvePrices(price) }),
  };
}

const resolvePrices = ({
  input,
  output,
  cached_input: cachedInput,
}: NonNullable<WritingModelFile["price"]>): Prices => ({
  input,
  output,
  ...(cachedInput !== undefined && { cachedInput }),
});
