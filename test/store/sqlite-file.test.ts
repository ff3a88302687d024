import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Store } from "../../src/core/store.ts";
import { sqliteStore } from "../../src/store/sqlite.ts";
import { loadSqlite, type SqliteDatabase } from "../../src/store/sqlite-driver.ts";
import { aTask, settableClock, started } from "../contract/store.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const clock = settableClock();

function openStore(path: string): Store {
  const store = sqliteStore({ path, clock });
  onTestFinished(() => store.close().catch(() => undefined));
  return store;
}

async function openRaw(path: string): Promise<SqliteDatabase> {
  const db = (await loadSqlite())(path);
  onTestFinished(() => db.close());
  return db;
}

const storeFailed = (why: RegExp) => ({ code: "STORE_FAILED", message: expect.stringMatching(why) as string });

describe("the database file", () => {
  test("keeps the queue, the fencing tokens and the log when it is opened again", async () => {
    const path = `${temporaryFolder()}/deep/.ralph/ralph.db`;
    const first = openStore(path);
    await first.queue.sync([aTask("T1"), aTask("T2")]);
    const lease = await first.queue.lease("worker", 1000);
    await first.events.appendRun("run", [started(1)]);
    const before = await first.queue.list();
    await first.close();

    const second = openStore(path);
    expect(await second.queue.list()).toEqual(before);
    expect(await second.events.read({})).toHaveLength(1);
    expect(lease).toMatchObject({ taskId: "T1" });
    if (lease !== undefined) await second.queue.renew(lease, 1000);
  });

  test.each(["UPDATE agent_task_events SET payload = '{}'", "DELETE FROM agent_task_events"])(
    "refuses to change history: %s",
    async (statement) => {
      const path = `${temporaryFolder()}/ralph.db`;
      const store = openStore(path);
      await store.events.appendRun("run", [started(1)]);
      const db = await openRaw(path);
      expect(() => db.exec(statement)).toThrow(/append-only/);
      expect(await store.events.read({})).toMatchObject([started(1)]);
    },
  );

  test("is named where it is no database, and is left as it is", async () => {
    const path = `${temporaryFolder()}/ralph.db`;
    const text = "not a database ".repeat(100);
    writeFileSync(path, text);
    await expect(openStore(path).queue.list()).rejects.toMatchObject(
      storeFailed(/ralph\.db cannot be used: file is not a database/),
    );
    expect(readFileSync(path, "utf8")).toBe(text);
  });

  test("is named where its folder cannot be made", async () => {
    const folder = temporaryFolder();
    writeFileSync(`${folder}/.ralph`, "a file");
    await expect(openStore(`${folder}/.ralph/ralph.db`).queue.list()).rejects.toMatchObject(
      storeFailed(/\.ralph\/ralph\.db cannot be used/),
    );
  });

  test("is named where it is a folder", async () => {
    const folder = temporaryFolder();
    mkdirSync(`${folder}/ralph.db`);
    await expect(openStore(`${folder}/ralph.db`).queue.list()).rejects.toMatchObject(storeFailed(/unable to open/));
  });

  test("of a newer ralph is not touched", async () => {
    const path = `${temporaryFolder()}/ralph.db`;
    const store = openStore(path);
    await store.queue.sync([aTask("T1")]);
    const db = await openRaw(path);
    db.exec("PRAGMA user_version = 99");
    await expect(openStore(path).queue.list()).rejects.toMatchObject(storeFailed(/newer ralph/));
  });

  test("a lease renewed by its holder while stale ones are looked for is not freed", async () => {
    const path = `${temporaryFolder()}/ralph.db`;
    const store = openStore(path);
    await store.queue.sync([aTask("T1")]);
    await store.queue.lease("slow", 1000);
    const db = await openRaw(path);
    const renewsAndIsGone = () => {
      db.exec("UPDATE agent_tasks SET lease_expires_at = lease_expires_at + 1000");
      return true;
    };
    expect(await store.queue.expireStale(renewsAndIsGone)).toEqual([]);
    expect(await store.queue.list()).toMatchObject([{ status: "leased", leasedBy: "slow" }]);
  });

  test("that another process has locked is waited for", async () => {
    const path = `${temporaryFolder()}/ralph.db`;
    const store = openStore(path);
    await store.queue.sync([aTask("T1")]);
    const db = await openRaw(path);
    db.exec("BEGIN IMMEDIATE");
    const lease = store.queue.lease("worker", 1000);
    expect(await Promise.race([lease, turns(5)])).toBe("still waiting");
    db.exec("COMMIT");
    expect(await lease).toMatchObject({ taskId: "T1" });
  });
});

/** Resolves after this many turns of the event loop. */
async function turns(count: number): Promise<string> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => void setImmediate(resolve));
  return "still waiting";
}
