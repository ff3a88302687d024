/**
 * A store that takes no secrets: whatever a run journals (replies, failures, rejects with a file's true lines, reasons)
 * is cleaned before it is kept, and with it the log, the task file and the terminal, which are told of nothing else.
 */
import type { EventBody } from "../core/event.ts";
import type { Store } from "../core/store.ts";

type Redact = (text: string) => string;

export function discreetStore(store: Store, redact: Redact): Store {
  const { queue, events } = store;
  const clean = (bodies: readonly EventBody[]): readonly EventBody[] => bodies.map((body) => cleanTexts(body, redact));
  return {
    ...store,
    queue: {
      ...queue,
      settle: (lease, settlement, bodies = []) => queue.settle(lease, cleanTexts(settlement, redact), clean(bodies)),
    },
    events: {
      ...events,
      append: (lease, bodies, options) => events.append(lease, clean(bodies), options),
      appendRun: (runId, bodies, options) => events.appendRun(runId, clean(bodies), options),
    },
  };
}

/**
 * Fields whose values ralph or git made, or that name a file or a model. They are read back by equality: a password
 * such as "finished" must not change the type of an event.
 */
const KEPT: ReadonlySet<string> = new Set(
  [
    "type kind status phase verdict role class finish format outcome runner from to by",
    "commit base head worker branch path file files diffFile model tier TESTS_STATUS COMMIT BRANCH MODEL",
  ].flatMap((names) => names.split(" ")),
);

function cleanTexts<T>(value: T, redact: Redact): T {
  const clean = (part: unknown): unknown => {
    if (typeof part === "string") return redact(part);
    if (Array.isArray(part)) return part.map(clean);
    if (typeof part !== "object" || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, KEPT.has(key) ? inner : clean(inner)]));
  };
  // Texts become texts and all else stays: the shape is the same.
  return clean(value) as T;
}
