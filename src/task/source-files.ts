/**
 * A folder of task files as a task source. The listing is synchronous: thousands of small reads are faster that way.
 * It is remembered by each file's stamp, so that looking again costs one stat a file, also at the next start.
 */
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import type { Clock } from "../core/clock.ts";
import { RalphError } from "../core/error.ts";
import type { StatusUpdate, TaskListing, TaskProblem, TaskSource } from "../core/task.ts";
import { systemClock } from "../io/clock.ts";
import {
  type FileRead,
  isSameStamp,
  readPlainFile,
  removeLeftovers,
  replaceFile,
  stampOf,
  statIfThere,
} from "../io/files.ts";
import { toListing } from "./listing.ts";
import { type KnownFile, keepFiles, recallFiles, type ScanCache } from "./listing-cache.ts";
import { scanTask, type TaskScan } from "./scan.ts";
import { spliceStatusBytes } from "./status-block.ts";
import { idOfName, isTaskName } from "./title.ts";

export interface FileTaskSourceOptions {
  /** Paths of tasks start with it. */
  readonly folder: string;
  /** Tells which files changed so lately that a second change could go unseen. */
  readonly clock?: Clock;
  /** Keeps what was scanned for the next start. */
  readonly cache?: ScanCache;
}

const MAX_BYTES = 10_000_000;
/** Coarsest time stamps of a file system in use (FAT): within them a second change may go unseen. */
const STAMP_RESOLUTION_MS = 2_000;
const WRITE_TRIES = 5;

export function fileTaskSource({ folder, clock = systemClock, cache }: FileTaskSourceOptions): TaskSource {
  let names: readonly string[] = [];
  let files: readonly KnownFile[] | undefined;
  let listing: TaskListing = { tasks: [], problems: [] };

  const look = (file: KnownFile): KnownFile => {
    const stats = file.stamp === undefined ? undefined : statIfThere(file.path);
    if (stats !== undefined && file.stamp !== undefined && isSameStamp(file.stamp, stats)) return file;
    return scanFile(file.path, clock.now());
  };

  return {
    list() {
      const found = namesIn(folder);
      const isSame = found.length === names.length && found.every((name, index) => name === names[index]);
      if (!isSame) removeLeftovers(folder, found);
      const known = files ?? recallFiles(cache, folder);
      const looked = (isSame ? known : match(folder, found, known)).map(look);
      const isUnchanged = isSame && looked.every((file, index) => file === known[index]);
      if (!isUnchanged) listing = toListing(looked.map((file) => file.scan));
      // Once a start is enough: what changes later is little, and read again by the next one.
      if (files === undefined) keepFiles(cache, folder, looked, known);
      names = found;
      files = looked;
      return listing;
    },

    async read(path) {
      const read = readPlainFile(path, MAX_BYTES);
      if (read.kind !== "file") throw new RalphError("TASK_UNREADABLE", unreadable(path, read));
      const { parseTask } = await import("./parse.ts");
      return parseTask(read.bytes.toString(), path);
    },

    writeStatus,
  };
}

const NO_TASK: TaskScan = { kind: "no task" };

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
  const prefix = join(folder, "/");
  const paths = names.filter((name) => name.endsWith(".md")).map((name) => prefix + name);
  return paths.sort().map((path) => known.get(path) ?? { path, scan: NO_TASK, stamp: undefined });
}

/** @param now epoch milliseconds before the file is read */
function scanFile(path: string, now: number): KnownFile {
  const read = readPlainFile(path, MAX_BYTES);
  if (read.kind === "file") {
    const mayChangeUnseen = now - Math.max(read.stats.mtimeMs, read.stats.ctimeMs) < STAMP_RESOLUTION_MS;
    return {
      path,
      scan: scanTask(read.bytes.toString(), path),
      stamp: mayChangeUnseen ? undefined : stampOf(read.stats),
    };
  }
  const name = basename(path);
  const isTask = read.kind === "refused" && isTaskName(name);
  const scan: TaskScan = isTask ? { kind: "problem", id: idOfName(name), problem: unreadable(path, read) } : NO_TASK;
  return { path, scan, stamp: undefined };
}

const unreadable = (path: string, read: Exclude<FileRead, { kind: "file" }>): TaskProblem => ({
  path,
  line: 1,
  expected: "a plain file of at most 10 MB in the task folder itself",
  found: read.kind === "missing" ? "no file" : read.why,
});

/** A file that a person changes meanwhile is read again; one that is gone stays gone. */
async function writeStatus(path: string, update: StatusUpdate): Promise<void> {
  const tick = await ticker(update);
  for (let tries = 0; tries < WRITE_TRIES; tries++) {
    const read = readPlainFile(path, Number.POSITIVE_INFINITY);
    if (read.kind === "missing") return;
    if (read.kind === "refused") throw new RalphError("WRITE_FAILED", { path, why: `there is ${read.why}` });
    const after = spliceStatusBytes(tick(read.bytes), update);
    if (read.bytes.equals(after) || replaceFile(path, after, read.stats)) return;
  }
  throw new RalphError("WRITE_FAILED", { path, why: "another program keeps changing it" });
}

/** The markdown parser is loaded only where there is something to tick. */
async function ticker({ ticked = [] }: StatusUpdate): Promise<(bytes: Uint8Array) => Uint8Array> {
  if (ticked.length === 0) return (bytes) => bytes;
  const { tickCriteria } = await import("./tick.ts");
  return (bytes) => tickCriteria(bytes, ticked);
}
