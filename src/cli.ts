#!/usr/bin/env node
/**
 * argv -> command. Loads nothing before it knows what is wanted, turns Ctrl-C into an abort,
 * and is the only place that ends the process.
 */
declare const RALPH_VERSION: string;

async function main(args: readonly string[]): Promise<number> {
  if (args[0] === "--version" || args[0] === "-V") {
    process.stdout.write(`${RALPH_VERSION}\n`);
    return 0;
  }
  const { runProgram } = await import("./commands/program.ts");
  return runProgram(args, interruptible());
}

/** Once: stop after writing state. Twice: end the children and leave. */
function interruptible(): AbortSignal {
  const controller = new AbortController();
  const onSignal = (): void => {
    // On exit every child that still runs is ended (io/process.ts).
    if (controller.signal.aborted) process.exit(130);
    process.stderr.write("\nralph: stopping; state is being written. Once more to leave at once.\n");
    controller.abort(new Error("interrupted"));
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return controller.signal;
}

// A reader such as `head` that closes the pipe early is no failure of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

process.exitCode = await main(process.argv.slice(2));
