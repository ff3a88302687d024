/** Where a file has comments and strings. It never fails: what it cannot read stays code. Pure, linear. */

/** Languages that write comments and strings alike. "hash": everything with `#`, from Ruby to YAML. */
export type Family = "js" | "python" | "rust" | "go" | "c" | "hash";

/** From `start` up to and without `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What opens a comment or a string; where it ends is found by `ENDS`, since one pattern for both would backtrack. */
const OPENERS: Readonly<Record<Family, RegExp>> = {
  js: /\/\/|\/\*|["'`]|[{}/]/g,
  python: /#|"""|'''|["']/g,
  rust: /\/\/|\/\*|\br#*"|\bbr#*"|"|'(?=\\|[^']{1,2}')/g,
  go: /\/\/|\/\*|["'`]/g,
  c: /\/\/|\/\*|"""|["']/g,
  hash: /(?<=^|\s)#|^;|<!--|["']/gm,
};

export interface Tokens {
  readonly comments: Span[];
  /** The insides of strings and patterns. */
  readonly strings: Span[];
  /** Quote -> the end of a line in which it has no partner any more. */
  readonly lonely: Map<string, number>;
}

export function tokensOf(raw: string, family: Family): Tokens {
  const tokens: Tokens = { comments: [], strings: [], lonely: new Map() };
  const openers = new RegExp(OPENERS[family]);
  /** For every `${` that is open, the braces that are open in it. */
  const holes: number[] = [];
  for (let found = openers.exec(raw); found !== null; found = openers.exec(raw)) {
    const [opener] = found;
    const inside = openers.lastIndex;
    if (opener === "/") openers.lastIndex = takePattern(raw, inside, tokens);
    else if (opener === "{" || opener === "}") {
      if (closesHole(opener, holes)) openers.lastIndex = takeTemplate(raw, inside, tokens, holes);
    } else if (opener === "`" && family === "js") openers.lastIndex = takeTemplate(raw, inside, tokens, holes);
    else if (/["'`]$/.test(opener)) openers.lastIndex = takeString(raw, inside, { opener, family }, tokens);
    else openers.lastIndex = takeComment(raw, found.index, { opener, family }, tokens);
  }
  return tokens;
}

interface Opening {
  readonly opener: string;
  readonly family: Family;
}

/** Each of the `take` functions notes what begins here and returns where to go on. */
function takeComment(raw: string, start: number, { opener, family }: Opening, { comments }: Tokens): number {
  const close = opener === "/*" ? "*/" : opener === "<!--" ? "-->" : "\n";
  const end = opener === "/*" && family === "rust" ? nestedCommentEnd(raw, start) : endOf(raw, start + 2, close);
  comments.push({ start, end });
  return end;
}

/** The place after `close`, or before it where it is the end of the line. */
function endOf(raw: string, from: number, close: string): number {
  // A comment of one sign may end its line at once.
  const at = raw.indexOf(close, close === "\n" ? from - 1 : from);
  if (at < 0) return raw.length;
  return close === "\n" ? at : at + close.length;
}

function nestedCommentEnd(raw: string, start: number): number {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = start;
  let depth = 0;
  for (let found = marks.exec(raw); found !== null; found = marks.exec(raw)) {
    depth += found[0] === "/*" ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
  return raw.length;
}

function takeString(raw: string, start: number, { opener, family }: Opening, { strings, lonely }: Tokens): number {
  if (start < (lonely.get(opener) ?? 0)) return start;
  const isRaw = /^b?r#*"$/.test(opener) || (family === "go" && opener === "`");
  const close = isRaw && opener !== "`" ? `"${"#".repeat(opener.replaceAll(/[^#]/g, "").length)}` : opener;
  const isMultiLine = isRaw || close.length === 3 || (family === "rust" && close === '"');
  const end = isRaw ? raw.indexOf(close, start) : quoteEnd(raw, start, close, isMultiLine);
  // A quote without a partner in its line is an apostrophe.
  if (end < 0 && !isMultiLine) {
    lonely.set(opener, endOf(raw, start, "\n"));
    return start;
  }
  strings.push({ start, end: end < 0 ? raw.length : end });
  return end < 0 ? raw.length : end + close.length;
}

/** Where the quote stands that ends a string, or -1. */
function quoteEnd(raw: string, start: number, close: string, isMultiLine: boolean): number {
  const ends = new RegExp(`\\\\[^]|${close}${isMultiLine ? "" : "|\n"}`, "g");
  ends.lastIndex = start;
  for (let found = ends.exec(raw); found !== null; found = ends.exec(raw)) {
    if (found[0] === close) return found.index;
    if (found[0] === "\n") return -1;
  }
  return -1;
}

/** Counts the braces in a `${…}`; true where this one ends it. */
function closesHole(brace: string, holes: number[]): boolean {
  const open = holes.at(-1);
  if (open === undefined) return false;
  if (brace === "}" && open === 0) {
    holes.pop();
    return true;
  }
  holes[holes.length - 1] = open + (brace === "{" ? 1 : -1);
  return false;
}

/** A template string from `start` to its end or to its next `${`. */
function takeTemplate(raw: string, start: number, { strings }: Tokens, holes: number[]): number {
  const ends = /\\[^]|`|\$\{/g;
  ends.lastIndex = start;
  let found = ends.exec(raw);
  while (found !== null && found[0].startsWith("\\")) found = ends.exec(raw);
  strings.push({ start, end: found?.index ?? raw.length });
  if (found?.[0] === "${") holes.push(0);
  return found === null ? raw.length : ends.lastIndex;
}

/** After these a slash begins a pattern; after anything else it divides, or closes a tag. */
const BEFORE_PATTERN =
  /(?:^|[(,=:[!&|?{};+*%~^-]|=>|\b(?:return|typeof|case|in|of|do|else|yield|await|void|throw))\s*$/;
/** Bounded, so that a line of nothing but openings costs no more than its length. */
const PATTERN = /(?![*/>])(?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.){0,500}\]){1,1000}\//y;

function takePattern(raw: string, start: number, { strings }: Tokens): number {
  const literal = new RegExp(PATTERN);
  literal.lastIndex = start;
  if (!BEFORE_PATTERN.test(raw.slice(Math.max(0, start - 17), start - 1)) || !literal.test(raw)) return start;
  strings.push({ start, end: literal.lastIndex - 1 });
  return literal.lastIndex;
}
