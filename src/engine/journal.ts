/** Writes a task's events under its lease and tells the listener: the only way in which the loop leaves traces. */
import type { TestResult, TestRun } from "../core/check.ts";
import type { EventBody, RalphEvent } from "../core/event.ts";
import type { Lease } from "../core/store.ts";
import type { World } from "./world.ts";

export interface Journal {
  /** Throws LEASE_LOST when somebody else has the task. */
  record(body: EventBody): Promise<RalphEvent>;
  /** On disk when it returns, all or none: an intent before, a result after. Returns the first. */
  recordDurably(...bodies: readonly [EventBody, ...EventBody[]]): Promise<RalphEvent>;
}

export function taskJournal({ store, onEvent }: World, lease: Lease): Journal {
  const write = async (bodies: readonly EventBody[], durable: boolean): Promise<RalphEvent> => {
    const events = await store.events.append(lease, bodies, { durable });
    for (const event of events) onEvent(event);
    const [first] = events;
    if (first === undefined) throw new Error("the store did not return what was appended");
    return first;
  };
  return { record: (body) => write([body], false), recordDurably: (...bodies) => write(bodies, true) };
}

const KEPT_OUTPUT = 8_000;

/** What of a test run is worth keeping: every result's id and status, and the words of those that failed. */
export function abridge(run: TestRun): TestRun {
  return { ...run, output: run.output.slice(-KEPT_OUTPUT), tests: run.tests.map(abridgeResult) };
}

function abridgeResult(result: TestResult): TestResult {
  if (result.status !== "passed" && result.status !== "skipped") return result;
  const { id, kind, name, status, file } = result;
  return { id, kind, name, status, ...(file === undefined ? {} : { file }) };
}
