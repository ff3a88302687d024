/** Which files a model is shown: those the task needs most come first, and what does not fit is named, never cut. */
import type { ReadFile } from "../core/patch.ts";
import type { Task } from "../core/task.ts";

export interface ContextRequest {
  readonly task: Task;
  /** All paths of the workspace. */
  readonly paths: readonly string[];
  /** The test files that judge the task. */
  readonly testFiles: readonly string[];
  readonly read: ReadFile;
  /** Why a path is not for a model to see; undefined = it may be shown. */
  readonly isHidden: (path: string) => string | undefined;
}

export interface ShownFile {
  readonly path: string;
  readonly text: string;
}

/** What could be shown, as it was when the role began, most needed first. */
export interface Context {
  readonly files: readonly ShownFile[];
  /** `path (why)`: what no room would make visible. */
  readonly withheld: readonly string[];
}

/**
 * Priority: files that the task names, then the tests that judge it, then what these import from the project,
 * then paths that the task's text mentions.
 */
export function chooseContext(request: ContextRequest): Context {
  const files: ShownFile[] = [];
  const withheld: string[] = [];
  for (const path of candidates(request)) {
    const why = request.isHidden(path);
    if (why !== undefined) {
      withheld.push(`${path} (${why})`);
      continue;
    }
    const state = request.read(path);
    if (state.kind === "refused") withheld.push(`${path} (${state.why})`);
    if (state.kind === "text") files.push({ path, text: state.text });
  }
  return { files, withheld };
}

export interface Fitted {
  readonly files: readonly ShownFile[];
  /** `path (why)`. */
  readonly leftOut: readonly string[];
}

/** In the order of need; a file that does not fit is left out whole, and a smaller one after it may still fit. */
export function fitFiles(files: readonly ShownFile[], maxCharacters: number): Fitted {
  const shown: ShownFile[] = [];
  const leftOut: string[] = [];
  let room = maxCharacters;
  for (const file of files) {
    const { path, text } = file;
    if (text.length > room) {
      leftOut.push(`${path} (${text.length} characters do not fit)`);
      continue;
    }
    room -= text.length;
    shown.push(file);
  }
  return { files: shown, leftOut };
}

function candidates({ task, paths, testFiles, read }: ContextRequest): ReadonlySet<string> {
  const known = new Set(paths);
  const named = task.files.map((file) => file.path).filter((path) => known.has(path));
  const imported = [...testFiles, ...named].flatMap((path) => importsOf(path, read, known));
  const mentioned = paths.filter((path) => path.length > 3 && task.body.includes(path));
  return new Set([...named, ...testFiles, ...imported, ...mentioned]);
}

const IMPORT = /(?:from|import|require\()\s*["'](\.{1,2}\/[^"']+)["']/g;
const ENDINGS = ["", ".ts", ".js", ".mjs", ".cjs", ".tsx", ".jsx", "/index.ts", "/index.js"];

function importsOf(path: string, read: ReadFile, known: ReadonlySet<string>): string[] {
  const state = read(path);
  if (state.kind !== "text") return [];
  return [...state.text.matchAll(IMPORT)].flatMap((match) => {
    const target = join(path, match[1] ?? "");
    // TypeScript sources import the file that they will be compiled to.
    const bases = [target, target.replace(/\.[cm]?js$/, "")];
    const found = bases.flatMap((base) => ENDINGS.map((ending) => base + ending)).find((each) => known.has(each));
    return found === undefined ? [] : [found];
  });
}

/** `relative` as seen from the folder of `file`. */
function join(file: string, relative: string): string {
  const parts = file.split("/").slice(0, -1);
  for (const part of relative.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}
