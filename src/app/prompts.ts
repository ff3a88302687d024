/** Reads the prompt stack: the project's own files over the built-in ones. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { PromptStack, StackFile } from "../prompt/stack.ts";
import { stackFiles } from "../prompt/stack.ts";
import type { Config } from "./config-resolve.ts";
import { packageFolder } from "./package-folder.ts";

export function readPrompts(config: Config): PromptStack {
  const read = (name: string): StackFile => {
    const own = [join(config.prompts, name), ...(name === "AGENTS.md" ? [join(config.root, name)] : [])];
    const file = own.find((path) => existsSync(path)) ?? join(packageFolder(), "prompts", name);
    return { file, text: readFileSync(file, "utf8") };
  };
  return { tester: stackFiles("tester").map(read), builder: stackFiles("builder").map(read) };
}
