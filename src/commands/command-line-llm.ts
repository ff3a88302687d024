/** `ralph llm …`: names, options and help. A command's code is loaded when it runs. */
import { type Command, Option } from "commander";
import type { Role } from "../core/prompt.ts";
import { type Flags, json, type Run, readStandardInput } from "./command-line-parts.ts";

const ROLES: readonly Role[] = ["builder", "tester", "verifier", "planner"];
/** A large model on a slow disk loads for minutes. */
const DEFAULT_WAIT_SECONDS = "600";

export function addModelCommands(root: Command, run: Run): void {
  const llm = root.command("llm").description("look after the models");
  addQuestions(llm, run);
  addServers(llm, run);
}

function addQuestions(llm: Command, run: Run): void {
  llm
    .command("check")
    .description("ask every model of every tier for five tokens; exit 1 where a tier has no live model")
    .addOption(json())
    .action(run(async (invocation, flags) => (await import("./llm-check.ts")).llmCheck(invocation, flags)));
  llm
    .command("route <task>")
    .description("which model a task would be given to, and why")
    .option("--tier <name>", "as if this tier were named")
    .addOption(json())
    .action(
      run(async (invocation, flags, [task = ""]) => (await import("./llm-route.ts")).llmRoute(invocation, flags, task)),
    );
  llm
    .command("stats")
    .description("what each model did here, and in which format it is asked next")
    .addOption(json())
    .action(run(async (invocation, flags) => (await import("./llm-stats.ts")).llmStats(invocation, flags)));
  llm
    .command("ask")
    .description("ask the question on standard input, or a role's prompt for a task; print the answer")
    .option("--model <name>", "a model of ralph.yaml")
    .option("--tier <name>", "a tier of ralph.yaml; left out: the last one, or the task's")
    .option("--task <task>", "ask what a role would be asked for this task")
    .addOption(new Option("--role <role>", "who is asked, with --task").choices(ROLES).default("builder"))
    .action(
      run(async (invocation, flags) => (await import("./llm-ask.ts")).llmAsk(invocation, flags, readStandardInput)),
    );
}

function addServers(llm: Command, run: Run): void {
  llm
    .command("start [models...]")
    .description("start the servers of the models that have a command in ralph.yaml, and wait until they are ready")
    .option("--wait <seconds>", "how long to wait until a server has loaded its model", DEFAULT_WAIT_SECONDS)
    .addOption(json())
    .action(run((invocation, flags, names) => withServers("llmStart", invocation, flags, names)));
  llm
    .command("stop [models...]")
    .description("stop the servers that ralph started")
    .addOption(json())
    .action(run((invocation, flags, names) => withServers("llmStop", invocation, flags, names)));
  llm
    .command("status [models...]")
    .description("the servers of those models: state, process, memory, log")
    .addOption(json())
    .action(run((invocation, flags, names) => withServers("llmStatus", invocation, flags, names)));
}

type ServerCommand = "llmStart" | "llmStop" | "llmStatus";

async function withServers(
  command: ServerCommand,
  invocation: Parameters<Parameters<Run>[0]>[0],
  flags: Flags,
  names: readonly string[],
): Promise<number> {
  const [commands, { openProject }, { serversOf, waitMsOf }] = await Promise.all([
    import("./llm-server.ts"),
    import("../app/project.ts"),
    import("../app/server-specs.ts"),
  ]);
  const config = await openProject(invocation);
  const options = { json: flags.json === true, waitMs: waitMsOf(flags.wait ?? DEFAULT_WAIT_SECONDS) };
  return commands[command](serversOf(config), names, invocation.output, options, invocation.signal);
}
