/** Why a file of JavaScript or TypeScript could not be loaded, read off the words of V8 and of vitest 1 to 4. Pure. */
import type { LoadFault } from "../../core/check.ts";

const UNPARSABLE = /SyntaxError|Transform failed|Pars(?:e|ing) (?:error|fail)|Expected ["'`<].*(?: or | but found )/i;
/** The first is a SyntaxError, too, but about what is not built yet. */
const UNRESOLVED = /does not provide an export named|Cannot find (?:module|package)|Failed to (?:resolve|load)/;

export function faultOf(message: string): LoadFault | undefined {
  if (UNRESOLVED.test(message)) return "unresolved";
  return UNPARSABLE.test(message) ? "syntax" : undefined;
}
