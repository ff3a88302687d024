/** Reads the prompt files: the project's own over the built-in ones of the same name. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { EditFormat } from "../core/model.ts";
import type { Role } from "../core/prompt.ts";
import { formatFile, MARKS_FILE, type Prompts, type StackFile, stackFiles } from "../prompt/stack.ts";
import type { Config } from "./config-resolve.ts";
import { packageFolder } from "./package-folder.ts";

export function readPrompts(config: Config): Prompts {
  const read = (name: string): StackFile => {
    const own = [join(config.prompts, name), ...(name === "AGENTS.md" ? [join(config.root, name)] : [])];
    const file = own.find((path) => existsSync(path)) ?? join(packageFolder(), "prompts", name);
    return { file, text: readFileSync(file, "utf8") };
  };
  const stackOf = (role: Role): readonly StackFile[] => stackFiles(role).map(read);
  const format = (name: EditFormat): StackFile => read(formatFile(name));
  return {
    stack: {
      tester: stackOf("tester"),
      builder: stackOf("builder"),
      verifier: stackOf("verifier"),
      planner: stackOf("planner"),
    },
    formats: {
      "unified-diff": format("unified-diff"),
      "search-replace": format("search-replace"),
      whole: format("whole"),
    },
    marks: read(MARKS_FILE),
  };
}
