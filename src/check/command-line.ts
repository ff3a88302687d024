/**
 * Reads a check as a person wrote it. ralph starts programs without a shell, so this understands what such a line
 * usually holds: quotes, escapes, `NAME=value` in front, `cd DIR &&` in front, globs. What only a shell can do is
 * refused with the reason, never guessed at. Pure.
 */

export interface Word {
  readonly text: string;
  /** An unquoted `*`, `?` or `[…]` in it: names files, as the shell would expand it. */
  readonly isGlob: boolean;
}

export interface CommandLine {
  readonly kind: "command";
  readonly words: readonly [Word, ...Word[]];
  readonly env: Readonly<Record<string, string>>;
  /** Folder below the workspace in which it runs; "" = the workspace itself. */
  readonly folder: string;
}

export type ParsedCommandLine = CommandLine | { readonly kind: "unreadable"; readonly why: string };

type Token =
  | ({ readonly kind: "word" } & Word)
  | { readonly kind: "and" }
  | { readonly kind: "unreadable"; readonly why: string };

export function parseCommandLine(line: string): ParsedCommandLine {
  const tokens = tokenize(line.replace(/[\r\n]+$/, ""));
  const bad = tokens.find((token) => token.kind === "unreadable");
  if (bad !== undefined) return bad;

  const moved = takeFolder(tokens);
  if (moved.rest.some((token) => token.kind === "and")) {
    return { kind: "unreadable", why: "`&&` joins two commands; write each as a check of its own" };
  }
  const { env, words } = takeVariables(moved.rest.filter((token) => token.kind === "word"));
  const [program, ...args] = words;
  if (program === undefined) return { kind: "unreadable", why: "it names no program" };
  return { kind: "command", words: [program, ...args], env, folder: moved.folder };
}

/** `cd frontend && npm test`; several in a row add up, an absolute one begins anew. */
function takeFolder(tokens: readonly Token[]): { readonly folder: string; readonly rest: readonly Token[] } {
  const [cd, folder, and, ...rest] = tokens;
  if (cd?.kind !== "word" || cd.text !== "cd" || folder?.kind !== "word" || and?.kind !== "and") {
    return { folder: "", rest: tokens };
  }
  const inner = takeFolder(rest);
  const isWhole = inner.folder.startsWith("/");
  return { ...inner, folder: isWhole ? inner.folder : [folder.text, inner.folder].filter(Boolean).join("/") };
}

type WordToken = Extract<Token, { kind: "word" }>;

const ASSIGNMENT = /^([A-Za-z_][A-Za-z0-9_]*)=([\s\S]*)$/;

function takeVariables(tokens: readonly WordToken[]): {
  readonly env: Readonly<Record<string, string>>;
  readonly words: readonly Word[];
} {
  const env: Record<string, string> = {};
  const first = tokens.findIndex((token) => !ASSIGNMENT.test(token.text));
  const assignments = first < 0 ? tokens : tokens.slice(0, first);
  for (const { text } of assignments) {
    const [, name = "", value = ""] = ASSIGNMENT.exec(text) ?? [];
    env[name] = value;
  }
  const words = tokens.slice(assignments.length).map(({ text, isGlob }) => ({ text, isGlob }));
  return { env, words };
}

/** What only a shell does, where it stands unquoted. `&&` is read apart. */
const SHELL_ONLY: Readonly<Record<string, string>> = {
  "|": "`|` joins programs",
  ";": "`;` joins commands",
  "&": "`&` starts it in the background",
  "<": "`<` redirects its input",
  ">": "`>` redirects its output",
  "`": "backticks put a command's output in",
  "(": "`(` opens a subshell",
  ")": "`)` closes a subshell",
  "\n": "it has more than one line",
};

/** One alternative for each piece of a line; which one matched tells what it is. */
const PIECES: readonly (readonly [kind: PieceKind, pattern: RegExp])[] = [
  ["blank", /[ \t]+/y],
  ["comment", /#.*/y],
  ["and", /&&/y],
  ["single", /'([^']*)'/y],
  ["double", /"((?:[^"\\]|\\[\s\S])*)"/y],
  ["escape", /\\([\s\S])/y],
  ["plain", /[^\s'"\\]/y],
];

type PieceKind = "blank" | "comment" | "and" | "single" | "double" | "escape" | "plain";

interface Piece {
  readonly kind: PieceKind;
  readonly source: string;
  readonly inner: string;
}

function tokenize(line: string): readonly Token[] {
  const tokens: Token[] = [];
  let word: WordToken | undefined;
  const endWord = (): void => {
    if (word !== undefined) tokens.push(word);
    word = undefined;
  };
  for (let at = 0; at < line.length; ) {
    const piece = pieceAt(line, at, word !== undefined);
    if (piece === undefined) return [...tokens, unreadableAt(line, at)];
    at += piece.source.length;
    if (piece.kind === "blank" || piece.kind === "comment" || piece.kind === "and") endWord();
    if (piece.kind === "and") tokens.push({ kind: "and" });
    if (!isTextPiece(piece)) continue;
    const why = whyNot(piece, word === undefined, line.slice(at));
    if (why !== undefined) return [...tokens, { kind: "unreadable", why }];
    word = append(word, piece);
  }
  endWord();
  return tokens;
}

const isTextPiece = ({ kind }: Piece): boolean => kind !== "blank" && kind !== "comment" && kind !== "and";

function pieceAt(line: string, at: number, isInWord: boolean): Piece | undefined {
  for (const [kind, pattern] of PIECES) {
    // A `#` inside of a word is a letter like any other.
    if (kind === "comment" && isInWord) continue;
    pattern.lastIndex = at;
    const match = pattern.exec(line);
    if (match !== null) return { kind, source: match[0], inner: match[1] ?? match[0] };
  }
  return undefined;
}

const unreadableAt = (line: string, at: number): Token => {
  const why = SHELL_ONLY[line[at] ?? ""] ?? (line[at] === "\\" ? "it ends with `\\`" : `a ${line[at]} is not closed`);
  return { kind: "unreadable", why };
};

function whyNot({ kind, source, inner }: Piece, isStart: boolean, after: string): string | undefined {
  if (kind === "plain" && source === "$" && /^[\w({?!#@*$'"]/.test(after)) return variable(after);
  if (kind === "plain" && source === "~" && isStart) return "`~` is put in by a shell; write the path";
  if (kind === "plain") return SHELL_ONLY[source];
  if (kind !== "double") return undefined;
  if (/(?:^|[^\\])(?:\\\\)*`/.test(inner)) return SHELL_ONLY["`"];
  const used = /(?:^|[^\\])(?:\\\\)*\$([\w({?!#@*$].*)/.exec(inner);
  return used === null ? undefined : variable(used[1] ?? "");
}

const variable = (after: string): string =>
  after.startsWith("(") ? "`$(…)` puts a command's output in" : "`$NAME` is put in by a shell; write the value";

function append(word: WordToken | undefined, piece: Piece): WordToken {
  const { text, isGlob } = word ?? { text: "", isGlob: false };
  const addsGlob = piece.kind === "plain" && /[*?[]/.test(piece.source);
  return { kind: "word", text: text + valueOf(piece), isGlob: isGlob || addsGlob };
}

/** Inside of double quotes a backslash takes the meaning from `"`, `\`, `$` and the backtick only. */
const valueOf = ({ kind, inner }: Piece): string => (kind === "double" ? inner.replace(/\\(["\\$`])/g, "$1") : inner);
