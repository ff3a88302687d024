/**
 * Why a file of JavaScript or TypeScript could not be loaded, read off the words of V8, Babel and TypeScript as vitest 1
 * to 4, jest 27 to 30, ts-jest and Playwright 1.40 to 1.65 hand them on. Pure.
 */
import type { LoadFault } from "../../core/check.ts";

const UNPARSABLE =
  /SyntaxError|Transform failed|Pars(?:e|ing) (?:error|fail)|Expected ["'`<].*(?: or | but found )|Must use import to load ES Module/i;
/** The first is a SyntaxError, too, but about what is not built yet. */
const UNRESOLVED = /does not provide an export named|Cannot find (?:module|package)|Failed to (?:resolve|load)/;

export function faultOf(message: string): LoadFault | undefined {
  const codes = [...message.matchAll(/\berror TS(\d+):/g)].map((match) => match[1] ?? "");
  if (codes.length > 0) return faultOfCodes(codes);
  if (UNRESOLVED.test(message)) return "unresolved";
  return UNPARSABLE.test(message) ? "syntax" : undefined;
}

/**
 * TypeScript's codes for modules, exports, names, members and parameters that are not there, or not yet.
 * https://github.com/microsoft/TypeScript/blob/main/src/compiler/diagnosticMessages.json
 */
const MISSING: ReadonlySet<string> = new Set(
  "2307 7016 2305 2614 2694 2724 2503 2304 2552 2339 2551 2353 2554 2555".split(" "),
);

/** What has no type once something is missing; by itself it is the file's own fault. */
const FOLLOWING: ReadonlySet<string> = new Set(["7006", "7031"]);

function faultOfCodes(codes: readonly string[]): LoadFault {
  if (codes.some((code) => /^1\d{3}$/.test(code))) return "syntax";
  const telling = codes.filter((code) => !FOLLOWING.has(code));
  return telling.length > 0 && telling.every((code) => MISSING.has(code)) ? "unresolved" : "build";
}
