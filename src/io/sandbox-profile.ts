/**
 * The words for bubblewrap (see bwrap(1)). Later words win over earlier ones, so they go from wide to narrow: the whole
 * system read-only, then what is hidden, then what is shown again, then what may be written, then what in it may not.
 */
import { existsSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";
import type { Environment } from "./environment.ts";
import { isWithin, realPath, type Way, wayTo } from "./sandbox-paths.ts";
import { toolWays } from "./sandbox-tools.ts";

export interface SandboxPlace {
  /** Absolute folder, writable except for its `.git`; no other sandbox writes there at the same time. */
  readonly workTree: string;
  /** Further absolute folders to write to: caches, the folder for a report. */
  readonly writable?: readonly string[];
  /** Absolute folders and files that are needed though they lie where all is hidden: the person's checkout. */
  readonly readable?: readonly string[];
  /**
   * The real network, with all that listens on this machine: for set-up commands. Without it there is a loopback device
   * of the sandbox's own and nothing else.
   */
  readonly network?: boolean;
}

/** What the machine says; looked up once. */
export interface SandboxFacts {
  readonly home: string;
  /** Real folders that are empty inside, a parent before its children. */
  readonly hidden: readonly string[];
  /** Those of them in which a program has room to write. */
  readonly own: ReadonlySet<string>;
  readonly tools: readonly Way[];
  /** May it be given what came with bubblewrap 0.7 and 0.8, and some containers refuse: `--size`, `--disable-userns`? */
  readonly isModern: boolean;
}

/**
 * People's files, whatever is mounted beside them, and the sockets of services that would do for a program what it may
 * not do itself (docker, lxd, D-Bus, ssh-agent, X11): a read-only mount does not keep anybody from connecting.
 */
const HIDDEN = [
  ["/home", "/root", "/mnt", "/media", "/sysroot"],
  ["/run", "/var/run", "/var/snap", "/var/lib/incus", "/var/lib/lxd"],
].flat();

/** Hidden, too, and the program's own until it ends. */
const SCRATCH = ["/tmp", "/var/tmp"];

export function sandboxFacts(env: Environment, home: string, isModern: boolean): SandboxFacts {
  const real = (folders: readonly string[]): readonly string[] =>
    // Some services have "/" for a home.
    [...new Set(folders.flatMap((folder) => realPath(folder) ?? []))].filter((folder) => folder !== "/").sort();
  return {
    home,
    hidden: real([home, ...HIDDEN, ...SCRATCH]),
    own: new Set(real([home, ...SCRATCH])),
    tools: [...toolWays(env, home), wayTo("/etc/resolv.conf")],
    isModern,
  };
}

/** Why this place cannot be sandboxed; undefined when it can. */
export function refusalOf(facts: SandboxFacts, place: SandboxPlace): string | undefined {
  const asked = [...writableIn(place), ...readableIn(place)];
  const wide = asked.find((path) => isTooWide(facts, wayTo(path).end));
  return wide === undefined ? undefined : `the sandbox cannot show all of ${wide}, because private files lie there`;
}

const writableIn = ({ workTree, writable = [] }: SandboxPlace): readonly string[] => outermost([workTree, ...writable]);

/** What lies in a writable folder may be a link by now, to wherever a program of an earlier run would like to go. */
const readableIn = (place: SandboxPlace): readonly string[] =>
  (place.readable ?? []).filter((path) => !writableIn(place).some((folder) => isWithin(folder, path)));

const isTooWide = ({ hidden }: SandboxFacts, path: string): boolean => hidden.some((folder) => isWithin(path, folder));

/** Everything between `bwrap` and the program. */
export function sandboxWords(facts: SandboxFacts, place: SandboxPlace, cwd: string): readonly string[] {
  const parts = [isolation(facts, place), system(facts), shownAgain(facts, place), written(place)];
  return [...parts.flat(2), "--chdir", cwd, "--"];
}

/** One option of bwrap with its values. */
type Words = readonly string[];

const isolation = ({ isModern }: SandboxFacts, { network }: SandboxPlace): readonly Words[] => [
  ["--unshare-all"],
  // Not "if possible", which is what --unshare-all means for it.
  ["--unshare-user"],
  isModern ? ["--disable-userns"] : [],
  network === true ? ["--share-net"] : [],
  // bwrap leaves root all capabilities in the new namespace, the one to unmount what hides things included.
  ["--cap-drop", "ALL"],
  ["--die-with-parent"],
  // Else a program could type into ralph's terminal (TIOCSTI).
  ["--new-session"],
];

const system = (facts: SandboxFacts): readonly Words[] => [
  ["--ro-bind", "/", "/"],
  ["--dev", "/dev"],
  emptyFolder(facts, "/dev/shm", OWN_BYTES),
  ["--remount-ro", "/dev"],
  ["--proc", "/proc"],
  // Without any capability root may still write to /proc/sys: measured, 766 files, core_pattern among them.
  ["--remount-ro", "/proc"],
  ...facts.hidden.map((folder) => emptyFolder(facts, folder, facts.own.has(folder) ? OWN_BYTES : MOUNTS_BYTES)),
];

/** They live in memory, and what bwrap takes by itself is half of it for each. */
const OWN_BYTES = Math.floor(totalmem() / 6);
/** Holds nothing but the places for other mounts. */
const MOUNTS_BYTES = 1024 * 1024;

/** As open as /tmp: only the person is in there, and some programs look. */
const emptyFolder = ({ isModern }: SandboxFacts, folder: string, bytes: number): Words => [
  ...(isModern ? ["--size", String(bytes)] : []),
  ...(folder.endsWith("tmp") ? ["--perms", "1777"] : []),
  "--tmpfs",
  folder,
];

function shownAgain(facts: SandboxFacts, place: SandboxPlace): readonly Words[] {
  const isHidden = (path: string): boolean => facts.hidden.some((folder) => isWithin(folder, path));
  const shown = [...facts.tools, ...readableIn(place).map(wayTo)];
  const links = [wayTo(facts.home), ...shown, ...writableIn(place).map(wayTo)]
    .flatMap((way) => way.links)
    .filter((link) => isHidden(link.path));
  // One that is there but out of reach, such as another person's, would be the end of bwrap.
  const ends = shown.map((way) => way.end).filter((end) => isHidden(end) && !isTooWide(facts, end) && existsSync(end));
  return [
    // First, while all these folders are still writable; one that is shown as a whole then covers its own links.
    ...unique(links, (link) => link.path).map((link) => ["--symlink", link.target, link.path]),
    ...outermost(ends).map((end) => ["--ro-bind-try", end, end]),
  ];
}

function written(place: SandboxPlace): readonly Words[] {
  const folders = writableIn(place).map((folder) => wayTo(folder).end);
  // Whoever changes it decides which programs the next git outside starts.
  const git = join(wayTo(place.workTree).end, ".git");
  return [
    ...folders.map((folder) => ["--bind", folder, folder]),
    // bwrap would follow a link, and show what is hidden.
    isLink(git) ? [] : ["--ro-bind-try", git, git],
  ];
}

const isLink = (path: string): boolean => wayTo(path).end !== path;

const unique = <T>(items: readonly T[], key: (item: T) => string): readonly T[] => [
  ...new Map(items.map((item) => [key(item), item])).values(),
];

/** Without those that lie in another one. */
const outermost = (paths: readonly string[]): readonly string[] =>
  [...new Set(paths)].filter((path) => !paths.some((other) => other !== path && isWithin(other, path))).sort();
