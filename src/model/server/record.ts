/** The state file of a server that ralph started: what `ralph llm stop` and `status` need to know it again. */
import { rmSync } from "node:fs";
import { type FileRead, readPlainFile, replaceFile } from "../../io/files.ts";
import { numberAt, textAt } from "../unknown-json.ts";

export interface ServerRecord {
  readonly name: string;
  readonly pid: number;
  /** Names the process for good; see io/background.ts. */
  readonly process: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** For people; without secrets. */
  readonly command: string;
  /** Where it listens; ralph.yaml may say something else by now. */
  readonly url: string;
  /** Where it writes; the next start may have a file of another day. */
  readonly logFile: string;
}

const LONGEST_BYTES = 1_000_000;

/** Undefined where there is none, or none that ralph wrote. */
export function readRecord(path: string): ServerRecord | undefined {
  const json = parse(readPlainFile(path, LONGEST_BYTES));
  const pid = numberAt(json, "pid");
  const startedAt = numberAt(json, "startedAt");
  const url = textAt(json, "url");
  if (pid === undefined || startedAt === undefined || !URL.canParse(url)) return undefined;
  return {
    name: textAt(json, "name"),
    pid,
    process: textAt(json, "process"),
    startedAt,
    command: textAt(json, "command"),
    url,
    logFile: textAt(json, "logFile"),
  };
}

function parse(read: FileRead): unknown {
  if (read.kind !== "file") return undefined;
  try {
    return JSON.parse(read.bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

/** Throws WRITE_FAILED. The folder must exist. */
export const writeRecord = (path: string, record: ServerRecord): void => {
  replaceFile(path, `${JSON.stringify(record, null, 2)}\n`);
};

export const removeRecord = (path: string): void => rmSync(path, { force: true });
