/** Names any process, as io/worker-id.ts names this one, and tells later whether it is still that one. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { livingPids } from "./process-family.ts";
import { isWorkerGone, workerId } from "./worker-id.ts";

/** `host:boot:namespace:pid:starttime`, in the form of `workerId`: names a process for good. */
export const idOf = (pid: number, start = startOf(pid) ?? UNKNOWN): string => `${PLACE}:${pid}:${start}`;

export const pidOf = (id: string): number => Number(id.split(":").at(-2));

/**
 * "here": it runs, and it is no other process under the same number. "gone": it has ended for sure.
 * "elsewhere": another machine or PID namespace started it, or this system does not tell, so nobody can be sure.
 */
export type Presence = "here" | "gone" | "elsewhere";

export function presenceOf(id: string): Presence {
  const pid = pidOf(id);
  const start = startOf(pid);
  if (start !== undefined && idOf(pid, start) === id) return "here";
  return isWorkerGone(id) ? "gone" : "elsewhere";
}

/** Resident memory of the process and its session, in bytes; undefined where /proc does not tell. */
export function residentBytes(pid: number): number | undefined {
  const sum = [...livingPids()]
    .filter((each) => statFields(each)?.[SESSION] === String(pid))
    .map((each) => Number(/^VmRSS:\s+(\d+) kB$/m.exec(readProc(each, "status") ?? "")?.[1] ?? 0) * 1024)
    .reduce((total, bytes) => total + bytes, 0);
  return sum === 0 ? undefined : sum;
}

const [PLACE = "", OWN_START] = /^(.*):\d+:(\d+)$/.exec(workerId())?.slice(1) ?? [];
const UNKNOWN = "0";

/** Undefined for a process that is dead, or where nothing tells. */
function startOf(pid: number): string | undefined {
  if (OWN_START !== UNKNOWN) return statFields(pid)?.[START_TIME];
  return process.platform === "linux" ? undefined : startSecond(pid);
}

/** proc(5) counts from 1 and from the pid; here the fields begin with the third, the state. */
const STATE = 3 - 3;
const SESSION = 6 - 3;
const THREADS = 20 - 3;
const START_TIME = 22 - 3;

function statFields(pid: number): readonly string[] | undefined {
  const stat = readProc(pid, "stat");
  // The name in parentheses may hold blanks and parentheses itself.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  // A zombie with threads is still on its way out: they keep its port open, and free its memory.
  const isDead = fields !== undefined && "ZX".includes(fields[STATE] ?? "") && Number(fields[THREADS]) <= 1;
  return isDead ? undefined : fields;
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return undefined;
  }
}

/** Without /proc (macOS) `ps` tells the start to the second. */
function startSecond(pid: number): string | undefined {
  try {
    const env = { PATH: process.env["PATH"] ?? "", LC_ALL: "C", TZ: "UTC" };
    const text = execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { env, encoding: "utf8" });
    return String(Date.parse(`${text.trim()} UTC`) / 1000);
  } catch {
    return undefined;
  }
}
