/** Reads the prompt stack: the project's own files over the built-in ones. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PromptStack, StackFile } from "../prompt/stack.ts";
import { stackFiles } from "../prompt/stack.ts";
import type { Config } from "./config-resolve.ts";

export function readPrompts(config: Config): PromptStack {
  const read = (name: string): StackFile => {
    const own = [join(config.prompts, name), ...(name === "AGENTS.md" ? [join(config.root, name)] : [])];
    const file = own.find((path) => existsSync(path)) ?? join(builtInFolder(), name);
    return { file, text: readFileSync(file, "utf8") };
  };
  return { tester: stackFiles("tester").map(read), builder: stackFiles("builder").map(read) };
}

/** prompts/ of the package: one folder up from the bundle, two from the sources. */
function builtInFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "prompts", "PROMPT.md"))) folder = dirname(folder);
  return join(folder, "prompts");
}
