/**
 * Which program printed which block of results. Cargo names its programs on standard error, their results come on
 * standard output, and the order between the two is lost; but each has its own order, and programs run one after the
 * other, doctests last. So the k-th program has the k-th block, as long as the numbers fit. Pure.
 */
import { resolve } from "node:path";
import type { Block } from "./cargo-block.ts";
import type { BuildTarget } from "./cargo-build.ts";

interface ProgramRun {
  readonly target: BuildTarget;
  readonly hasFailed: boolean;
}

export interface RunLog {
  readonly programs: readonly ProgramRun[];
  /** Packages whose doctests ran. */
  readonly docs: number;
  /** Each program that was built to test ran once. */
  readonly isWhole: boolean;
}

const RUNNING = /^ +Running .*? ?\((.+)\)$/;
const DOCS = /^ +Doc-tests /;
const FAILED = /^error: test failed, to rerun pass /;

/** @param binaries what was built to test, by its absolute path */
export function readRunLog(stderr: string, binaries: ReadonlyMap<string, BuildTarget>, cwd: string): RunLog {
  const programs: { readonly target: BuildTarget; hasFailed: boolean }[] = [];
  let docs = 0;
  for (const line of stderr.split("\n")) {
    const target = binaries.get(resolve(cwd, RUNNING.exec(line)?.[1] ?? ""));
    const last = programs.at(-1);
    if (target !== undefined) programs.push({ target, hasFailed: false });
    else if (DOCS.test(line)) docs += 1;
    else if (FAILED.test(line) && last !== undefined) last.hasFailed = true;
  }
  const ran = new Set(programs.map(({ target }) => target));
  return { programs, docs, isWhole: ran.size === programs.length && ran.size === binaries.size };
}

export interface Pairing {
  readonly pairs: readonly { readonly program: ProgramRun; readonly block: Block }[];
  /** Programs with a main of their own: only their exit code speaks. */
  readonly bare: readonly ProgramRun[];
  readonly docBlocks: readonly Block[];
}

/** Undefined where the numbers fit in no way. */
export function pairBlocks(
  { programs, docs }: RunLog,
  blocks: readonly Block[],
  hasOwnHarness: (target: BuildTarget) => boolean,
): Pairing | undefined {
  const usual = programs.filter(({ target }) => !hasOwnHarness(target));
  const bare = programs.filter((program) => !usual.includes(program));
  if (fits(usual.length, docs, blocks)) return pairing(usual, bare, blocks);
  // A harness of one's own may print as Rust's does (libtest-mimic).
  return fits(programs.length, docs, blocks) ? pairing(programs, [], blocks) : undefined;
}

/** What a run that was stopped had to say until then. */
export function pairUntilStop({ programs }: RunLog, blocks: readonly Block[]): Pairing {
  return pairing(programs.slice(0, blocks.length), [], blocks.slice(0, programs.length));
}

const pairing = (programs: readonly ProgramRun[], bare: readonly ProgramRun[], blocks: readonly Block[]): Pairing => ({
  pairs: programs.flatMap((program, at) => (blocks[at] === undefined ? [] : [{ program, block: blocks[at] }])),
  bare,
  docBlocks: blocks.slice(programs.length),
});

/** Since edition 2024 the doctests of a package may come in several blocks. */
function fits(programs: number, docs: number, blocks: readonly Block[]): boolean {
  const rest = blocks.slice(programs);
  if (blocks.length < programs || (docs === 0 ? rest.length > 0 : rest.length < docs)) return false;
  return rest.every(isOfDocs) && !blocks.slice(0, programs).some((block) => block.tests.length > 0 && isOfDocs(block));
}

const isOfDocs = ({ tests }: Block): boolean => tests.every(({ name }) => / \(line \d+\)$/.test(name));
