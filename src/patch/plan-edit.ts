/** What one edit comes to: new contents, or reasons why not. */
import type { Edit, FileChange, FileMode, FileState, Hunk, Placement, Reject, RejectKind } from "../core/patch.ts";
import { isPlaceholder } from "./placeholder.ts";
import { planFile } from "./plan-file.ts";
import { STEPS } from "./steps.ts";
import { checkPath, type Lookup, type Target } from "./targets.ts";
import { BOM, isBlank, LINE_KEY, splitText } from "./text.ts";

export interface Outcome {
  readonly changes: readonly FileChange[];
  readonly rejects: readonly Reject[];
  readonly placements: readonly Placement[];
}

type TextState = Extract<FileState, { kind: "text" }>;
type EditOf<K extends Edit["kind"]> = Extract<Edit, { kind: K }>;

export function planEdit({ edit, path, state, isGuess }: Target, lookup: Lookup): Outcome {
  if (state.kind === "refused")
    return refuse(REFUSED[state.why], path, `It is ${UNFIT[state.why]} and cannot be patched.`);
  if (edit.kind === "binary") return refuse("binary", path, "Binary changes are not taken.");
  if (edit.kind === "create") return planCreate(edit, path, state);
  if (edit.kind === "replace") return planReplace(edit, path, state);
  if (state.kind === "missing") return refuseMissing(path, lookup);
  if (edit.kind === "delete") return planDelete(edit, path, state);
  const outcome = planModify(edit, path, { state, lookup });
  return isGuess && !isProof(outcome) ? refuseMissing(edit.path, lookup) : outcome;
}

const REFUSED: Readonly<Record<Extract<FileState, { kind: "refused" }>["why"], RejectKind>> = {
  binary: "binary",
  symlink: "symlink",
  directory: "file exists",
  "too large": "too large",
  "not utf-8": "not utf-8",
  "outside the root": "outside the root",
};

const refuse = (kind: RejectKind, path: string, text: string): Outcome => ({
  changes: [],
  rejects: [{ kind, path, text }],
  placements: [],
});

const UNFIT: Readonly<Record<Extract<FileState, { kind: "refused" }>["why"], string>> = {
  binary: "a binary file",
  symlink: "a symbolic link or behind one",
  directory: "a folder or below a file",
  "too large": "too large",
  "not utf-8": "not UTF-8",
  "outside the root": "outside the project",
};

/** Files of the same name elsewhere are what the reply may have meant. */
function refuseMissing(path: string, lookup: Lookup): Outcome {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const others = (lookup.listFiles?.() ?? []).filter((file) => file === name || file.endsWith(`/${name}`)).slice(0, 3);
  const hint = others.length === 0 ? "" : ` Did you mean ${others.join(" or ")}?`;
  return refuse("missing file", path, `There is no such file.${hint}`);
}

const change = (...changes: readonly FileChange[]): Outcome => ({ changes, rejects: [], placements: [] });

const contentOf = ({ text, mode }: TextState): { text: string; mode: FileMode } => ({ text, mode });

/** A completed name counts only where whole hunks stand in the file. */
function isProof({ placements }: Outcome): boolean {
  const whole = new Set(STEPS.filter((step) => step.match !== "pieces").map((step) => step.name));
  return placements.length > 0 && placements.every((placement) => whole.has(placement.step));
}

function planModify(
  edit: EditOf<"modify">,
  path: string,
  { state, lookup }: { readonly state: TextState; readonly lookup: Lookup },
): Outcome {
  const mode = readMode(edit.mode, state.mode);
  if (mode === undefined) return refuseMode(edit.mode, path);
  const planned = planFile(path, lookup.indexFile(state.text), edit.hunks);
  if (!planned.ok) return { changes: [], rejects: planned.rejects, placements: planned.placements };
  const before = contentOf(state);
  const after = { text: planned.text, mode };
  const { placements } = planned;
  if (edit.renameTo === undefined) return { changes: [{ path, before, after }], rejects: [], placements };
  const to = checkPath(edit.renameTo, lookup);
  if (typeof to === "object") return { changes: [], rejects: [to], placements };
  const there = lookup.read(to);
  if (there.kind === "refused")
    return refuse(REFUSED[there.why], to, `It is ${UNFIT[there.why]}; nothing can be moved there.`);
  if (there.kind === "text") return refuse("file exists", to, "The file exists already; nothing can be moved there.");
  return {
    changes: [
      { path, before },
      { path: to, after },
    ],
    rejects: [],
    placements,
  };
}

/** git knows two modes of regular files; set-user-id bits, links and submodules are none of them. */
function readMode(stated: string | undefined, present: FileMode): FileMode | undefined {
  if (stated === undefined) return present;
  const owner = /^100([0-7])[0-7]{2}$/.exec(stated)?.[1];
  if (owner === undefined) return undefined;
  return Number(owner) % 2 === 1 ? "100755" : "100644";
}

const refuseMode = (mode: string | undefined, path: string): Outcome =>
  mode === "120000"
    ? refuse("symlink", path, "Symbolic links are not created.")
    : refuse("malformed", path, `Mode ${mode ?? ""} is not taken; a file has 100644 or 100755.`);

function planCreate(edit: EditOf<"create">, path: string, state: Exclude<FileState, { kind: "refused" }>): Outcome {
  const mode = readMode(edit.mode, "100644");
  if (mode === undefined) return refuseMode(edit.mode, path);
  const after = { text: edit.text, mode };
  if (state.kind === "missing") return change({ path, after });
  if (state.text === edit.text) return change();
  if (state.text === "") return change({ path, before: contentOf(state), after });
  return refuse("file exists", path, "The file exists already; change it with a diff of its lines.");
}

/** Below so many lines a file may be rewritten whole. */
const SMALL_FILE = 12;
/** A block that drops more of a file's lines than this share is an excerpt. */
const MOST_DROPPED = 0.5;

function planReplace(edit: EditOf<"replace">, path: string, state: Exclude<FileState, { kind: "refused" }>): Outcome {
  if (state.kind === "missing") return change({ path, after: { text: edit.text, mode: "100644" } });
  const old = splitText(state.text);
  const lines = splitText(edit.text).lines;
  const known = new Set(old.lines.map(LINE_KEY.loose));
  const lazy = lines.find((line) => isPlaceholder(line) && !known.has(LINE_KEY.loose(line)));
  if (lazy !== undefined) return refuse("malformed", path, `"${lazy.trim()}" stands for code; write the whole file.`);
  const kept = new Set(lines.map(LINE_KEY.loose));
  const dropped = old.lines.filter((line) => !kept.has(LINE_KEY.loose(line))).length;
  if (old.lines.length > SMALL_FILE && dropped > MOST_DROPPED * old.lines.length) {
    const why = `The block leaves out ${dropped} of the file's ${old.lines.length} lines; send a diff or the whole file.`;
    return refuse("malformed", path, why);
  }
  const eol = old.ends.find((end) => end !== "") ?? "\n";
  const isOpen = old.lines.length > 0 && old.ends.at(-1) === "";
  const body = lines.join(eol) + (lines.length === 0 || isOpen ? "" : eol);
  const bom = old.bom !== "" && !edit.text.startsWith(BOM) ? old.bom : "";
  return change({ path, before: contentOf(state), after: { text: bom + body, mode: state.mode } });
}

function planDelete(edit: EditOf<"delete">, path: string, state: TextState): Outcome {
  const before = contentOf(state);
  if (edit.hunks.length === 0) return change({ path, before });
  const shown = shownContent(edit.hunks);
  if (!shown) return refuse("malformed", path, "A deletion holds deleted lines only.");
  const lines = splitText(state.text).lines;
  const at = lines.findIndex((line, index) => LINE_KEY.loose(line) !== LINE_KEY.loose(shown[index] ?? "\0"));
  if (at < 0 && shown.length === lines.length) return change({ path, before });
  const line = at < 0 ? lines.length : at;
  return refuse("not found", path, `The file is not what the patch deletes; they differ from line ${line + 1} on.`);
}

/** The old lines of a deletion, without blank lines that trail it. */
function shownContent(hunks: readonly Hunk[]): readonly string[] | undefined {
  const lines = hunks.flatMap((hunk) => hunk.lines);
  if (lines.some((line) => line.op === "+")) return undefined;
  const last = lines.findLastIndex((line) => !(line.bare && isBlank(line.text)));
  return lines.slice(0, last + 1).map((line) => line.text);
}
