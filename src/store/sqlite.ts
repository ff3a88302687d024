/**
 * The queue and the event log in one SQLite file, for any number of processes of one machine.
 * The file is opened at the first call; every call is one statement or one transaction.
 */
import type { Clock } from "../core/clock.ts";
import type { Store } from "../core/store.ts";
import { type Connection, openConnection } from "./sqlite-connection.ts";
import { sqliteEvents } from "./sqlite-events.ts";
import { sqliteQueue } from "./sqlite-queue.ts";

/** `path` is created, with its folder, where it is missing. Calls throw STORE_FAILED and SQLITE_MISSING. */
export function sqliteStore(options: { readonly path: string; readonly clock: Clock }): Store {
  let opening: Promise<Connection> | undefined;
  const connect = (): Promise<Connection> => {
    opening ??= openConnection(options.path);
    return opening;
  };
  return {
    queue: sqliteQueue(connect, options.clock),
    events: sqliteEvents(connect, options.clock),
    close: async () => (await opening)?.close(),
  };
}
