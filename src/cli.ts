#!/usr/bin/env node
/**
 * argv -> command. Loads nothing before it knows what is wanted, turns Ctrl-C, a closed terminal and a closed pipe
 * into an abort, and is the only place that ends the process.
 */
declare const RALPH_VERSION: string;

const say = (text: string): boolean => process.stderr.write(`ralph: ${text}\n`);

async function main(args: readonly string[]): Promise<number> {
  const signal = interruptible(args);
  if (args[0] === "--version" || args[0] === "-V") {
    process.stdout.write(`${RALPH_VERSION}\n`);
    return 0;
  }
  const { runProgram } = await import("./commands/program.ts");
  return runProgram(args, signal);
}

/** Commands that must write their state before they end. */
const RUNS: ReadonlySet<string | undefined> = new Set(["tdd", "demo"]);

/** Once: stop after writing state. A person's second Ctrl-C: end the children and leave. */
function interruptible(args: readonly string[]): AbortSignal {
  const controller = new AbortController();
  const stop = (why: string): void => {
    if (controller.signal.aborted) return;
    say(why);
    controller.abort(new Error("interrupted"));
  };
  const onSignal = (): void => {
    // On exit every child that still runs is ended (io/process.ts).
    if (controller.signal.aborted) process.exit(130);
    stop("stopping; state is being written. Once more to leave at once.");
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  // A terminal that closes may tell so twice, by its shell and by the kernel, and nobody means "at once" by it.
  process.on("SIGHUP", () => stop("the terminal closed: stopping; state is being written."));
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    const isClosed = error.code === "EPIPE";
    if (RUNS.has(args[0])) return stop(`${isClosed ? "nobody reads on" : error.message}: stopping; state is written.`);
    // A reader such as `head` that has enough is no failure of a command that only shows something.
    if (!isClosed) say(`standard output cannot be written: ${error.message}`);
    process.exit(isClosed ? 0 : 2);
  });
  return controller.signal;
}

// Nobody is left to tell.
process.stderr.on("error", () => {});

process.exitCode = await main(process.argv.slice(2));
