/**
 * What rustc's errors say about a test that does not compile: the codes of https://doc.rust-lang.org/error_codes and,
 * for errors without a code, the words of rustc 1.63 to 1.97. Pure.
 */
import type { LoadFault } from "../../core/check.ts";

export interface CompileError {
  /** E0425, or the name of a lint; undefined for most errors of the parser and of macros. */
  readonly code: string | undefined;
  readonly message: string;
}

/** They name what is not there, or not yet public, or not yet of the shape in which the test uses it. */
const UNRESOLVED = codes(
  "E0026 E0027 E0057 E0061 E0063 E0107 E0405 E0407 E0412 E0422 E0423 E0425 E0432 E0433 E0437 E0438 E0451 E0463 E0531",
  "E0559 E0560 E0583 E0599 E0603 E0609 E0616 E0624",
);

const UNRESOLVED_WORDS =
  /^(?:cannot find (?:macro|attribute|derive macro)|environment variable `CARGO_BIN_EXE_|couldn't read )/;

/** What rustc cannot infer once something is missing; by itself it is the test's own fault. */
const FOLLOWING = codes("E0282 E0283");

/** Literals and comments without an end, numbers without digits, half ranges, comments that document nothing. */
const SYNTAX = codes("E0584 E0585 E0586 E0748 E0753 E0758 E0762 E0763 E0765 E0766 E0768");

const SYNTAX_WORDS =
  /^(?:expected|unexpected|unclosed|unmatched|mismatched|unterminated|unknown (?:start of token|prefix)|missing|this file contains an un-?closed|invalid|incorrect|leading|found |non-|`.*` (?:is not a|cannot be used as an?) )/;

function codes(...lists: readonly string[]): ReadonlySet<string> {
  return new Set(lists.flatMap((list) => list.split(" ")));
}

export function faultOfErrors(errors: readonly CompileError[]): LoadFault {
  if (errors.some(isSyntax)) return "syntax";
  const telling = errors.filter(({ code }) => code === undefined || !FOLLOWING.has(code));
  return telling.length > 0 && telling.every(isUnresolved) ? "unresolved" : "build";
}

const isUnresolved = ({ code, message }: CompileError): boolean =>
  code === undefined ? UNRESOLVED_WORDS.test(message) : UNRESOLVED.has(code);

const isSyntax = ({ code, message }: CompileError): boolean =>
  code === undefined ? SYNTAX_WORDS.test(message) : SYNTAX.has(code);
