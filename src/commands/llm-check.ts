/** `ralph llm check`: is there a live model in every tier? Asks each model once what it is, and for five tokens. */
import { EXIT_OF } from "../app/exit-codes.ts";
import { openProjectOrDefaults } from "../app/project.ts";
import { table } from "../app/table.ts";
import { openModels } from "../app/wire-models.ts";
import type { AskOptions, ModelClient, Tier } from "../core/model.ts";
import type { Prompt } from "../core/prompt.ts";
import type { Invocation } from "./invocation.ts";

export interface ModelCheck {
  readonly tiers: readonly Tier[];
  readonly json: boolean;
}

const TIER_WITHOUT_MODEL = 1;

interface Problem {
  readonly message: string;
  readonly cure?: string | undefined;
}

interface ModelState {
  readonly name: string;
  readonly endpoint: string;
  readonly state: "live" | "recorded" | "down";
  /** The server's own name for it. */
  readonly serverModel?: string | undefined;
  readonly contextTokens?: number | undefined;
  readonly outputTokens?: number;
  /** Of the five tokens, queueing included. */
  readonly durationMs?: number;
  readonly problem?: Problem;
}

interface TierState {
  readonly name: string;
  readonly models: readonly ModelState[];
  readonly live: boolean;
}

/** Enough for a server that is busy with another question; a model that loads says so at once. */
const LIMITS: AskOptions = { maxTokens: 5, timeoutMs: 60_000, idleMs: 60_000, maxCharacters: 10_000 };

const QUESTION: Prompt = {
  purpose: { taskId: "llm check", role: "builder", attempt: 1 },
  system: "Answer in one sentence.",
  user: "Are you ready?",
  leftOut: [],
};

export async function llmCheck(invocation: Invocation, { json }: { readonly json?: true }): Promise<number> {
  const { tiers, close } = await openModels(await openProjectOrDefaults(invocation), invocation.env);
  try {
    return await checkModels({ tiers, json: json === true }, invocation.output, invocation.signal);
  } finally {
    await close();
  }
}

/** Returns the exit code: 0 when every tier has a live model, else 1. Models are asked side by side. */
export async function checkModels(
  { tiers, json }: ModelCheck,
  io: { write(text: string): void },
  signal: AbortSignal,
): Promise<number> {
  const clients = new Map(tiers.flatMap(({ chain }) => chain).map((client) => [client.name, client]));
  const models = await Promise.all([...clients.values()].map((client) => checkModel(client, signal)));
  if (signal.aborted) return EXIT_OF.interrupted;
  const states = tiers.map((tier) => tierState(tier, models));
  io.write(json ? `${JSON.stringify(asJson(states, models), null, 2)}\n` : asText(states, models));
  return states.every(({ live }) => live) ? EXIT_OF["all done"] : TIER_WITHOUT_MODEL;
}

async function checkModel(client: ModelClient, signal: AbortSignal): Promise<ModelState> {
  const { name, endpoint } = client;
  const health = await client.health(signal);
  const known = { name, endpoint, serverModel: health.model, contextTokens: health.contextTokens };
  if (!health.ok) return { ...known, state: "down", problem: { message: health.detail, cure: health.cure } };
  if (health.recorded === true) return { ...known, state: "recorded" };
  const reply = await client.ask(QUESTION, LIMITS, signal);
  if (reply.kind === "failed") return { ...known, state: "down", problem: reply.failure };
  return { ...known, state: "live", outputTokens: reply.usage.outputTokens, durationMs: reply.durationMs };
}

function tierState({ name, chain }: Tier, all: readonly ModelState[]): TierState {
  const models = chain.flatMap((client) => all.find((model) => model.name === client.name) ?? []);
  return { name, models, live: models.some(({ state }) => state !== "down") };
}

const asJson = (tiers: readonly TierState[], models: readonly ModelState[]): object => ({
  ok: tiers.every(({ live }) => live),
  tiers: tiers.map(({ name, live, models: chain }) => ({ name, live, models: chain.map((model) => model.name) })),
  models: models.map(({ problem, ...model }) =>
    problem === undefined ? model : { ...model, problem: { message: problem.message, cure: problem.cure } },
  ),
});

function asText(tiers: readonly TierState[], models: readonly ModelState[]): string {
  const head = ["TIER", "MODEL", "STATE", "SERVER'S MODEL", "CONTEXT", "TOKENS", "TIME", "WHERE"];
  const rows = tiers.flatMap((tier) => tier.models.map((model) => [tier.name, ...cells(model)]));
  const problems = models.flatMap(({ name, problem }) =>
    problem === undefined ? [] : [`\n${name}: ${describe(problem)}`],
  );
  const dead = tiers.filter(({ live }) => !live).map(({ name }) => name);
  const verdict = dead.length === 0 ? "Every tier has a live model." : `No live model in ${dead.join(", ")}.`;
  return `${table([head, ...rows])}${problems.join("")}\n${verdict}\n`;
}

const describe = ({ message, cure }: Problem): string =>
  cure === undefined ? `${message}.\n` : `${message}.\n  ${cure}.\n`;

const cells = (model: ModelState): readonly string[] => [
  model.name,
  model.state,
  model.serverModel ?? "-",
  model.contextTokens?.toString() ?? "-",
  model.outputTokens?.toString() ?? "-",
  model.durationMs === undefined ? "-" : `${(model.durationMs / 1000).toFixed(2)} s`,
  model.endpoint,
];
