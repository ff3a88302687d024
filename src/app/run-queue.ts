/** One start of the loop over the queue: opens the world, works, closes it. `ralph tdd` and `ralph demo` share it. */
import { randomUUID } from "node:crypto";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { EventBody, RalphEvent } from "../core/event.ts";
import type { TotalUsage } from "../core/model.ts";
import type { Store } from "../core/store.ts";
import type { Task, TaskSource, TaskSummary } from "../core/task.ts";
import { type WorkResult, work } from "../engine/work.ts";
import type { World } from "../engine/world.ts";
import { systemClock } from "../io/clock.ts";
import { endOrphans } from "../io/process-family.ts";
import { isWorkerGone, workerId } from "../io/worker-id.ts";
import { askTier, restOf } from "../model/ask.ts";
import { breaker, neverRests } from "../model/breaker.ts";
import { recorded } from "../model/record.ts";
import type { Route } from "../model/route.ts";
import { runBudget } from "../policy/budget.ts";
import { openCassette } from "./cassette.ts";
import type { Config } from "./config-resolve.ts";
import { openEditModes } from "./edit-modes.ts";
import { localDay, logFile } from "./log-file.ts";
import { readPrompts } from "./prompts.ts";
import { requireLiveModel } from "./require-live-model.ts";
import { routesOf } from "./routes.ts";
import { openConfinement } from "./sandbox.ts";
import { redactorOf } from "./secrets.ts";
import { askOptionsOf, limitsOf, protectionOf } from "./settings.ts";
import { type Judging, openCheckRunner, openJournal, openPatchFolder, openRunPlace, openTaskSource } from "./wire.ts";
import { type OpenModels, openModels, openReplay } from "./wire-models.ts";

export interface QueueRun {
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** In the order in which they would run. */
  readonly tasks: readonly TaskSummary[];
  /** Undefined: every task. */
  readonly only: readonly string[] | undefined;
  /** A tier of ralph.yaml that does all of them. */
  readonly tier?: string;
  /** Absolute path of a file that does not exist yet: every answer is written there. */
  readonly record?: string;
  /** Absolute path of such a file: every answer comes from there. */
  readonly replay?: string;
  readonly onEvent: (event: RalphEvent) => void;
  /** Told of what fails without harm to the run. */
  readonly warn: (text: string) => void;
}

export interface QueueResult extends WorkResult {
  readonly branch: string;
  /** Of every answer in this run. */
  readonly usage: TotalUsage;
}

/** Throws MODELS_DOWN before anything is touched when no model of the tiers that are needed answers. */
export async function runQueue(run: QueueRun, signal: AbortSignal): Promise<QueueResult> {
  const { config, replay } = run;
  const models = replay === undefined ? await openModels(config, run.env) : await openReplay(config, replay);
  try {
    await requireModels(run, models, signal);
    // A recording that cannot be written is refused while nothing has changed yet.
    const asker = askerOf(run);
    // A ralph that was killed may have left tests running: they would disturb this run's.
    await endOrphans();
    const redact = redactorOf(config, run.env);
    const confinement = await openConfinement({ config, env: run.env, home: homedir(), warn: run.warn }, signal);
    const store = await openJournal(config, redact);
    try {
      return await workThrough(run, { models, asker, store, judging: { confinement, redact } }, signal);
    } finally {
      await store.close();
    }
  } finally {
    await models.close();
  }
}

const isPending = ({ status }: TaskSummary): boolean => status === "PENDING" || status === "IN_PROGRESS";

/** Every tier that a pending task goes to is looked at. */
async function requireModels(run: QueueRun, { tiers }: OpenModels, signal: AbortSignal): Promise<void> {
  const { config, tasks, warn } = run;
  const source = await openTaskSource(config);
  const route = routesOf(config, run.tier);
  const needed = new Set<string>();
  for (const { id, path } of tasks.filter(isPending)) {
    const chosen = await routeOf(source, route, path);
    if (chosen?.note !== undefined) warn(`${id} ${chosen.note}; ${chosen.tier} is taken (${chosen.why})`);
    if (chosen !== undefined) needed.add(chosen.tier);
  }
  const notes = await requireLiveModel(
    tiers.filter(({ name }) => needed.has(name)),
    signal,
  );
  for (const note of notes) warn(note);
}

/** Undefined for a file that cannot be read: the loop meets it again and says so. */
async function routeOf(source: TaskSource, route: (task: Task) => Route, path: string): Promise<Route | undefined> {
  const task = await source.read(path).catch(() => undefined);
  return task === undefined ? undefined : route(task);
}

interface Opened {
  readonly models: OpenModels;
  readonly asker: Asker;
  readonly store: Store;
  readonly judging: Judging;
}

async function workThrough(
  run: QueueRun,
  { models, asker, store, judging }: Opened,
  signal: AbortSignal,
): Promise<QueueResult> {
  const { config, tasks } = run;
  const day = localDay(systemClock.now());
  const { runMs, runTokens, runCostUsd } = config.limits;
  const budget = runBudget({ runMs, runTokens, runCostUsd }, systemClock);
  const modes = await openEditModes(config, store);
  const listeners = [budget.observe, modes.observe, logFile(config.logs, day, run.warn), run.onEvent];
  const onEvent = (event: RalphEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const worker = workerId();
  const { redact } = judging;
  const { workspaces, branch } = await openRunPlace(config, { worker, day, judging });
  const patches = await openPatchFolder(config);
  const recordRun = runTeller(store, onEvent);
  const world: World = {
    store,
    source: await openTaskSource(config),
    workspaces,
    savePatch: patches.save,
    artifactsOf: (taskId) => join(config.logs, "artifacts", taskId),
    runCheck: await openCheckRunner(judging),
    defaultChecks: config.checks,
    tiers: run.tier === undefined ? models.tiers : models.tiers.filter(({ name }) => name === run.tier),
    route: routesOf(config, run.tier),
    ...asker,
    askOptions: askOptionsOf(config),
    modeOf: modes.modeOf,
    prompts: readPrompts(config),
    protection: { ...protectionOf(config), redact },
    limits: limitsOf(config),
    budget,
    flaky: new Set(),
    scope: config.scope,
    verify: config.verify,
    clock: systemClock,
    wait,
    worker,
    isWorkerGone,
    onEvent,
    recordRun,
  };
  await recordRun({
    type: "run.started",
    branch: branch.name,
    base: await branch.tip(),
    sandbox: judging.confinement.kind,
    tasks: tasks.filter(isPending).map(({ id }) => id),
  });
  const result = await work(world, run.only, signal);
  const { outcome } = result;
  const reason = result.reason === undefined ? {} : { reason: redact(result.reason) };
  const usage = budget.used();
  await recordRun({ type: "run.finished", outcome, usage, ...reason });
  return { ...result, ...reason, branch: branch.name, usage };
}

type Asker = Pick<World, "askTier" | "restOf">;

/** A recording has no bad nights: nothing in it rests. */
function askerOf({ record, replay }: QueueRun): Asker {
  const how = { clock: systemClock, breaker: replay === undefined ? breaker(systemClock) : neverRests };
  const ask: World["askTier"] = (tier, questionFor, options, signal) =>
    askTier(tier, questionFor, { ...options, ...how }, signal);
  return {
    askTier: record === undefined ? ask : recorded(ask, openCassette(record)),
    restOf: (tier) => restOf(tier, how),
  };
}

/** Also when it is aborted: whoever waits looks at the signal next. */
async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}

function runTeller(store: Store, onEvent: (event: RalphEvent) => void) {
  const runId = randomUUID();
  return async (body: EventBody): Promise<void> => {
    for (const event of await store.events.appendRun(runId, [body])) onEvent(event);
  };
}
