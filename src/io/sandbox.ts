/**
 * Runs programs where they can do little harm: tests hold code that a model wrote. The wall is bubblewrap, which needs
 * Linux and user namespaces. Inside, the system is read-only, the home folder is empty but for tools, there is no
 * network but a loopback device of its own, and nobody outside is seen; all of it ends when the program ends.
 * What it does not hold: exploits of the kernel, and use of processor time and memory up to the limits of the run.
 */
import { accessSync, constants } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { release, tmpdir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";
import type { Command, ProcessResult, RunProcess } from "../core/process.ts";
import type { Environment } from "./environment.ts";
import { refusalOf, type SandboxFacts, type SandboxPlace, sandboxFacts, sandboxWords } from "./sandbox-profile.ts";

export type { SandboxPlace } from "./sandbox-profile.ts";

export interface Sandbox {
  /**
   * As the `run` that it was found with, but for two things: a program that a signal ended has the exit code 128 + its
   * number, and one that is ended has no time for last words, because what it could tidy up goes with it.
   */
  readonly runIn: (place: SandboxPlace) => RunProcess;
}

export type SandboxFound =
  | { readonly kind: "bwrap"; readonly sandbox: Sandbox }
  /** `why` is for people and names a cure. */
  | { readonly kind: "none"; readonly why: string };

const PROBE_TIMEOUT_MS = 10_000;

/**
 * Looks whether programs can be sandboxed here, by running one with the very options that will be used.
 * `home` is what is hidden, an absolute folder. Throws the signal's reason when aborted.
 */
export async function findSandbox(
  run: RunProcess,
  env: Environment,
  home: string,
  signal: AbortSignal,
): Promise<SandboxFound> {
  const program = findProgram("bwrap", env);
  if (program === undefined) return { kind: "none", why: NOT_INSTALLED };

  const tryOut = async (isModern: boolean) => {
    const facts = sandboxFacts(env, home, isModern);
    const sandbox = sandboxWith({ run, env, program, limiter: limiterIn(env), facts });
    return { sandbox, result: await probe(sandbox, signal) };
  };
  const modern = await tryOut(true);
  const found = modern.result.exitCode === 0 ? modern : await tryOut(false);
  if (found.result.exitCode === 0) return { kind: "bwrap", sandbox: found.sandbox };
  return { kind: "none", why: whyNot(found.result) };
}

async function probe(sandbox: Sandbox, signal: AbortSignal): Promise<ProcessResult> {
  const workTree = await mkdtemp(join(tmpdir(), "ralph-sandbox-"));
  try {
    const command: Command = { argv: ["true"], cwd: workTree, timeoutMs: PROBE_TIMEOUT_MS };
    const result = await sandbox.runIn({ workTree })(command, signal);
    signal.throwIfAborted();
    return result;
  } finally {
    await rm(workTree, { recursive: true, force: true });
  }
}

const NOT_INSTALLED =
  "bubblewrap is not installed; on Linux install the package `bubblewrap`, elsewhere run ralph in a container or a " +
  "virtual machine";

/** What bwrap says, and what helps. */
const CURES: readonly (readonly [RegExp, string])[] = [
  [/unknown option/i, "bubblewrap 0.5 or newer is needed"],
  [
    // Where a system has no user namespaces for it, or gives them no rights (AppArmor).
    /namespace|uid map|loopback|operation not permitted/i,
    "this system keeps bwrap from making user namespaces: on Ubuntu 24.04 and later give it an AppArmor profile with " +
      "the permission `userns`, on Debian set `sysctl kernel.unprivileged_userns_clone=1`, in a container allow it " +
      "when the container is started (docker: `--security-opt seccomp=unconfined`)",
  ],
  [/(?:)/, "see whether `bwrap --ro-bind / / true` works"],
];

function whyNot({ stderr, startFailure, timedOut }: ProcessResult): string {
  const said = startFailure ?? (timedOut === false ? stderr.trim() : "it did not end in time");
  const cure = CURES.find(([pattern]) => pattern.test(said))?.[1] ?? "";
  return `bubblewrap does not work here: ${said}; ${cure}`;
}

interface SandboxOptions {
  readonly run: RunProcess;
  readonly env: Environment;
  /** Absolute: a program of that name in the work tree must not be taken for it. */
  readonly program: string;
  readonly limiter: readonly string[];
  readonly facts: SandboxFacts;
}

function sandboxWith(options: SandboxOptions): Sandbox {
  const runIn =
    (place: SandboxPlace): RunProcess =>
    async (command, signal) => {
      const refusal = refusalOf(options.facts, place);
      if (refusal !== undefined) return { ...NOTHING_RAN, startFailure: refusal };
      const result = await options.run(wrap(command, place, options), signal);
      const startFailure = startFailureIn(result, command);
      return startFailure === undefined ? result : { ...result, exitCode: null, startFailure };
    };
  return { runIn };
}

const NOTHING_RAN: ProcessResult = {
  exitCode: null,
  stdout: "",
  stderr: "",
  output: "",
  timedOut: false,
  aborted: false,
  durationMs: 0,
};

function wrap(command: Command, place: SandboxPlace, { env, program, limiter, facts }: SandboxOptions): Command {
  const own = { ...environmentInside(facts), ...command.env };
  // bwrap itself must not load a library from the work tree: the loader's variables are for the program only.
  const loader = Object.entries({ LD_LIBRARY_PATH: env["LD_LIBRARY_PATH"] ?? "", ...own }).filter(isForLoader);
  const variables = [
    ...LEFT_OUT.flatMap((name) => (own[name] === undefined ? ["--unsetenv", name] : [])),
    ...loader.flatMap(([name, value]) => ["--setenv", name, value]),
  ];
  const others = Object.entries(own).filter((entry) => !isForLoader(entry));
  return {
    ...command,
    argv: [program, ...variables, ...sandboxWords(facts, place, command.cwd), ...limiter, ...command.argv],
    env: { ...Object.fromEntries(others), LD_LIBRARY_PATH: "" },
  };
}

const isForLoader = ([name]: readonly [string, string]): boolean => name.startsWith("LD_");

/** Variables of the person whose folders are not there inside, or are shared with what runs outside. */
const LEFT_OUT = ["XDG_RUNTIME_DIR", "CARGO_TARGET_DIR"];

const environmentInside = ({ home }: SandboxFacts): Readonly<Record<string, string>> => ({
  HOME: home,
  TMPDIR: "/tmp",
  TMP: "/tmp",
  TEMP: "/tmp",
  // Go writes to its cache even when everything is in it.
  GOCACHE: "/tmp/go-build",
  // `git status` would like to write the index.
  GIT_OPTIONAL_LOCKS: "0",
});

/** Far more than a build needs; a bomb meets it before the machine does. */
const MAX_PROCESSES = 4096;

/**
 * Since Linux 5.14 the limit counts within the sandbox's own user namespace; before, it counted all processes of the
 * person, and would fail because of a browser. For root there is no such limit.
 */
function limiterIn(env: Environment): readonly string[] {
  const [major = 0, minor = 0] = release().split(".").map(Number);
  const program = findProgram("prlimit", env);
  const isOwnCount = major > 5 || (major === 5 && minor >= 14);
  return isOwnCount && program !== undefined ? [program, `--nproc=${MAX_PROCESSES}`, "--"] : [];
}

/** bwrap could not build the sandbox or start the program: both are no result of the program. */
function startFailureIn({ exitCode, stdout, stderr }: ProcessResult, { argv }: Command): string | undefined {
  const said = /^(bwrap|prlimit): [^\n]+\n$/.exec(stderr);
  if (said === null || stdout !== "" || exitCode === 0) return undefined;
  const isMissing = said[1] === "prlimit" ? exitCode === 127 : /: execvp .*: No such file/.test(stderr);
  return isMissing ? `there is no program \`${argv[0]}\` in the sandbox` : stderr.trim();
}

/** Only in absolute folders of PATH: others lie in the work tree. */
function findProgram(name: string, env: Environment): string | undefined {
  const folders = (env["PATH"] ?? "").split(delimiter).filter(isAbsolute);
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
