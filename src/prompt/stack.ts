/**
 * The prompt stack: AGENTS.md (what the project is), PROMPT.md (how to work), PROMPT-<ROLE>.md (who you are).
 * A project's own file replaces the built-in one of the same name. Pure: the texts are handed in.
 */
import { RalphError } from "../core/error.ts";
import type { EditFormat } from "../core/model.ts";
import type { Role } from "../core/prompt.ts";

/** One file of the stack; `file` is where it came from, for messages. */
export interface StackFile {
  readonly file: string;
  readonly text: string;
}

export interface Prompts {
  /** The files in the order in which the model reads them. */
  readonly stack: Readonly<Record<Role, readonly StackFile[]>>;
  /** How changes are to be written, for each format. */
  readonly formats: Readonly<Record<EditFormat, StackFile>>;
  /** What is said besides where a grammar binds the reply: it asks for marks around the patch. */
  readonly marks: StackFile;
}

export type Variables = Readonly<Record<string, string>>;

/** Names of the stack's files for a role. */
export const stackFiles = (role: Role): readonly string[] => [
  "AGENTS.md",
  "PROMPT.md",
  `PROMPT-${role.toUpperCase()}.md`,
];

export const MARKS_FILE = "FORMAT-MARKS.md";
export const formatFile = (format: EditFormat): string => `FORMAT-${format.toUpperCase()}.md`;

/** The texts one after the other; an unknown `{{variable}}` throws PROMPT_VARIABLE with the file it stands in. */
export function renderStack(stack: readonly StackFile[], variables: Variables): string {
  return stack.map((part) => fill(part, variables).trim()).join("\n\n");
}

/** AGENTS.md belongs to the project and other tools read it too: braces in it are its own. */
const isTemplate = (file: string): boolean => !file.endsWith("AGENTS.md");

function fill({ file, text }: StackFile, variables: Variables): string {
  if (!isTemplate(file)) return text;
  return text.replaceAll(/\{\{\s*([\w-]+)\s*\}\}/g, (_, name: string) => {
    const value = variables[name];
    if (value === undefined) throw new RalphError("PROMPT_VARIABLE", { file, name, known: Object.keys(variables) });
    return value;
  });
}
