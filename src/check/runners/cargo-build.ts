/**
 * Reads what cargo prints on standard output with `--message-format=json` while it builds:
 * https://doc.rust-lang.org/cargo/reference/external-tools.html#json-messages. What comes after `build-finished` is the
 * tests' own and is not listened to. Pure.
 */
import type { CompileError } from "./cargo-fault.ts";

export interface BuildTarget {
  /** lib, bin, test, example, bench or custom-build; all sorts of libraries are "lib". */
  readonly kind: string;
  readonly name: string;
  /** Absolute path of its root file. */
  readonly source: string;
  /** Absolute path of its Cargo.toml. */
  readonly manifest: string;
}

export interface BuildError extends CompileError {
  readonly target: BuildTarget;
  /** As rustc shows it, with the source. */
  readonly rendered: string;
  /** `path:line` of where it points to, relative to cargo's workspace; empty for what is no error in a file (linking). */
  readonly places: readonly string[];
}

export interface Build {
  /** "none": cargo did not come to the end of a build. */
  readonly state: "none" | "built" | "failed";
  /** By the absolute path of the program. */
  readonly testBinaries: ReadonlyMap<string, BuildTarget>;
  readonly errors: readonly BuildError[];
}

export interface BuildReader {
  /** False once the build is over: then the line is not the build's. */
  readonly line: (text: string) => boolean;
  readonly build: () => Build;
}

/** More of them says nothing new. */
const MOST_ERRORS = 200;
const ERROR_CHARACTERS = 4000;

export function buildReader(): BuildReader {
  const testBinaries = new Map<string, BuildTarget>();
  const errors: BuildError[] = [];
  let state: Build["state"] = "none";
  const take: Readonly<Record<string, (message: Json) => void>> = {
    "compiler-artifact": (message) => {
      const program = message["executable"];
      const isTest = fieldsOf(message["profile"])["test"] === true;
      if (isTest && typeof program === "string") testBinaries.set(program, targetOf(message));
    },
    "compiler-message": (message) => {
      const error = errorOf(message);
      if (error !== undefined && errors.length < MOST_ERRORS) errors.push(error);
    },
    "build-finished": (message) => {
      state = message["success"] === true ? "built" : "failed";
    },
  };
  return {
    line: (text) => {
      if (state !== "none") return false;
      const message = parseLine(text);
      take[textOf(message["reason"])]?.(message);
      return true;
    },
    build: () => ({ state, testBinaries, errors }),
  };
}

export type Json = Readonly<Record<string, unknown>>;

export const fieldsOf = (value: unknown): Json => (typeof value === "object" && value !== null ? { ...value } : {});
export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Without fields where it is no JSON: procedural macros may print there, too. */
export function parseLine(line: string): Json {
  if (!line.startsWith("{")) return {};
  try {
    return fieldsOf(JSON.parse(line));
  } catch {
    return {};
  }
}

const NAMED_KINDS: ReadonlySet<string> = new Set(["bin", "test", "example", "bench", "custom-build"]);

function targetOf(message: Json): BuildTarget {
  const target = fieldsOf(message["target"]);
  const kind = textOf(listOf(target["kind"])[0]);
  return {
    kind: NAMED_KINDS.has(kind) ? kind : "lib",
    name: textOf(target["name"]),
    source: textOf(target["src_path"]),
    manifest: textOf(message["manifest_path"]),
  };
}

function errorOf(line: Json): BuildError | undefined {
  const message = fieldsOf(line["message"]);
  const text = textOf(message["message"]);
  if (!textOf(message["level"]).startsWith("error") || text.startsWith("aborting due to ")) return undefined;
  return {
    target: targetOf(line),
    code: textOf(fieldsOf(message["code"])["code"]) || undefined,
    message: text,
    rendered: textOf(message["rendered"]).trim().slice(0, ERROR_CHARACTERS),
    places: listOf(message["spans"])
      .map(fieldsOf)
      .filter((span) => span["is_primary"] === true)
      .map((span) => `${textOf(span["file_name"])}:${Number(span["line_start"])}`),
  };
}
