/**
 * Names this process so that another one can tell whether it still runs: `host:boot:namespace:pid:starttime`.
 * A process id means something only within one start of the machine and one PID namespace (two containers may share
 * a host name), and it is given away again after a while; with the start time it is not.
 */
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import process from "node:process";

/** Stands for what this system does not tell. */
const UNKNOWN = "0";
const BOOT = told(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
/** The link reads `pid:[4026531836]`. */
const NAMESPACE = told(() => /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0] ?? UNKNOWN);
/** A /proc that was mounted in another PID namespace tells of other processes under our numbers. */
const HAS_PROC = told(() => readlinkSync("/proc/self")) === String(process.pid);

/** Where there is no /proc, a reused process id counts as the old process until its lease runs out. */
export const workerId = (): string =>
  [hostname(), BOOT, NAMESPACE, process.pid, startTime(process.pid) ?? UNKNOWN].join(":");

/** True only where it is sure: a worker of another machine or PID namespace, or a name in another form, counts as running. */
export function isWorkerGone(worker: string): boolean {
  const [, host, boot, namespace, pid, started] = /^(.+):([\da-f-]+):(\d+):(\d+):(\d+)$/.exec(worker) ?? [];
  if (host !== hostname()) return false;
  if (boot !== BOOT) return boot !== UNKNOWN && BOOT !== UNKNOWN;
  return namespace === NAMESPACE && startTime(Number(pid)) !== started;
}

/** In clock ticks since boot; undefined for a process that has ended, reaped or not. */
function startTime(pid: number): string | undefined {
  if (!HAS_PROC) return isRunning(pid) ? UNKNOWN : undefined;
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

function told(read: () => string): string {
  try {
    return read();
  } catch {
    return UNKNOWN;
  }
}
