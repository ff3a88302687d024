/**
 * Names this process so that another one on the same machine can tell whether it still runs:
 * `host:pid:starttime`. A process id alone is given away again after a while; with the start time it is not.
 */
import { existsSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import process from "node:process";

const HAS_PROC = existsSync("/proc/self/stat");
/** Where there is no /proc, a reused process id counts as the old process until its lease runs out. */
const UNKNOWN_START = "0";

export const workerId = (): string => `${hostname()}:${process.pid}:${startTime(process.pid) ?? UNKNOWN_START}`;

/** True only where it is sure: a worker of another machine, or a name in another form, counts as running. */
export function isWorkerGone(worker: string): boolean {
  const [, host, pid, started] = /^(.+):(\d+):(\d+)$/.exec(worker) ?? [];
  return host === hostname() && startTime(Number(pid)) !== started;
}

/** In clock ticks since boot; undefined for a process that has ended, reaped or not. */
function startTime(pid: number): string | undefined {
  if (!HAS_PROC) return isRunning(pid) ? UNKNOWN_START : undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // proc(5): `pid (name) state …`, and the name may hold spaces and brackets; the start time is field 22.
    const [state = "", ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return "ZX".includes(state) ? undefined : fields[18];
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
