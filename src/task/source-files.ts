/**
 * A folder of task files as a task source. The listing is synchronous: thousands of small reads are faster that way.
 * It is remembered by each file's stamp, so that looking again costs one stat a file.
 */
import { readdirSync, readFileSync, type Stats } from "node:fs";
import { basename, join } from "node:path";
import type { Clock } from "../core/clock.ts";
import { RalphError } from "../core/error.ts";
import type { StatusUpdate, TaskListing, TaskProblem, TaskSource } from "../core/task.ts";
import { systemClock } from "../io/clock.ts";
import { type FileStamp, isSameStamp, removeLeftovers, replaceFile, statIfThere } from "../io/files.ts";
import { toListing } from "./listing.ts";
import { scanTask, type TaskScan } from "./scan.ts";
import { spliceStatusBytes } from "./status-block.ts";
import { idOfName, isTaskName } from "./title.ts";

export interface FileTaskSourceOptions {
  /** Paths of tasks start with it. */
  readonly folder: string;
  /** Tells which files changed so lately that a second change could go unseen. */
  readonly clock?: Clock;
}

const MAX_BYTES = 10_000_000;
/** Coarsest time stamps of a file system in use (FAT): within them a second change may go unseen. */
const STAMP_RESOLUTION_MS = 2_000;
const WRITE_TRIES = 5;

interface KnownFile {
  readonly path: string;
  /** Absent: to be read again. */
  readonly stamp?: FileStamp;
  readonly scan: TaskScan;
}

export function fileTaskSource({ folder, clock = systemClock }: FileTaskSourceOptions): TaskSource {
  let names: readonly string[] = [];
  let files: readonly KnownFile[] = [];
  let listing: TaskListing = { tasks: [], problems: [] };

  const look = (file: KnownFile): KnownFile => {
    const stats = statIfThere(file.path);
    if (stats === undefined) return { path: file.path, scan: NO_TASK };
    if (file.stamp !== undefined && isSameStamp(file.stamp, stats)) return file;
    const mayChangeUnseen = clock.now() - Math.max(stats.mtimeMs, stats.ctimeMs) < STAMP_RESOLUTION_MS;
    return { path: file.path, scan: scanFile(file.path, stats), ...(mayChangeUnseen ? {} : { stamp: stats }) };
  };

  return {
    list() {
      const found = namesIn(folder);
      const isSame = found.length === names.length && found.every((name, index) => name === names[index]);
      if (!isSame) removeLeftovers(folder, found);
      const looked = (isSame ? files : match(folder, found, files)).map(look);
      const isUnchanged = isSame && looked.every((file, index) => file === files[index]);
      if (!isUnchanged) listing = toListing(looked.map((file) => file.scan));
      names = found;
      files = looked;
      return listing;
    },

    async read(path) {
      const stats = statIfThere(path);
      if (stats === undefined) throw unreadable({ path, line: 1, expected: "a task file", found: "no file" });
      const text = readText(path, stats);
      if (typeof text !== "string") throw unreadable(text);
      const { parseTask } = await import("./parse.ts");
      return parseTask(text, path);
    },

    writeStatus: async (path, update) => writeStatus(path, update),
  };
}

const NO_TASK: TaskScan = { kind: "no task" };

const unreadable = (problem: TaskProblem) => new RalphError("TASK_UNREADABLE", problem);

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new RalphError("READ_FAILED", { path: folder, why: (error as Error).message }, { cause: error });
  }
}

/** The markdown files by name, with what is known of them. */
function match(folder: string, names: readonly string[], files: readonly KnownFile[]): readonly KnownFile[] {
  const known = new Map(files.map((file) => [file.path, file]));
  const paths = names.filter((name) => name.endsWith(".md")).map((name) => join(folder, name));
  return paths.sort().map((path) => known.get(path) ?? { path, scan: NO_TASK });
}

function scanFile(path: string, stats: Stats): TaskScan {
  const name = basename(path);
  if (!stats.isFile() && !isTaskName(name)) return NO_TASK;
  const text = readText(path, stats);
  return typeof text === "string" ? scanTask(text, path) : { kind: "problem", id: idOfName(name), problem: text };
}

/** Bytes that are not UTF-8 read as U+FFFD. */
function readText(path: string, stats: Stats): string | TaskProblem {
  const problem = (expected: string, found: string): TaskProblem => ({ path, line: 1, expected, found });
  if (stats.isSymbolicLink()) return problem("a file in the task folder itself", "a symbolic link");
  if (!stats.isFile()) return problem("a file", "something else of that name");
  if (stats.size > MAX_BYTES) return problem("a file of at most 10 MB", `${(stats.size / 1e6).toFixed(1)} MB`);
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    return problem("a file that can be read", (error as Error).message);
  }
}

/** A file that a person changes meanwhile is read again; one that is gone stays gone. */
function writeStatus(path: string, update: StatusUpdate): void {
  for (let tries = 0; tries < WRITE_TRIES; tries++) {
    const stats = statIfThere(path);
    if (stats === undefined) return;
    if (!stats.isFile()) throw new RalphError("WRITE_FAILED", { path, why: "it is not a plain file" });
    const before = readBytes(path);
    const after = spliceStatusBytes(before, update);
    if (before.equals(after) || replaceFile(path, after, stats)) return;
  }
  throw new RalphError("WRITE_FAILED", { path, why: "another program keeps changing it" });
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new RalphError("READ_FAILED", { path, why: (error as Error).message }, { cause: error });
  }
}
