/**
 * One connection to the database file: opening it, waiting for other processes, transactions, durability.
 *
 * Several processes write to one file. SQLite's own waiting sleeps up to 100 ms at a time and is unfair: of 8 busy
 * processes one ran and seven stood for up to 5 s. So who finds the writer's lock taken asks again after a millisecond,
 * without standing in the way of this process's other work, and nobody holds the lock for long: commits are
 * `synchronous = NORMAL` (17 µs), and one that must be durable flushes the write-ahead log itself when the lock is
 * free again (130 µs on this disk, 2 ms on a busy one). That is as durable as `synchronous = FULL`: before anybody is
 * told of the commit its frames are on disk with all earlier ones, and a checkpoint flushes the log before it is
 * reused. Measured with 8 processes against the same waiting and FULL: 1.1 to 3.4 times as fast, longest wait 17 to 198
 * instead of 167 to 656 ms; a switch of `synchronous` around each transaction and a second connection cost the same as
 * FULL itself.
 */
import { closeSync, fdatasyncSync, mkdirSync, openSync, readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { RalphError } from "../core/error.ts";
import { loadSqlite, type SqliteDatabase, type SqliteStatement } from "./sqlite-driver.ts";

export interface Connection {
  /** The prepared statement for `sql`, made once. */
  statement(sql: string): SqliteStatement;
  /** Runs `body` outside a transaction: for one SELECT. */
  read<T>(body: () => T): Promise<T>;
  /**
   * Runs `body` in a transaction, which a throw rolls back. Durable: on disk when the promise resolves; where the
   * flush fails it rejects although the transaction stands.
   */
  write<T>(body: () => T, options?: { readonly durable?: boolean }): Promise<T>;
  close(): void;
}

const SQLITE_BUSY = 5;
const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 10;
/** A process that holds the lock this long is stopped or broken. */
const LONGEST_WAIT_MS = 60_000;

const SQL_FOLDER = new URL("./sql/", import.meta.url);

/** Opens or creates the database. Throws STORE_FAILED, SQLITE_MISSING. */
export async function openConnection(path: string): Promise<Connection> {
  const open = await loadSqlite();
  const db = await patiently(path, () => {
    mkdirSync(dirname(path), { recursive: true });
    return open(path);
  });
  try {
    await patiently(path, () => prepareDatabase(db, path));
  } catch (error) {
    db.close();
    throw error;
  }
  return connectionTo(db, path);
}

function connectionTo(db: SqliteDatabase, path: string): Connection {
  const statements = new Map<string, SqliteStatement>();
  const log = writeAheadLog(path);
  return {
    statement: (sql) => {
      const statement = statements.get(sql) ?? db.prepare(sql);
      statements.set(sql, statement);
      return statement;
    },
    read: (body) => patiently(path, body),
    write: (body, { durable = false } = {}) =>
      patiently(path, () => {
        const value = transaction(db, body);
        if (durable) log.flush();
        return value;
      }),
    close: () => {
      log.close();
      if (db.isOpen) db.close();
    },
  };
}

/** Several processes may meet in a new file: each step is safe to repeat, and the schema grows under the lock. */
function prepareDatabase(db: SqliteDatabase, path: string): void {
  const { journal_mode } = db.prepare("PRAGMA journal_mode = WAL").get({}) as { journal_mode: string };
  if (journal_mode !== "wal") {
    throw new RalphError("STORE_FAILED", { path, why: `its folder takes no write-ahead log (${journal_mode})` });
  }
  db.exec("PRAGMA synchronous = NORMAL");
  const steps = readdirSync(SQL_FOLDER).sort();
  if (schemaVersion(db) === steps.length) return;
  transaction(db, () => {
    const version = schemaVersion(db);
    if (version > steps.length) {
      throw new RalphError("STORE_FAILED", { path, why: `a newer ralph made it (schema ${version})` });
    }
    for (const step of steps.slice(version)) db.exec(readFileSync(new URL(step, SQL_FOLDER), "utf8"));
    db.exec(`PRAGMA user_version = ${steps.length}`);
  });
}

const schemaVersion = (db: SqliteDatabase): number =>
  (db.prepare("PRAGMA user_version").get({}) as { user_version: number }).user_version;

function transaction<T>(db: SqliteDatabase, body: () => T): T {
  db.exec("BEGIN IMMEDIATE");
  try {
    const value = body();
    db.exec("COMMIT");
    return value;
  } catch (error) {
    // A full disk or an I/O error has ended the transaction already.
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

/** The log lives as long as any connection is open, so one descriptor serves until `close`. */
function writeAheadLog(path: string): { flush(): void; close(): void } {
  let descriptor: number | undefined;
  return {
    flush: () => {
      descriptor ??= openSync(`${path}-wal`, "r+");
      fdatasyncSync(descriptor);
    },
    close: () => {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}

/** Runs `step` again while another process is in the way. Other faults of SQLite and the disk become STORE_FAILED. */
async function patiently<T>(path: string, step: () => T): Promise<T> {
  for (let waitedMs = 0; ; ) {
    try {
      return step();
    } catch (error) {
      if (!isBusy(error)) throw isFaultOfDisk(error) ? storeFailed(path, error.message, error) : error;
      if (waitedMs >= LONGEST_WAIT_MS) throw storeFailed(path, "another process keeps it locked", error);
    }
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS + waitedMs / 50);
    await sleep(pauseMs);
    waitedMs += pauseMs;
  }
}

/** The low byte is the primary code: a recovery or snapshot conflict is a kind of BUSY. */
const isBusy = (error: unknown): boolean =>
  error instanceof Error && "errcode" in error && (Number(error.errcode) & 0xff) === SQLITE_BUSY;

const isFaultOfDisk = (error: unknown): error is Error =>
  error instanceof Error && ("errcode" in error || "syscall" in error);

const storeFailed = (path: string, why: string, cause: unknown): RalphError =>
  new RalphError("STORE_FAILED", { path, why }, { cause });
