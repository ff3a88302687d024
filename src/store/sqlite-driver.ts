/**
 * Finds a SQLite: Node's own where it is new enough, else the optional package with the same API.
 * Loaded only when a database is opened, because Node 20 has none and the package is a native add-on.
 */
import { RalphError } from "../core/error.ts";
import { withoutExperimentalWarnings } from "../io/without-warnings.ts";

export type SqlValue = string | number | null;
export type SqlRecord = Readonly<Record<string, SqlValue>>;

export interface SqliteStatement {
  run(parameters: SqlRecord): { readonly changes: number | bigint };
  get(parameters: SqlRecord): unknown;
  all(parameters: SqlRecord): unknown[];
}

export interface SqliteDatabase {
  exec(sql: string): void;
  prepare(sql: string): SqliteStatement;
  close(): void;
  readonly isOpen: boolean;
  readonly isTransaction: boolean;
}

interface Driver {
  readonly DatabaseSync: new (path: string) => SqliteDatabase;
}

/** Older ones can corrupt a database when a WAL is reset while another process writes: https://sqlite.org/wal.html */
const OLDEST = [3, 51, 3] as const;

/** As a text: the types of the oldest Node that is served do not know the module. */
const BUILT_IN: string = "node:sqlite";

const CANDIDATES: readonly (readonly [name: string, load: () => Promise<Driver>])[] = [
  [BUILT_IN, () => withoutExperimentalWarnings(() => import(BUILT_IN))],
  ["@photostructure/sqlite", () => import("@photostructure/sqlite")],
];

/** Throws SQLITE_MISSING, with what was tried, where no candidate can be used. */
export async function loadSqlite(): Promise<(path: string) => SqliteDatabase> {
  const tried: string[] = [];
  for (const [name, load] of CANDIDATES) {
    const driver = await load().catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    const fault = typeof driver === "string" ? driver : tooOld(driver);
    if (fault === undefined) {
      const { DatabaseSync } = driver as Driver;
      return (path) => new DatabaseSync(path);
    }
    tried.push(`${name}: ${fault}`);
  }
  throw new RalphError("SQLITE_MISSING", { tried });
}

function tooOld({ DatabaseSync }: Driver): string | undefined {
  const db = new DatabaseSync(":memory:");
  const { version } = db.prepare("SELECT sqlite_version() AS version").get({}) as { version: string };
  db.close();
  return isTooOld(version) ? `its SQLite ${version} is older than ${OLDEST.join(".")}` : undefined;
}

export function isTooOld(version: string): boolean {
  const numbers = version.split(".").map(Number);
  const at = OLDEST.findIndex((part, index) => numbers[index] !== part);
  return at !== -1 && (numbers[at] ?? 0) < (OLDEST[at] ?? 0);
}
