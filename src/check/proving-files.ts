/**
 * The project's own files that a check starts by name: `./verify.sh`, `node checks/all.js`, also behind `npm test`.
 * Who may change them decides what the check says. Pure.
 */
import { parseCommandLine } from "./command-line.ts";

export interface ProjectText {
  /** Undefined = there is no such file. Paths are relative to the repository's root. */
  readonly read: (path: string) => string | undefined;
}

const PACKAGE_MANAGER = /^(?:npm|pnpm|yarn|bun)$/;
const WORD_ENDS = /[\s"'`;&|<>()=]+/;

/** Paths that stand as words in the command, or in a script of package.json that it runs. */
export function provingFiles(command: string, project: ProjectText): readonly string[] {
  const line = parseCommandLine(command);
  const folder = line.kind === "command" ? line.folder : "";
  const texts = [command, ...scriptsOf(command, folder, project)];
  const words = texts.flatMap((text) => text.split(WORD_ENDS)).map((word) => joined(folder, word));
  const isMake = texts.some((text) => /(?:^|\s)(?:g?make|just|task)(?:\s|$)/.test(text));
  const makefiles = isMake ? MAKEFILES.map((name) => joined(folder, name)) : [];
  const found = [...words, ...makefiles].filter((path) => path !== "" && project.read(path) !== undefined);
  return [...new Set([...found, ...found.flatMap((path) => startedBy(path, folder, project))])];
}

const MAKEFILES = ["GNUmakefile", "Makefile", "makefile", "Justfile", "justfile", "Taskfile.yml"];
const SCRIPT = /\.(?:sh|bash|zsh|fish|mk)$|(?:^|\/)(?:GNU)?[Mm]akefile$|(?:^|\/)[Jj]ustfile$|(?:^|\/)Taskfile\.yml$/;
/** A program that takes a file, and the first word after it that is no option. */
const STARTS =
  /(?:^|[\s;&|(@])(?:node|tsx|deno run|bun|(?:ba|z)?sh|source|\.|python[\d.]*|ruby|perl|php)\s+(?:-\S+\s+)*["']?([^\s"';&|)]+)|(?:^|[\s;&|(@])(\.\/[^\s"';&|)]+)/gm;

/** A check's script starts what it checks, too: where a project keeps its code, no judge is expected. */
const PRODUCT = /^(?:src|lib|app|bin|cmd|pkg|internal|sources?|packages|crates)\//;

/** What a shell script or a Makefile starts: one step, and programs only, because recipes name sources, too. */
function startedBy(path: string, folder: string, { read }: ProjectText): readonly string[] {
  const text = read(path) ?? "";
  if (!SCRIPT.test(path) && !/^#!.*\b(?:ba|z|da)?sh\b/.test(text)) return [];
  const started = [...text.matchAll(STARTS)].map(([, program, own]) => joined(folder, program ?? own ?? ""));
  return started.filter((each) => each !== "" && each !== path && !PRODUCT.test(each) && read(each) !== undefined);
}

/** The texts of the scripts that the command names, and of those that they name. */
function scriptsOf(command: string, folder: string, { read }: ProjectText): readonly string[] {
  const scripts = readScripts(read(joined(folder, "package.json")));
  const found = new Map<string, string>();
  const follow = (text: string): void => {
    const words = text.split(WORD_ENDS);
    if (!words.some((word) => PACKAGE_MANAGER.test(word))) return;
    for (const word of words.map((each) => (each === "t" ? "test" : each))) {
      for (const name of [`pre${word}`, word, `post${word}`]) {
        const script = scripts.get(name);
        if (script === undefined || found.has(name)) continue;
        found.set(name, script);
        follow(script);
      }
    }
  };
  follow(command);
  return [...found.values()];
}

function readScripts(manifest: string | undefined): ReadonlyMap<string, string> {
  try {
    const { scripts } = JSON.parse(manifest ?? "{}") as { readonly scripts?: Readonly<Record<string, unknown>> };
    return new Map(Object.entries(scripts ?? {}).map(([name, script]) => [name, String(script)]));
  } catch {
    return new Map();
  }
}

/** Relative to the root, without `.` and empty parts. */
const joined = (folder: string, path: string): string =>
  `${folder}/${path}`
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
