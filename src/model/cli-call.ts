/**
 * One question to a model that is a program: the prompt goes to its standard input, its answer comes as lines on
 * standard output. What the lines mean is the client's business; clocks, aborts and the end of the program are here.
 */
import { StringDecoder } from "node:string_decoder";
import type { AskOptions, ModelFailure } from "../core/model.ts";
import type { Command, RunProcess } from "../core/process.ts";
import { endingFailure } from "./call-failure.ts";
import { watchCall } from "./call-watch.ts";

/** What a line means for the call: "last": nothing that counts comes after it; "too long": the answer is. */
export type LineMeaning = "more" | "last" | "too long";

export interface CliCall {
  /** How failures name the program, as "claude --model opus". */
  readonly endpoint: string;
  readonly command: Pick<Command, "argv" | "cwd" | "env" | "input">;
  /** For a program that does not start. */
  readonly startCure: string;
  /** Takes one line without its end, empty lines left out; also what came after the last line end. */
  readonly onLine: (line: string) => LineMeaning;
}

export type CliEnd =
  /** It did not start, or ralph ended it: clocks, abort, too long an answer. */
  | { readonly kind: "failed"; readonly failure: ModelFailure }
  /** It ended by itself or by somebody's signal; then `exitCode` is null. `stderr` has its middle cut. */
  | { readonly kind: "exited"; readonly exitCode: number | null; readonly signal?: string; readonly stderr: string }
  /** Its last line came, but it did not end, and so ralph ended it: the answer counts. */
  | { readonly kind: "hung after its last line" };

/**
 * After its last line a program may still want to save a renewed login: Claude Code 2.1.197 takes 50–90 ms to end.
 * One that needs much longer hangs, as claude is known to.
 */
const GRACE_MS = 2_000;

/** Standard output is read as it comes; only standard error is looked at afterwards. */
const KEPT_OUTPUT_BYTES = 64 * 1024;

/** A character takes at most six bytes in JSON (`\u00e9`); the rest is room for what is around the answer. */
const BYTES_PER_CHARACTER = 6;
const LINE_FRAME_BYTES = 256 * 1024;

/** Never rejects for what the program does. When it resolves, nothing that the program started is left. */
export async function callCli(
  run: RunProcess,
  call: CliCall,
  limits: AskOptions,
  signal: AbortSignal,
): Promise<CliEnd> {
  const watch = watchCall(limits, signal);
  const release = new AbortController();
  let grace: NodeJS.Timeout | undefined;
  const lines = lineSplitter(limits.maxCharacters * BYTES_PER_CHARACTER + LINE_FRAME_BYTES, (line) => {
    const meaning = line === undefined ? "too long" : call.onLine(line);
    if (meaning === "too long") watch.end("too long");
    if (meaning === "last") grace ??= setTimeout(() => release.abort(), GRACE_MS);
  });
  const result = await run(
    {
      ...call.command,
      timeoutMs: limits.timeoutMs,
      maxOutputBytes: KEPT_OUTPUT_BYTES,
      onStdout: (chunk) => {
        watch.touch();
        lines.feed(chunk);
      },
    },
    AbortSignal.any([watch.signal, release.signal]),
  );
  lines.finish();
  watch.stop();
  clearTimeout(grace);

  const ending = watch.ending();
  const isAnswered = grace !== undefined && ending !== "aborted" && ending !== "too long";
  if (ending !== undefined && !isAnswered) return failed(endingFailure(ending, call.endpoint, limits));
  if (result.startFailure !== undefined) return failed(notStarted(call, result.startFailure));
  if (result.aborted || result.timedOut !== false) return { kind: "hung after its last line" };
  const { exitCode, stderr } = result;
  return { kind: "exited", exitCode, stderr, ...(result.signal !== undefined && { signal: result.signal }) };
}

const failed = (failure: ModelFailure): CliEnd => ({ kind: "failed", failure });

const notStarted = ({ endpoint, startCure }: CliCall, why: string): ModelFailure => ({
  class: "refused",
  message: `${endpoint} cannot be started: ${why}`,
  cure: startCure,
});

/** Calls `onLine` with every line that is not blank, and once with undefined for one longer than `longest` bytes. */
function lineSplitter(longest: number, onLine: (line: string | undefined) => void) {
  const decoder = new StringDecoder("utf8");
  let pending = "";
  const emit = (line: string): void => {
    if (line.trim() !== "") onLine(line);
  };
  return {
    feed(chunk: Buffer): void {
      const [first = "", ...rest] = decoder.write(chunk).split("\n");
      pending += first;
      for (const next of rest) {
        emit(pending);
        pending = next;
      }
      if (pending.length <= longest) return;
      pending = "";
      onLine(undefined);
    },
    finish(): void {
      emit(pending + decoder.end());
      pending = "";
    },
  };
}
