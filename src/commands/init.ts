/** `ralph init [DIR]`: makes a folder ready for ralph, says what was done and what is next. */
import { join } from "node:path";
import { CONFIG_NAME } from "../app/config-file.ts";
import { type InitReport, initProject } from "../app/init-project.ts";
import type { Output } from "../app/output.ts";

/** Exit code 0; throws as `initProject` does. */
export async function init(
  options: { readonly dir: string; readonly json?: boolean },
  io: Pick<Output, "write">,
): Promise<number> {
  const report = initProject(options.dir);
  const text =
    options.json === true ? JSON.stringify({ ...report, next: nextSteps(report) }, null, 2) : describe(report);
  io.write(`${text}\n`);
  return 0;
}

function nextSteps({ isRepository, checks, tasks }: InitReport): readonly string[] {
  const files = isRepository ? `${CONFIG_NAME} AGENTS.md .gitignore ${tasks}` : "-A";
  return [
    ...(checks.length > 0 ? [] : [`Name a command that runs your tests under checks in ${CONFIG_NAME}`]),
    `Write a first task: copy the one in ${join(tasks, "README.md")} to ${join(tasks, "T001.md")}`,
    `${isRepository ? "" : "git init && "}git add ${files} && git commit -m "Set up ralph"`,
    "Start a model, such as llama-server -m MODEL.gguf --port 8000 -c 65536; then ralph llm check",
    "ralph tdd --dry-run, then ralph tdd",
  ];
}

function describe(report: InitReport): string {
  const { root, isRepository, parts, checks, wrote, kept, ignored } = report;
  return [
    `${root}${isRepository ? "" : " (not yet a git repository)"}: ${parts.join("; ") || "no known kind of project"}`,
    ...checks.map(({ command }) => `  check    ${command}`),
    ...wrote.map((path) => `  wrote    ${path}`),
    ...kept.map((path) => `  kept     ${path}`),
    ...(ignored.length === 0 ? [] : [`  added    ${ignored.join(" ")} to .gitignore`]),
    "",
    "Next:",
    ...nextSteps(report).map((step, index) => `  ${index + 1}. ${step}`),
  ].join("\n");
}
