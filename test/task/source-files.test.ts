import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isRalphError } from "../../src/core/error.ts";
import { fileTaskSource } from "../../src/task/source-files.ts";

let folder: string;
/** Epoch milliseconds; 0 is before all files, so that each is read again. */
let now: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ralph-tasks-"));
  now = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = () => fileTaskSource({ folder, clock: { now: () => now, monotonic: () => now } });
const write = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content);
const pathOf = (name: string) => join(folder, name);
const block = (status: string) => `---RALPH_STATUS---\nSTATUS: ${status}\n---END_RALPH_STATUS---\n`;
const codeOf = async (run: Promise<unknown>) =>
  run.then(
    () => "done",
    (error) => (isRalphError(error) ? error.code : error),
  );

describe("the listing with a cache", () => {
  /** Long after all files changed. */
  const LATER = 8e12;
  const memory = (text?: string) => {
    const cache = {
      text,
      writes: 0,
      read: () => cache.text,
      write: (next: string) => void ((cache.text = next), cache.writes++),
    };
    return cache;
  };
  const listWith = (cache: ReturnType<typeof memory>) =>
    fileTaskSource({ folder, clock: { now: () => now, monotonic: () => now }, cache }).list();

  beforeEach(() => {
    now = LATER;
    write("T001.md", `# Task T001: one\n\n**Depends On**: T009\n\n${block("BLOCKED - why")}`);
    write("T002.md", "# Task T002: two\n");
    write("T003.md", "");
    write("notes.md", "# Notes\n");
  });

  test("is the same at the next start, from the cache alone, and writes nothing where nothing changed", () => {
    const cache = memory();
    const first = listWith(cache);
    expect(first).toEqual(open().list());
    expect(listWith(cache)).toEqual(first);
    expect(cache.writes).toBe(1);
    cache.text = cache.text?.replace("two", "TWO");
    expect(listWith(cache).tasks.map(({ title }) => title)).toEqual(["one", "TWO"]);
  });

  test("sees files that were changed, added and deleted since", () => {
    const cache = memory();
    listWith(cache);
    write("T001.md", `# Task T001: changed\n\n${block("PENDING")}`);
    write("T004.md", "# Task T004: new\n");
    rmSync(pathOf("T002.md"));
    expect(listWith(cache)).toEqual(open().list());
    expect(listWith(cache).tasks.map(({ title }) => title)).toEqual(["changed", "new"]);
    expect(cache.writes).toBe(2);
  });

  test("reads again what may have changed unseen", () => {
    const cache = memory();
    now = statSync(pathOf("T002.md")).mtimeMs + 1_000;
    listWith(cache);
    now = LATER;
    expect(cache.text ?? "").not.toContain("two");
    expect(listWith(cache)).toEqual(open().list());
  });

  test.each(["", "{", "null", "[]", "{}", '{"key":"another build","files":[]}'])(
    "does without a cache that holds %j",
    (text) => {
      expect(listWith(memory(text))).toEqual(open().list());
    },
  );

  test("is the same where a number is too large to be one", () => {
    write("T002.md", `# Task T002: two\n**WSJF**: ${"9".repeat(400)}\n`);
    const cache = memory();
    const first = listWith(cache);
    expect(listWith(cache)).toEqual(first);
    expect(first.tasks[1]?.wsjf).toBe(6);
  });
});

describe("the listing", () => {
  test("holds the tasks by file name, and no other documents", () => {
    write("T002.md", "# Task T002: two\n");
    write("T001-first.md", "# Task T001: one\n");
    write("D001.md", "# Task D001: build\n");
    write("story.md", "# Task: a story\n");
    write("README.md", "# Task T009: an example\n");
    write("notes.md", "# Notes\n");
    write("T003.txt", "# Task T003: no markdown\n");
    mkdirSync(pathOf("T004.md"));
    mkdirSync(pathOf("notes"));
    const { tasks, problems } = open().list();
    expect(tasks.map(({ id, path }) => [id, path])).toEqual([
      ["D001", pathOf("D001.md")],
      ["T001", pathOf("T001-first.md")],
      ["T002", pathOf("T002.md")],
      ["story", pathOf("story.md")],
    ]);
    expect(problems).toMatchObject([{ path: pathOf("T004.md"), found: "something that is no file" }]);
  });

  test("of a folder that is not there is empty", () => {
    rmSync(folder, { recursive: true });
    expect(open().list()).toEqual({ tasks: [], problems: [] });
  });

  test("goes on behind files that cannot be read, and tells them by line", () => {
    write("T001.md", "# Task T001: good\n");
    write("T002.md", "");
    write("T003.md", "# Task T003: torn\n\n\0\0\0");
    write("T004.md", "# Task T001: copied\n");
    write("T005.md", Buffer.alloc(10_000_001, "#"));
    symlinkSync(pathOf("T001.md"), pathOf("T006.md"));
    write("T007.md", `# Task T007: good\n\n${block("PENDING")}\n${block("COMPLETE")}`);
    const { tasks, problems, warnings } = open().list();
    expect(tasks.map(({ id, status }) => [id, status])).toEqual([
      ["T001", "PENDING"],
      ["T007", "COMPLETE"],
    ]);
    const plain = "a plain file of at most 10 MB in the task folder itself";
    expect(problems.toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
      {
        path: pathOf("T002.md"),
        line: 1,
        expected: "a title such as `# Task T001: What to do`",
        found: "an empty file",
      },
      {
        path: pathOf("T003.md"),
        line: 3,
        expected: "UTF-8 text",
        found: "a NUL byte (a binary file, UTF-16, or one torn by a crash)",
      },
      { path: pathOf("T004.md"), line: 1, expected: "an id of its own", found: `T001, as in ${pathOf("T001.md")}` },
      { path: pathOf("T005.md"), line: 1, expected: plain, found: "10.0 MB" },
      { path: pathOf("T006.md"), line: 1, expected: plain, found: "a symbolic link" },
    ]);
    expect(warnings).toEqual([
      {
        path: pathOf("T007.md"),
        line: 3,
        expected: "one status block in the file",
        found: "2; the one in line 7 counts",
      },
    ]);
  });

  test("leaves out tasks in circles, keeps those that wait for them, and names dependencies that lead nowhere", () => {
    write("T001.md", "# Task T001: a\n\n**Depends On**: T002\n");
    write("T002.md", "# Task T002: b\n**Depends On**: T001\n");
    write("T003.md", "# Task T003: c\n**Depends On**: T003\n");
    write("T004.md", "# Task T004: d\n**Depends On**: T001\n");
    write("T005.md", "# Task T005: e\n**Depends On**: T004, T099\n");
    write("T006.md", "");
    write("T007.md", "# Task T007: f\n**Depends On**: T006\n");
    const { tasks, problems, warnings } = open().list();
    expect(tasks.map(({ id }) => id)).toEqual(["T004", "T005", "T007"]);
    expect(
      problems.filter(({ found }) => found.startsWith("a circle")).map(({ path, line, found }) => [path, line, found]),
    ).toEqual([
      [pathOf("T002.md"), 2, "a circle: T001 -> T002 -> T001"],
      [pathOf("T001.md"), 3, "a circle: T001 -> T002 -> T001"],
      [pathOf("T003.md"), 2, "a circle: T003 -> T003"],
    ]);
    expect(warnings).toEqual([
      {
        path: pathOf("T005.md"),
        line: 2,
        expected: "ids of tasks in the same folder",
        found: "T099, which is not there",
      },
    ]);
  });

  test("is the same object until something changes", () => {
    write("T001.md", "# Task T001: a\n");
    now = Date.now() + 60_000;
    const source = open();
    const first = source.list();
    expect(source.list()).toBe(first);
    write("T001.md", "# Task T001: b, longer\n");
    expect(source.list().tasks.map(({ title }) => title)).toEqual(["b, longer"]);
    write("T002.md", "# Task T002: c\n");
    expect(source.list().tasks.map(({ id }) => id)).toEqual(["T001", "T002"]);
    rmSync(pathOf("T001.md"));
    expect(source.list().tasks.map(({ id }) => id)).toEqual(["T002"]);
  });

  test("reads a file again that changed so lately that a second change could have the same time", () => {
    write("T001.md", "# Task T001: a\n");
    now = statSync(pathOf("T001.md")).mtimeMs + 1_999;
    const source = open();
    const first = source.list();
    now += 1_000;
    const second = source.list();
    expect(second).not.toBe(first);
    expect(second).toEqual(first);
    expect(source.list()).toBe(second);
  });

  test("clears away what a killed process left in the folder", () => {
    write(`.ralph-tmp-${process.pid}-0123abcd-1`, "half");
    write("T001.md", "# Task T001: a\n");
    open().list();
    expect(readdirSync(folder)).toEqual(["T001.md"]);
  });
});

describe("reading a task", () => {
  test("gives the whole task under the path with which it was listed", async () => {
    write("T001.md", "# Task T001: a\n\n## Checks\n`npm test`\n");
    const source = open();
    const [listed] = source.list().tasks;
    expect(await source.read(listed?.path ?? "")).toMatchObject({ ...listed, checks: [{ command: "npm test" }] });
  });

  test("says TASK_UNREADABLE of what is broken, and of what a person deleted meanwhile", async () => {
    write("T001.md", "no title\n");
    expect(await codeOf(open().read(pathOf("T001.md")))).toBe("TASK_UNREADABLE");
    expect(await codeOf(open().read(pathOf("T002.md")))).toBe("TASK_UNREADABLE");
  });
});

describe("writing a status", () => {
  test("changes the lines of the block only, and the next listing tells it", async () => {
    const [head, tail] = ["# Task T001: \xe9t\xe9\r\n\r\n", "\r\ntail \xff without an end"];
    write("T001.md", Buffer.from(`${head}${block("PENDING").replaceAll("\n", "\r\n")}${tail}`, "latin1"));
    const source = open();
    source.list();
    await source.writeStatus(pathOf("T001.md"), { status: "BLOCKED", reason: "délai", fields: { ATTEMPTS: "2" } });
    const written = readFileSync(pathOf("T001.md"), "latin1");
    const reason = Buffer.from("délai").toString("latin1");
    expect(written).toBe(
      `${head}---RALPH_STATUS---\r\nSTATUS: BLOCKED - ${reason}\r\nATTEMPTS: 2\r\n---END_RALPH_STATUS---\r\n${tail}`,
    );
    expect(source.list().tasks).toMatchObject([{ status: "BLOCKED", statusReason: "délai" }]);
    expect(readdirSync(folder)).toEqual(["T001.md"]);
  });

  test("leaves a file alone that says it already", async () => {
    write("T001.md", `# Task T001: a\n\n${block("completed")}`);
    const before = statSync(pathOf("T001.md"));
    await open().writeStatus(pathOf("T001.md"), { status: "COMPLETE" });
    const { ino, mtimeMs } = statSync(pathOf("T001.md"));
    expect({ ino, mtimeMs }).toEqual({ ino: before.ino, mtimeMs: before.mtimeMs });
  });

  test("does not bring back a file that a person deleted", async () => {
    await open().writeStatus(pathOf("T001.md"), { status: "COMPLETE" });
    expect(readdirSync(folder)).toEqual([]);
  });

  test("refuses a symbolic link and a folder, and names them", async () => {
    write("elsewhere", "precious");
    symlinkSync(pathOf("elsewhere"), pathOf("T001.md"));
    mkdirSync(pathOf("T002.md"));
    const source = open();
    expect(await codeOf(source.writeStatus(pathOf("T001.md"), { status: "COMPLETE" }))).toBe("WRITE_FAILED");
    expect(await codeOf(source.writeStatus(pathOf("T002.md"), { status: "COMPLETE" }))).toBe("WRITE_FAILED");
    expect(readFileSync(pathOf("elsewhere"), "utf8")).toBe("precious");
  });

  test("of any text is what the next listing tells", async () => {
    const line = fc.constantFrom(
      "text",
      "```",
      "<!--",
      "-->",
      "## Notes",
      "STATUS: COMPLETE",
      "---RALPH_STATUS---",
      "RALPH_STATUS:",
      "",
    );
    const rest = fc.array(line, { maxLength: 10 }).map((lines) => lines.join("\n"));
    await fc.assert(
      fc.asyncProperty(rest, fc.string(), async (text, reason) => {
        write("T001.md", `# Task T001: x\n\n${text}`);
        const source = open();
        await source.writeStatus(pathOf("T001.md"), { status: "AWAITING_APPROVAL", reason });
        expect(source.list()).toMatchObject({ tasks: [{ status: "AWAITING_APPROVAL" }], problems: [] });
      }),
      { numRuns: 50 },
    );
    expect.hasAssertions();
  });
});
