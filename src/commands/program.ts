/** From the words of a call to an exit code; every error ends here as one message. */
import { EXIT_OF } from "../app/exit-codes.ts";
import type { Output } from "../app/output.ts";
import { isRalphError } from "../core/error.ts";
import { redactor, secretsOf } from "../io/redact.ts";
import type { Invocation } from "./invocation.ts";

export async function runProgram(args: readonly string[], signal: AbortSignal): Promise<number> {
  const output = processOutput();
  try {
    return await act(args, { cwd: process.cwd(), env: process.env, output, signal });
  } catch (error) {
    return report(error, signal, output.writeError);
  }
}

/** `status` is asked again and again, and starts a quarter faster without a parser of command lines. */
async function act(args: readonly string[], invocation: Invocation): Promise<number> {
  const [command, flag, ...more] = args;
  if (command === "status" && (flag === undefined || flag === "--json") && more.length === 0) {
    const { status } = await import("./status.ts");
    return status(invocation, flag === "--json" ? { json: true } : {});
  }
  const { runCommandLine } = await import("./command-line.ts");
  return runCommandLine(args, invocation);
}

/** A message may quote what a person or a file says, and with it a secret; a diff on standard output must stay exact. */
function processOutput(): Output {
  const redact = redactor(secretsOf(process.env));
  return {
    write: (text) => void process.stdout.write(text),
    writeError: (text) => void process.stderr.write(redact(text)),
    isTerminal: process.stdout.isTTY,
  };
}

/** sysexits.h: EX_SOFTWARE. */
const OUR_FAULT = 70;

/** One message: what, where, and the cure. A stack trace only for a fault of ralph itself. */
function report(error: unknown, signal: AbortSignal, say: (text: string) => void): number {
  if (signal.aborted) return EXIT_OF.interrupted;
  if (isRalphError(error)) {
    say(`ralph: ${error.message}\n  ${error.cure}.\n`);
    return EXIT_OF["set-up"];
  }
  const described = error instanceof Error ? (error.stack ?? error.message) : String(error);
  say(`ralph: this is a fault of ralph itself, please report it:\n${described}\n`);
  return OUR_FAULT;
}
