/**
 * Finds out what a command really starts. `npm test` is only a name for a script; where that script is one plain
 * program, ralph starts the program itself, so that its runner can tell each test's result. Everything else is left as
 * it is and judged by its exit code. Pure.
 */
import { type CommandLine, parseCommandLine, type Word } from "./command-line.ts";

export interface PackageScripts {
  /** Folder of the package.json, relative to the workspace; "" = the workspace itself. */
  readonly folder: string;
  readonly scripts: Readonly<Record<string, string>>;
}

/** The nearest package.json at or above a folder of the workspace. */
export type FindScripts = (folder: string) => PackageScripts | undefined;

/** The program that a command starts in the end, to be started without anything in between. */
export function directCommand(line: CommandLine, findScripts: FindScripts): CommandLine {
  const resolved = resolveScript(line, findScripts);
  return { ...resolved, words: withoutLauncher(resolved.words) };
}

/** `npx vitest` would fetch a missing vitest from the network; the project's own one is meant. */
const LAUNCHERS: readonly (readonly string[])[] = [
  ["npx", "--no-install"],
  ["npx", "--no"],
  ["npx", "--yes"],
  ["npx", "-y"],
  ["npx"],
  ["npm", "exec", "--"],
  ["npm", "exec"],
  ["pnpm", "exec"],
  ["pnpm"],
  ["yarn", "run"],
  ["yarn"],
  ["bunx"],
];

function withoutLauncher(words: CommandLine["words"]): CommandLine["words"] {
  const launcher = LAUNCHERS.find((each) => each.every((text, at) => words[at]?.text === text));
  const [program, ...args] = words.slice(launcher?.length ?? 0);
  return program === undefined || program.text.startsWith("-") ? words : [program, ...args];
}

/** Scripts that only name other scripts, one after the other: more than this is a circle. */
const MAXIMUM_DEPTH = 8;

/** The command behind a package manager's script, or `line` itself where there is no plain one. */
function resolveScript(line: CommandLine, findScripts: FindScripts, depth = 0): CommandLine {
  const call = scriptCall(line.words.map((word) => word.text));
  const found = call && findScripts(line.folder);
  const script = call && found?.scripts[call.script];
  if (call === undefined || found === undefined || script === undefined || depth >= MAXIMUM_DEPTH) return line;
  // npm runs these around the script; they are part of what the person asked for.
  if (found.scripts[`pre${call.script}`] !== undefined || found.scripts[`post${call.script}`] !== undefined)
    return line;

  const inner = parseCommandLine(script);
  if (inner.kind !== "command" || inner.folder !== "") return line;
  const own = line.words.slice(line.words.length - call.args);
  const direct: CommandLine = {
    kind: "command",
    words: [...withoutCrossEnv(inner.words), ...own],
    env: { ...line.env, ...inner.env, ...crossEnv(inner.words) },
    folder: found.folder,
  };
  return resolveScript(direct, findScripts, depth + 1);
}

interface ScriptCall {
  readonly script: string;
  /** How many words at the end belong to the script. */
  readonly args: number;
}

/** npm keeps options for itself unless `--` stands before them; the others hand everything on. */
const MANAGERS: Readonly<Record<string, { readonly keepsOptions: boolean; readonly bareScripts: boolean }>> = {
  npm: { keepsOptions: true, bareScripts: false },
  pnpm: { keepsOptions: false, bareScripts: true },
  yarn: { keepsOptions: false, bareScripts: true },
  bun: { keepsOptions: false, bareScripts: false },
};

const QUIET = /^(?:-s|--silent|--loglevel=\w+|--no-audit|--no-fund)$/;

function scriptCall([program = "", ...rest]: readonly string[]): ScriptCall | undefined {
  const manager = MANAGERS[program];
  if (manager === undefined) return undefined;
  const words = rest.slice(rest.findIndex((word) => !QUIET.test(word)));
  const [verb = "", ...after] = words;
  const isRun = verb === "run" || verb === "run-script";
  const isTest = verb === "test" || verb === "t" || verb === "tst";
  if (!isRun && !isTest && !(manager.bareScripts && /^[\w:-]+$/.test(verb))) return undefined;
  // `bun test` is bun's own runner, whatever package.json says.
  if (program === "bun" && !isRun) return undefined;

  const script = isRun ? after[0] : isTest ? "test" : verb;
  const given = (isRun ? after.slice(1) : after).filter((word, at) => at > 0 || !QUIET.test(word));
  if (script === undefined || script.startsWith("-")) return undefined;
  const args = given[0] === "--" ? given.slice(1) : given;
  if (manager.keepsOptions && given[0] !== "--" && args.some((word) => word.startsWith("-"))) return undefined;
  return { script, args: args.length };
}

const ASSIGNMENT = /^([A-Za-z_]\w*)=(.*)$/;

/** `cross-env NAME=value program`: what Windows needs and ralph does itself. */
function withoutCrossEnv(words: CommandLine["words"]): CommandLine["words"] {
  if (words[0].text !== "cross-env") return words;
  const [program, ...args] = words.slice(1 + assignmentsOf(words).length);
  return program === undefined ? words : [program, ...args];
}

const crossEnv = (words: CommandLine["words"]): Readonly<Record<string, string>> =>
  words[0].text === "cross-env" ? Object.fromEntries(assignmentsOf(words)) : {};

function assignmentsOf(words: readonly Word[]): readonly (readonly [string, string])[] {
  const matches = words.slice(1).map((word) => ASSIGNMENT.exec(word.text));
  const end = matches.findIndex((match) => match === null);
  return matches.slice(0, end < 0 ? undefined : end).map((match) => [match?.[1] ?? "", match?.[2] ?? ""]);
}
