/**
 * Tasks of this run that may not be leased now: those that went behind the others, those whose tier does not answer,
 * and those of a tier that was waited for in vain. Kept in memory: to the queue they are PENDING all the time.
 */
import type { Clock } from "../core/clock.ts";
import type { Verdict } from "../core/verdict.ts";

type Waiting = Extract<Verdict, { kind: "waiting" }>;

type Reason =
  | { readonly kind: "behind" }
  | { readonly kind: "waiting"; readonly verdict: Waiting }
  | { readonly kind: "given up"; readonly verdict: Waiting };

export interface Wake {
  /** Epoch milliseconds. */
  readonly until: number;
  readonly reason: string;
  /** Not what was said the last time. */
  readonly isNew: boolean;
}

export interface Aside {
  /** What the last turn of a task says about its next one. */
  note(taskId: string, verdict: Verdict | undefined): void;
  /** May the task not be leased now? */
  has(taskId: string): boolean;
  /** Tasks that are not open any more, because somebody else finished or removed them, are none of ours. */
  keepOnly(open: ReadonlySet<string>): void;
  /** Nobody else is left: those that went behind are next. False where there are none. */
  bringBack(): boolean;
  /** When the first of those that wait can go on; undefined where none waits. Gives up those that waited too long. */
  nextWake(): Wake | undefined;
  /** Why tasks were given up, once for each tier. */
  givenUp(): readonly string[];
}

/** Whatever a tier says, its tasks are not leased again at once. */
const LEAST_REST_MS = 1_000;

/** @param modelDownMs how long models are waited for that do not say when they come back */
export function asideTasks(clock: Clock, modelDownMs: number): Aside {
  const tasks = new Map<string, Reason>();
  /** Since when no model has answered anything. */
  let downSince: number | undefined;
  let lastSaid = "";

  const waiting = (): readonly (readonly [string, Waiting])[] =>
    [...tasks].flatMap(([id, reason]) => (reason.kind === "waiting" ? [[id, reason.verdict] as const] : []));

  const giveUp = (): void => {
    if (downSince === undefined || clock.monotonic() - downSince < modelDownMs) return;
    for (const [id, verdict] of waiting()) if (!verdict.isQuota) tasks.set(id, { kind: "given up", verdict });
  };

  /** Something went on: what was given up is worth another look, and patience begins anew. */
  const hope = (): void => {
    downSince = undefined;
    for (const [id, reason] of tasks)
      if (reason.kind === "given up") tasks.set(id, { kind: "waiting", verdict: reason.verdict });
  };

  return {
    note(taskId, verdict) {
      tasks.delete(taskId);
      if (verdict?.kind === "escalate") tasks.set(taskId, { kind: "behind" });
      if (verdict?.kind === "waiting") {
        const until = Math.max(verdict.until, clock.now() + LEAST_REST_MS);
        tasks.set(taskId, { kind: "waiting", verdict: { ...verdict, until } });
        downSince ??= clock.monotonic();
      } else hope();
    },
    has(taskId) {
      const reason = tasks.get(taskId);
      if (reason === undefined) return false;
      return reason.kind !== "waiting" || clock.now() < reason.verdict.until;
    },
    keepOnly(open) {
      for (const id of tasks.keys()) if (!open.has(id)) tasks.delete(id);
    },
    bringBack() {
      const behind = [...tasks].filter(([, reason]) => reason.kind === "behind");
      for (const [id] of behind) tasks.delete(id);
      return behind.length > 0;
    },
    nextWake() {
      giveUp();
      const [first] = waiting().toSorted(([, a], [, b]) => a.until - b.until);
      if (first === undefined) return undefined;
      const [, { until, reason, isQuota }] = first;
      const limit =
        downSince === undefined || isQuota ? until : clock.now() + modelDownMs - (clock.monotonic() - downSince);
      const wake = { until: Math.min(until, limit), reason };
      const said = JSON.stringify([until, reason]);
      const isNew = said !== lastSaid;
      lastSaid = said;
      return { ...wake, isNew };
    },
    givenUp: () => [
      ...new Set([...tasks.values()].flatMap((each) => (each.kind === "given up" ? [each.verdict.reason] : []))),
    ],
  };
}
