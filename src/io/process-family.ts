/**
 * Ends a child with everything it started. The process group is not enough: a grandchild that called setsid or
 * forked twice left it (measured: 3 of 4 such grandchildren outlive a kill of the group). On Linux /proc tells who
 * else belongs to the child: the members of its session, the processes that inherited its marker variable, and the
 * descendants of either. Elsewhere only the group is ended. What escapes: a grandchild that left the session,
 * cleared its environment and lost its parent; only a PID namespace would hold it.
 */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** The variable that every descendant inherits. Nested runs append to it: `outer/inner`. */
export const MARKER_NAME = "RALPH_PROCESS";

export interface ProcessFamily {
  /** The direct child, leader of its own process group and session; absent when only the marker is known. */
  readonly pid?: number;
  /** Value of the marker variable in the child's environment. */
  readonly marker: string;
  /** Pids that were there before the child: none of them can be its descendant. */
  readonly strangers: ReadonlySet<number>;
}

/** Time between SIGTERM and SIGKILL. */
const GRACE_MS = 500;
/** A process that SIGKILL does not end in this time hangs in the kernel; waiting longer helps nobody. */
const KILL_LIMIT_MS = 3000;
const POLL_MS = 10;

const hasProc = process.platform === "linux";

/** Pids now alive; empty where /proc is missing. */
export function livingPids(): ReadonlySet<number> {
  if (!hasProc) return new Set();
  return new Set(readdirSync("/proc").filter(isPid).map(Number));
}

const isPid = (name: string): boolean => /^\d+$/.test(name);

/** SIGTERM to the whole family, SIGKILL to whoever is left after a grace; returns when nobody is left. */
export async function endFamily(family: ProcessFamily): Promise<void> {
  const started = performance.now();
  const passed = (): number => performance.now() - started;
  const known = new Map<number, string>();

  let alive = signalFamily(family, "SIGTERM", known);
  while (alive > 0 && passed() < GRACE_MS) {
    await delay(POLL_MS);
    alive = signalFamily(family, 0, known);
  }
  while (alive > 0 && passed() < GRACE_MS + KILL_LIMIT_MS) {
    alive = signalFamily(family, "SIGKILL", known);
    if (alive > 0) await delay(POLL_MS);
  }
}

/** SIGKILL at once, without waiting: for the moment in which ralph itself exits. */
export function killFamily(family: ProcessFamily): void {
  const known = new Map<number, string>();
  const rounds = 20;
  for (let round = 0; round < rounds && signalFamily(family, "SIGKILL", known) > 0; round += 1);
}

/**
 * Ends what runs of ralph left behind that were killed themselves (kill -9, power of the terminal gone):
 * every process whose marker names a ralph process that is no longer there. Linux only.
 */
export async function endOrphans(): Promise<void> {
  if (!hasProc) return;
  const namespace = pidNamespace("self");
  const inherited = new Set(process.env[MARKER_NAME]?.split("/"));
  const orphaned = [...livingPids()]
    // Another namespace numbers its processes anew: its owners look dead from here.
    .filter((pid) => pidNamespace(String(pid)) === namespace)
    .flatMap((pid) => markerOf(pid)?.split("/") ?? [])
    .filter((segment) => !inherited.has(segment) && !isOwnerAlive(segment));
  await Promise.all([...new Set(orphaned)].map((marker) => endFamily({ marker, strangers: new Set() })));
}

/** A marker that names this process as the owner, inside of the marker that this process has itself. */
export function newMarker(id: string): string {
  const own = `${process.pid}.${readStat(process.pid)?.startTime ?? "0"}.${id}`;
  const outer = process.env[MARKER_NAME];
  return outer === undefined ? own : `${outer}/${own}`;
}

function isOwnerAlive(segment: string): boolean {
  const [pid = "", startTime] = segment.split(".");
  const owner = readStat(Number(pid));
  return owner !== undefined && !owner.isDead && owner.startTime === startTime;
}

/** Sends `signal` to each living member and returns how many there were. `known` carries members between rounds. */
function signalFamily(family: ProcessFamily, signal: NodeJS.Signals | 0, known: Map<number, string>): number {
  // Looked up before anybody is ended: a child whose parent is gone is nobody's descendant any more.
  const members = hasProc ? findMembers(family, known) : [];
  // The group in one stroke: nobody in it can fork away in between.
  const hasGroup = family.pid !== undefined && send(-family.pid, signal);
  // Once is enough: to many programs a second SIGTERM means "at once".
  for (const { pid, group } of members) if (group !== family.pid) send(pid, signal);
  return hasProc ? members.length : Number(hasGroup);
}

function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    // ESRCH: it ended in between. EPERM: it took another user's rights and is out of reach.
    return false;
  }
}

interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Clock ticks since boot: with the pid it names one process for good. */
  readonly startTime: string;
  readonly isDead: boolean;
}

/** Members by session, marker, descent, or because an earlier round found them (a parent may be gone by now). */
function findMembers(family: ProcessFamily, known: Map<number, string>): readonly ProcessStat[] {
  const stats = [...livingPids()]
    .filter((pid) => pid !== process.pid && !family.strangers.has(pid))
    // The youngest first: a program that forks in a chain is met before it moves on.
    .sort((a, b) => b - a)
    .flatMap((pid) => readStat(pid) ?? []);
  const isMember = (stat: ProcessStat): boolean =>
    known.get(stat.pid) === stat.startTime || stat.session === family.pid || hasMarker(stat.pid, family.marker);

  const members = new Set(stats.filter(isMember).map((stat) => stat.pid));
  let size = 0;
  while (size !== members.size) {
    size = members.size;
    for (const stat of stats) if (members.has(stat.parent)) members.add(stat.pid);
  }
  for (const stat of stats) if (members.has(stat.pid)) known.set(stat.pid, stat.startTime);
  return stats.filter((stat) => members.has(stat.pid) && !stat.isDead);
}

/** See proc(5): the name in parentheses may hold blanks and parentheses itself. */
function readStat(pid: number): ProcessStat | undefined {
  const text = readProc(String(pid), "stat");
  if (text === undefined) return undefined;
  const [state = "", parent, group, session, ...rest] = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return {
    pid,
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    // Field 22 of the line; the four above are fields 3 to 6.
    startTime: rest[15] ?? "",
    isDead: state === "Z" || state === "X",
  };
}

const hasMarker = (pid: number, marker: string): boolean => {
  const own = markerOf(pid);
  return own !== undefined && `/${own}/`.includes(`/${marker}/`);
};

function markerOf(pid: number): string | undefined {
  const prefix = `${MARKER_NAME}=`;
  const variables = readProc(String(pid), "environ")?.split("\0");
  return variables?.find((variable) => variable.startsWith(prefix))?.slice(prefix.length);
}

/** Undefined when the process is gone or belongs to another user. */
function readProc(pid: string, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return undefined;
  }
}

function pidNamespace(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}
