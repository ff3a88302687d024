/** One start of the loop over the queue: opens the world, works, closes it. `ralph tdd` and `ralph demo` share it. */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { EventBody, RalphEvent } from "../core/event.ts";
import type { Tier } from "../core/model.ts";
import type { Store } from "../core/store.ts";
import type { TaskSummary } from "../core/task.ts";
import { type WorkResult, work } from "../engine/work.ts";
import type { World } from "../engine/world.ts";
import { systemClock } from "../io/clock.ts";
import { endOrphans } from "../io/process-family.ts";
import { isWorkerGone, workerId } from "../io/worker-id.ts";
import { askTier } from "../model/ask.ts";
import { runBudget } from "../policy/budget.ts";
import { chooseTier } from "./choose-tier.ts";
import type { Config } from "./config-resolve.ts";
import { localDay, logFile } from "./log-file.ts";
import { readPrompts } from "./prompts.ts";
import { requireLiveModel } from "./require-live-model.ts";
import { askOptionsOf, limitsOf, protectionOf } from "./settings.ts";
import { openCheckRunner, openPatchFolder, openRunPlace, openStore, openTaskSource, openTiers } from "./wire.ts";

export interface QueueRun {
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** In the order in which they would run. */
  readonly tasks: readonly TaskSummary[];
  /** Undefined: every task. */
  readonly only: readonly string[] | undefined;
  readonly onEvent: (event: RalphEvent) => void;
  /** Told of what fails without harm to the run. */
  readonly warn: (text: string) => void;
}

export interface QueueResult extends WorkResult {
  readonly branch: string;
}

/** Throws MODELS_DOWN before anything is touched when no model of a tier that is needed answers. */
export async function runQueue(run: QueueRun, signal: AbortSignal): Promise<QueueResult> {
  const { config, tasks } = run;
  const tiers = await openTiers(config, run.env);
  const tierOf = (task: TaskSummary): Tier => chooseTier(tiers, config.defaultTier, task).tier;
  const pending = tasks.filter((task) => task.status === "PENDING" || task.status === "IN_PROGRESS");
  await requireLiveModel([...new Set(pending.map(tierOf))], signal);
  // A ralph that was killed may have left tests running: they would disturb this run's.
  await endOrphans();

  const store = await openStore(config);
  try {
    const day = localDay(systemClock.now());
    const budget = runBudget({ runMs: config.limits.runMs, runTokens: config.limits.runTokens }, systemClock);
    const listeners = [budget.observe, logFile(config.logs, day, run.warn), run.onEvent];
    const onEvent = (event: RalphEvent): void => {
      for (const listener of listeners) listener(event);
    };
    const worker = workerId();
    const { workspaces, branch } = await openRunPlace(config, worker, day);
    const patches = await openPatchFolder(config);
    const world: World = {
      store,
      source: await openTaskSource(config),
      workspaces,
      savePatch: patches.save,
      runCheck: await openCheckRunner(run.env),
      defaultChecks: config.checks,
      tierOf,
      askTier: (tier, prompt, options, aborted) => askTier(tier, prompt, { ...options, clock: systemClock }, aborted),
      askOptions: askOptionsOf(config),
      prompts: readPrompts(config),
      protection: protectionOf(config),
      limits: limitsOf(config),
      budget,
      clock: systemClock,
      wait,
      worker,
      isWorkerGone,
      onEvent,
    };
    const tell = runTeller(store, onEvent);
    await tell({
      type: "run.started",
      branch: branch.name,
      base: await branch.tip(),
      tasks: pending.map(({ id }) => id),
    });
    const result = await work(world, run.only, signal);
    const { outcome, reason } = result;
    await tell({ type: "run.finished", outcome, ...(reason === undefined ? {} : { reason }) });
    return { ...result, branch: branch.name };
  } finally {
    await store.close();
  }
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
