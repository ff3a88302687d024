import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { patchFolder } from "../../src/workspace/patch-folder.ts";
import { temporaryFolder } from "../support/temporary.ts";

const at = (hours: number, minutes: number, seconds: number) => new Date(2026, 0, 2, hours, minutes, seconds).getTime();

test("a patch is kept under its task and time of day, and the last one under a fixed name", () => {
  let now = at(9, 5, 7);
  const folder = patchFolder(join(temporaryFolder(), "patches"), { now: () => now, monotonic: () => 0 });
  expect(folder.list()).toEqual([]);
  expect(folder.save("T001", "one\n")).toBe("T001_090507.diff");
  expect(folder.save("T001", "two\n")).toBe("T001_090507-2.diff");
  now = at(23, 59, 59);
  expect(folder.save("T-2", "three\n")).toBe("T-2_235959.diff");
  expect(folder.list().map(({ name, taskId }) => [name, taskId])).toEqual([
    ["T001_090507.diff", "T001"],
    ["T001_090507-2.diff", "T001"],
    ["T-2_235959.diff", "T-2"],
  ]);
  expect([folder.read("T001_090507-2.diff"), folder.read("last_patch.diff")]).toEqual(["two\n", "three\n"]);
});

test("a patch that is not there is an error that names its path", () => {
  const folder = patchFolder(temporaryFolder(), { now: () => 0, monotonic: () => 0 });
  expect(() => folder.read("none.diff")).toThrow(/none\.diff cannot be read/);
});

test("a folder that cannot be made is an error that names it", () => {
  const path = join(temporaryFolder(), "patches");
  writeFileSync(path, "");
  expect(() => patchFolder(path, { now: () => 0, monotonic: () => 0 }).save("T001", "x")).toThrow(
    `${path} cannot be written`,
  );
});
