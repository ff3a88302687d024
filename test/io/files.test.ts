import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RalphError } from "../../src/core/error.ts";
import { readPlainFile, removeLeftovers, replaceFile, statIfThere } from "../../src/io/files.ts";

const KILLS = process.env["RALPH_TEST_FULL"] === undefined ? 6 : 500;

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ralph-files-"));
  path = join(folder, "file.md");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const errorOf = (run: () => unknown) => {
  try {
    return run();
  } catch (error) {
    return error instanceof RalphError ? { code: error.code, ...(error.details as object) } : error;
  }
};

describe("replacing a file", () => {
  test("a new file is written, an old one replaced, nothing else left", () => {
    expect(replaceFile(path, "one")).toBe(true);
    expect(replaceFile(path, Buffer.from([0xff, 0]))).toBe(true);
    expect([...readFileSync(path)]).toEqual([0xff, 0]);
    expect(readdirSync(folder)).toEqual(["file.md"]);
  });

  test("the file keeps its mode", () => {
    writeFileSync(path, "one");
    chmodSync(path, 0o640);
    replaceFile(path, "two");
    expect(statSync(path).mode & 0o7777).toBe(0o640);
  });

  test("a file that somebody changed since it was read stays as it is", () => {
    writeFileSync(path, "one");
    const stats = statIfThere(path);
    writeFileSync(path, "a person's words");
    expect(replaceFile(path, "two", stats)).toBe(false);
    expect(readFileSync(path, "utf8")).toBe("a person's words");
    expect(readdirSync(folder)).toEqual(["file.md"]);
  });

  test("a file that somebody deleted since it was read stays deleted", () => {
    writeFileSync(path, "one");
    const stats = statIfThere(path);
    rmSync(path);
    expect(replaceFile(path, "two", stats)).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("a folder in the way is named, and nothing is left behind", () => {
    mkdirSync(path);
    expect(errorOf(() => replaceFile(path, "two"))).toMatchObject({ code: "WRITE_FAILED", path });
    expect(readdirSync(folder)).toEqual(["file.md"]);
  });

  test("a folder that is not there is named", () => {
    const missing = join(folder, "none", "file.md");
    expect(errorOf(() => replaceFile(missing, "two"))).toMatchObject({ code: "WRITE_FAILED", path: missing });
  });
});

/** Replaces the file over and over, in turn by 64 KB of one letter, and says so on standard output after each time. */
const REPLACER = `
  import { replaceFile } from ${JSON.stringify(new URL("../../src/io/files.ts", import.meta.url).href)};
  for (let turn = 0; ; turn++) {
    replaceFile(process.argv[1], (turn % 2 ? "a" : "b").repeat(65_536));
    process.stdout.write(".\\n");
  }
`;

describe("kill -9", { timeout: 600_000 }, () => {
  test("leaves the old bytes or the new ones, and what it leaves besides is found and removed", async () => {
    writeFileSync(path, "b".repeat(65_536));
    for (let kill = 0; kill < KILLS; kill++) {
      const argv = ["--import", "tsx", "--input-type=module", "--eval", REPLACER, path];
      const child = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "inherit"] });
      try {
        const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
        for (let turn = 0; turn <= kill; turn++) await lines.next();
      } finally {
        child.kill("SIGKILL");
        await once(child, "exit");
      }
      expect(["a".repeat(65_536), "b".repeat(65_536)]).toContain(readFileSync(path, "utf8"));
      removeLeftovers(folder);
      expect(readdirSync(folder)).toEqual(["file.md"]);
    }
  });
});

describe("leftovers", () => {
  const deadPid = () => spawnSync(process.execPath, ["--version"]).pid;
  const names = (pid: number) => [`.ralph-tmp-${pid}-0123abcd-1`, `.ralph-tmp-${pid}-0123abcd-22`];

  test("of a process that is gone go, whatever else is there stays", () => {
    const kept = ["T001.md", ".ralph-tmp-notes", `.ralph-tmp-${process.ppid}-0123abcd-1`];
    for (const name of [...kept, ...names(deadPid())]) writeFileSync(join(folder, name), "");
    removeLeftovers(folder);
    expect(readdirSync(folder).sort()).toEqual(kept.sort());
  });

  test("of an earlier process with the number of this one go", () => {
    for (const name of names(process.pid)) writeFileSync(join(folder, name), "");
    removeLeftovers(folder);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("of long ago go, though another process has their number now", () => {
    const [name = ""] = names(process.ppid);
    writeFileSync(join(folder, name), "");
    utimesSync(join(folder, name), 1_000_000, 1_000_000);
    removeLeftovers(folder);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("reading a plain file", () => {
  const outcome = (maxBytes = 1_000) => {
    const read = readPlainFile(path, maxBytes);
    return read.kind === "file" ? read.bytes.toString() : read.kind === "refused" ? read.why : read.kind;
  };

  test("gives its bytes, also none", () => {
    writeFileSync(path, "one");
    expect(outcome()).toBe("one");
    writeFileSync(path, "");
    expect(outcome()).toBe("");
  });

  test("says what is there instead", () => {
    expect(outcome()).toBe("missing");
    mkdirSync(path);
    expect(outcome()).toBe("something that is no file");
    rmSync(path, { recursive: true });
    writeFileSync(join(folder, "target"), "secret");
    symlinkSync(join(folder, "target"), path);
    expect(outcome()).toBe("a symbolic link");
  });

  test("does not read more than is allowed", () => {
    writeFileSync(path, Buffer.alloc(2_000_000));
    expect(outcome(1_999_999)).toBe("2.0 MB");
  });

  test("does not wait for the other end of a pipe", () => {
    const program = "mkfifo";
    expect(spawnSync(program, [path]).status).toBe(0);
    expect(outcome()).toBe("something that is no file");
    expect(existsSync(path)).toBe(true);
  });
});
