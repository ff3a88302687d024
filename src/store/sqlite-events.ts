/** The append-only event log in SQLite. */
import type { Clock } from "../core/clock.ts";
import { RalphError } from "../core/error.ts";
import type { EventBody, RalphEvent } from "../core/event.ts";
import type { EventFilter, EventLog, Lease } from "../core/store.ts";
import type { Connection } from "./sqlite-connection.ts";
import type { SqlValue } from "./sqlite-driver.ts";
import { type EventRecord, toEvent } from "./sqlite-rows.ts";

export function sqliteEvents(connect: () => Promise<Connection>, clock: Clock): EventLog {
  return {
    append: async (lease, bodies, options) => {
      const connection = await connect();
      return connection.write(() => {
        assertHeld(connection, lease);
        return record(connection, bodies, { ...lease, at: clock.now() });
      }, options);
    },
    appendRun: async (runId, bodies, options) => {
      const connection = await connect();
      return connection.write(() => record(connection, bodies, { runId, at: clock.now() }), options);
    },
    read: async (filter) => {
      const connection = await connect();
      const records = await connection.read(() => select(connection, filter));
      return records.map(toEvent);
    },
  };
}

/** Only inside a transaction. Throws LEASE_LOST. */
function assertHeld(connection: Connection, { taskId, fencing, worker }: Lease): void {
  const sql = "SELECT 1 FROM agent_tasks WHERE task_key = :taskId AND status = 'leased' AND fencing = :fencing";
  const found = connection.statement(sql).get({ taskId, fencing });
  if (found === undefined) throw new RalphError("LEASE_LOST", { taskId, worker });
}

const INSERT = `
  INSERT INTO agent_task_events (task_id, run_id, event_type, payload, created_at)
  VALUES ((SELECT id FROM agent_tasks WHERE task_key = :taskId), :runId, :type, :payload, :at)
  RETURNING seq, :taskId AS task_key, run_id, event_type, payload, created_at`;

/** Only inside a transaction. */
export function record(
  connection: Connection,
  bodies: readonly EventBody[],
  head: { readonly runId: string; readonly taskId?: string; readonly at: number },
): readonly RalphEvent[] {
  return bodies.map(({ type, ...rest }) => {
    const { runId, taskId = null, at } = head;
    const values = { taskId, runId, type, payload: JSON.stringify(rest), at };
    return toEvent(connection.statement(INSERT).get(values) as EventRecord);
  });
}

const CONDITIONS: readonly (readonly [keyof EventFilter, string])[] = [
  ["taskId", "event.task_id = (SELECT id FROM agent_tasks WHERE task_key = :taskId)"],
  ["runId", "event.run_id = :runId"],
  ["after", "event.seq > :after"],
  ["types", "event.event_type IN (SELECT value FROM json_each(:types))"],
];

function select(connection: Connection, filter: EventFilter): readonly EventRecord[] {
  const used = CONDITIONS.filter(([name]) => filter[name] !== undefined);
  const where = used.map(([, condition]) => condition).join(" AND ") || "TRUE";
  const sql = `
    SELECT event.seq, task_key, run_id, event_type, payload, created_at
    FROM agent_task_events AS event LEFT JOIN agent_tasks AS task ON task.id = event.task_id
    WHERE ${where} ORDER BY event.seq LIMIT :limit`;
  const given: Record<string, SqlValue> = { limit: filter.limit ?? -1 };
  for (const [name] of used) given[name] = parameter(filter[name]);
  return connection.statement(sql).all(given) as EventRecord[];
}

const parameter = (value: EventFilter[keyof EventFilter]): SqlValue =>
  typeof value === "object" ? JSON.stringify(value) : (value ?? null);
