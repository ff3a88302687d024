/**
 * File names as replies write them: quoted, with timestamps, with or without `a/` and `b/`.
 * A reply cannot tell a prefix from a folder of that name, so a name has several readings, likeliest first;
 * whoever knows the files decides.
 */

export interface NamedFile {
  readonly path: string;
  readonly otherPaths?: readonly string[];
}

const DEV_NULL = /^(?:[ab]\/)?\/?dev\/null$/;
/** git's default and mnemonic prefixes (diff.mnemonicPrefix: commit, index, object, work tree; 1 and 2: no index). */
const PREFIX = /^[abciow12]\//;
const DEFAULT_PREFIX = /^[ab]\//;
const TIMESTAMP =
  /\s+(?:\((?:revision \d+|working copy|original|modified|old|new|before|after|updated)\)|\d{4}-\d\d-\d\d[ T]\d\d:\d\d.*)$/;
const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, "\\": 92 };

/** No name is longer (PATH_MAX of Linux); what is is refused with the others that lead nowhere. */
const LONGEST = 4096;

/** The name on a header line; undefined for /dev/null. */
export function readName(raw: string): string | undefined {
  const text = raw.trim();
  if (text.length > LONGEST) return text;
  if (text.startsWith('"')) return notNull(unquote(text));
  const bare = (text.split("\t")[0] ?? "").replace(TIMESTAMP, "").replace(/^[`'*]+|[`'*]+$/g, "");
  return notNull(bare.replaceAll("\\", "/"));
}

const notNull = (name: string): string | undefined => (name === "" || DEV_NULL.test(name) ? undefined : name);

/** C-style quoting as git writes it: octal escapes are bytes of UTF-8. */
function unquote(text: string): string {
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  const body = /^"((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? text.slice(1);
  for (const [part] of body.matchAll(/\\[0-7]{3}|\\.|[^\\]+/gs)) {
    if (!part.startsWith("\\")) bytes.push(...encoder.encode(part));
    else if (part.length === 4) bytes.push(Number.parseInt(part.slice(1), 8));
    else bytes.push(ESCAPES[part.slice(1)] ?? part.charCodeAt(1));
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

const withoutDot = (name: string): string => name.replace(/^(?:\.\/+)+/, "");
const stripped = (name: string): string => {
  const given = withoutDot(name);
  return PREFIX.test(given) ? withoutDot(given.replace(PREFIX, "").replace(/^\/+/, "")) : given;
};

/** Readings of the two names of a modified or deleted file. */
export function nameFile(oldName: string | undefined, newName: string | undefined): NamedFile | undefined {
  const name = newName ?? oldName;
  if (name === undefined) return undefined;
  const given = withoutDot(name);
  const bare = stripped(name);
  if (given === bare) return { path: given };
  const isSingle = oldName === undefined || newName === undefined;
  const isPrefixed = isSingle || PREFIX.exec(withoutDot(oldName))?.[0] !== PREFIX.exec(given)?.[0];
  return isPrefixed ? { path: bare, otherPaths: [given] } : { path: given, otherPaths: [bare] };
}

/** Where a new file goes: nothing exists that could decide, so git's default prefixes are taken as such. */
export const nameNewFile = (name: string): string => withoutDot(withoutDot(name).replace(DEFAULT_PREFIX, ""));

/** The two names of `diff --git A B`, which has no separator when names hold spaces. */
export function splitGitNames(rest: string): readonly [string, string] | undefined {
  const quoted = /^("(?:[^"\\]|\\.)*"|\S+) ("(?:[^"\\]|\\.)*"|\S+)$/.exec(rest.trim());
  if (quoted) return [quoted[1] ?? "", quoted[2] ?? ""];
  for (let at = rest.indexOf(" "); at >= 0; at = rest.indexOf(" ", at + 1)) {
    const [a, b] = [rest.slice(0, at), rest.slice(at + 1)];
    if (stripped(a) === stripped(b)) return [a, b];
  }
  return undefined;
}

const DECORATION = /^(?:#+\s+|[-*]\s+|\d+[.)]\s+)?(?:(?:file|path|filename|fichier)\s*:\s*)?/i;
const PATH_LIKE = /^[\w.@+(){}[\]$-][^\s`'"<>|*?:]*$/;
const HAS_SHAPE = /\/|\.\w{1,10}$|^(?:Makefile|Dockerfile|LICENSE|README)$/;

/** A line that holds a file name and nothing else, as models put it above a block: `### \`src/a.ts\`:`. */
export function readPathLine(line: string): string | undefined {
  const text = line
    .trim()
    .replace(DECORATION, "")
    .replace(/\s*\([\w ]+\)\s*:?$/, "")
    .replace(/^[*_`"']+|[*_`"':]+$/g, "")
    .replace(/^(?:file|path|filename|fichier)\s*:?[*`\s]+/i, "")
    .replace(/[`*:]+$/, "");
  if (!PATH_LIKE.test(text) || !HAS_SHAPE.test(text) || text.includes("://")) return undefined;
  return text.replaceAll("\\", "/");
}

/** A path inside a fence's info string: `diff title="src/a.ts"`, `js:src/a.ts`, `src/a.ts`. */
export function readInfoPath(info: string): string | undefined {
  const named = /(?:title|file|filename|path|name)\s*[=:]\s*["']?([^"'\s}]+)/i.exec(info)?.[1];
  if (named !== undefined) return readPathLine(named);
  const words = info.trim().split(/\s+/);
  const last = words.at(-1) ?? "";
  return readPathLine(last.replace(/^\w+:(?=.)/, "")) ?? undefined;
}
