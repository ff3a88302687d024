import { expect, test } from "vitest";
import { isTooOld, loadSqlite } from "../../src/store/sqlite-driver.ts";

test.each([
  ["3.51.2", true],
  ["3.47.1", true],
  ["2.99.99", true],
  ["3.51.3", false],
  ["3.51.10", false],
  ["3.53.0", false],
  ["4.0.0", false],
])("SQLite %s is too old: %s", (version, expected) => {
  expect(isTooOld(version)).toBe(expected);
});

test("a SQLite that is new enough is found here", async () => {
  const db = (await loadSqlite())(":memory:");
  const found = db.prepare("SELECT sqlite_version() AS version").get({});
  db.close();
  expect(found).toMatchObject({ version: expect.stringMatching(/^3\./) as string });
});
