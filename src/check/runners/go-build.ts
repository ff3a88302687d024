/** Reads what the Go compiler, `go vet` and `go list` say of files. Pure. */
import type { LoadFault } from "../../core/check.ts";

export interface GoBuildError {
  /** As Go prints it: relative to the working folder, or absolute. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly message: string;
}

const ERROR = /^(?:vet: )?([^\s:][^:]*\.go):(\d+)(?::\d+)?: (.+)$/;

/** A line that is indented goes on with what the one before says. */
export function readBuildErrors(text: string): readonly GoBuildError[] {
  const errors: GoBuildError[] = [];
  for (const line of text.split("\n")) {
    const [, file, at, message] = ERROR.exec(line) ?? [];
    const last = errors.at(-1);
    if (file !== undefined && message !== undefined) errors.push({ file, line: Number(at), message });
    else if (last !== undefined && /^\s+\S/.test(line)) {
      errors[errors.length - 1] = { ...last, message: `${last.message}\n${line}` };
    }
  }
  return errors;
}

const SYNTAX =
  /^(?:syntax error|illegal |invalid (?:character|BOM|UTF|NUL)|expected .* found|newline in |.*not terminated)/;
const UNRESOLVED =
  /^undefined: |^undeclared name|undefined \(type |has no field or method|not (?:declared|exported) by package|^could not import|no required module provides|cannot find (?:package|module)|is not in (?:GOROOT|std)|^unknown field|missing method|^no Go files in/;

/** The gravest one decides: what is not there yet can be built, what is wrong in the file itself stays wrong. */
export function faultOfErrors(errors: readonly GoBuildError[]): LoadFault {
  if (errors.some(({ message }) => SYNTAX.test(message))) return "syntax";
  const isSound = errors.every(({ message }) => UNRESOLVED.test(message) || message === "too many errors");
  return isSound ? "unresolved" : "build";
}
