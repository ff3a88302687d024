/** Names, options and help of every command. A command's code is loaded when it runs. */
import { resolve } from "node:path";
import { Command, CommanderError } from "commander";
import { EXIT_HELP, EXIT_OF } from "../app/exit-codes.ts";
import { RalphError } from "../core/error.ts";
import { addModelCommands } from "./command-line-llm.ts";
import { type Flags, json, type Run, readStandardInput, readText } from "./command-line-parts.ts";
import type { Invocation } from "./invocation.ts";

/** Returns the exit code; throws USAGE for a call that is none of these, and whatever the command throws. */
export async function runCommandLine(args: readonly string[], invocation: Invocation): Promise<number> {
  let exitCode = 0;
  // Commander hands over the arguments, then the options, then itself.
  const run: Run =
    (action) =>
    async (...handed) => {
      const flags = handed.at(-2) as Flags;
      const words = handed
        .slice(0, -2)
        .flat()
        .filter((each): each is string => typeof each === "string");
      exitCode = await action(invocation, flags, words);
    };
  try {
    await program(run).parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return exitCodeOf(error);
    throw error;
  }
}

function exitCodeOf({ code, exitCode, message }: CommanderError): number {
  if (exitCode === 0) return 0;
  // Of a command that needs another word after it: its help is printed already.
  if (code === "commander.help") return EXIT_OF["set-up"];
  throw new RalphError("USAGE", { what: message.replace(/^error: /, ""), cure: "`ralph --help` shows what there is" });
}

function program(run: Run): Command {
  const root = new Command("ralph")
    .description(
      "Works through a queue of markdown tasks with your models, unattended.\nA task is complete only when a check that ralph ran itself went from red to green.",
    )
    .option("-V, --version", "print the version")
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .addHelpText("after", `\n${EXIT_HELP}`);
  addTaskCommands(root, run);
  addModelCommands(root, run);
  addPatchCommands(root, run);
  addConfigCommands(root, run);
  return root;
}

function addTaskCommands(root: Command, run: Run): void {
  root
    .command("init [dir]")
    .description("set a repository up: ralph.yaml, tasks/, AGENTS.md, .gitignore; overwrites nothing")
    .addOption(json())
    .action(
      run(async ({ cwd, output }, flags, [dir = "."]) =>
        (await import("./init.ts")).init({ dir: resolve(cwd, dir), json: flags.json === true }, output),
      ),
    );
  root
    .command("tdd [tasks...]")
    .description("take every pending task, or those named, from red to green")
    .option("--dry-run", "show order, tier, checks and what would be sent; change nothing")
    .addOption(json())
    .option("--plain", "plain lines instead of the live list")
    .option("--tier <name>", "let this tier of ralph.yaml do all of it")
    .option("--record <file>", "write every answer into a new file, for --replay")
    .option("--replay <file>", "take every answer from such a file; no model is asked")
    .addHelpText("after", `\n${EXIT_HELP}`)
    .action(run(async (invocation, flags, ids) => (await import("./tdd.ts")).tdd(invocation, flags, ids)));
  root
    .command("status")
    .description("every task with its state")
    .addOption(json())
    .action(run(async (invocation, flags) => (await import("./status.ts")).status(invocation, flags)));
  root
    .command("logs [task]")
    .description("what happened, oldest first")
    .addOption(json())
    .action(run(async (invocation, flags, ids) => (await import("./logs.ts")).logs(invocation, flags, ids)));
  root
    .command("demo")
    .description("see the loop work on a small project, with recorded answers instead of a model")
    .option("--keep", "keep the demo's folder afterwards")
    .action(run(async (invocation, flags) => (await import("./demo.ts")).demo(invocation, flags)));
}

function addPatchCommands(root: Command, run: Run): void {
  const patch = root.command("patch").description("get, look at and apply patches");
  patch
    .command("get <task>")
    .description("ask the task's tier for a patch and print it; change nothing")
    .action(run(async (invocation, _, [task = ""]) => (await import("./patch-get.ts")).patchGet(invocation, task)));
  patch
    .command("apply")
    .description("apply the reply on standard input: exit 0 applied, 1 refused, 2 wrong call")
    .option("--root <dir>", "folder to change", ".")
    .option("--check", "say what would happen; write nothing")
    .addOption(json())
    .action(
      run(async (invocation, { root: folder = ".", ...flags }) => {
        const options = {
          root: resolve(invocation.cwd, folder),
          check: flags.check === true,
          json: flags.json === true,
        };
        const io = { ...invocation.output, readInput: readStandardInput };
        return (await import("./patch-apply.ts")).patchApply({ ...options, env: invocation.env }, io);
      }),
    );
  patch
    .command("check <file>")
    .description("explain where each hunk of a reply belongs, and by which step")
    .option("--root <dir>", "folder to look at", ".")
    .addOption(json())
    .action(
      run(async ({ cwd, env, output }, { root: folder = ".", json: asJson }, [file = ""]) => {
        const io = { ...output, readInput: () => readText(resolve(cwd, file)) };
        const options = { root: resolve(cwd, folder), json: asJson === true, env };
        return (await import("./patch-check.ts")).patchCheck(options, io);
      }),
    );
  patch
    .command("list [task]")
    .description("patches that were applied, oldest first")
    .addOption(json())
    .action(
      run(async (invocation, flags, [task]) => (await import("./patch-list.ts")).patchList(invocation, flags, task)),
    );
  patch
    .command("show [name]")
    .description("print one of them; without a name the last")
    .action(run(async (invocation, _, [name]) => (await import("./patch-list.ts")).patchShow(invocation, name)));
}

function addConfigCommands(root: Command, run: Run): void {
  const config = root.command("config").description("settings");
  config
    .command("show")
    .description("the settings that hold here, and where each comes from")
    .addOption(json())
    .action(
      run(async (invocation, flags) => {
        const [{ configShowCommand }, { configSource }] = await Promise.all([
          import("./config.ts"),
          import("../app/project.ts"),
        ]);
        return configShowCommand({ ...configSource(invocation), json: flags.json === true }, invocation.output);
      }),
    );
  config
    .command("schema")
    .description("JSON Schema of ralph.yaml, for editors")
    .action(run(async ({ output }) => (await import("./config.ts")).configSchemaCommand(output)));
}
