/** Which file each edit means, and edits of one file put together. */
import type { Edit, FileState, ReadFile, Reject } from "../core/patch.ts";
import type { IndexedFile } from "./line-index.ts";
import { guessPath, resolvePath } from "./paths.ts";

export interface Target {
  readonly edit: Edit;
  readonly path: string;
  readonly state: FileState;
  /** The name was completed from the list of files: the hunks must prove it. */
  readonly isGuess?: true;
}

export interface Lookup {
  readonly read: ReadFile;
  readonly indexFile: (text: string) => IndexedFile;
  /** Absolute path of the root; absolute names below it are taken as relative. */
  readonly root?: string;
  /** Every file under the root; asked only when a name in the reply does not exist. */
  readonly listFiles?: () => readonly string[];
  /** Why a path may not be touched at all. Asked before the file is read, so that a refusal shows nothing of it. */
  readonly refusePath?: (path: string) => Reject | undefined;
}

/**
 * The first reading of the edit's name that exists and may be touched; where there is none, the likeliest one, or why
 * that may not be touched.
 */
export function findTarget(edit: Edit, lookup: Lookup): Target | Reject {
  const names = [edit.path, ...("otherPaths" in edit ? (edit.otherPaths ?? []) : [])];
  const readings = names.map((name): Target | Reject => {
    const path = checkPath(name, lookup);
    return typeof path === "object" ? path : { edit, path, state: lookup.read(path) };
  });
  const targets = readings.filter((reading) => "edit" in reading);
  const existing = targets.find((target) => target.state.kind !== "missing");
  const [likeliest] = readings;
  return (
    existing ?? guessTarget(edit, targets, lookup) ?? likeliest ?? { kind: "malformed", text: "No file is named." }
  );
}

/** The path relative to the root, or why it may not be touched. */
export function checkPath(name: string, lookup: Lookup): string | Reject {
  const resolved = resolvePath(name, lookup.root);
  if ("reject" in resolved) return resolved.reject;
  return lookup.refusePath?.(resolved.path) ?? resolved.path;
}

function guessTarget(edit: Edit, tried: readonly Target[], lookup: Lookup): Target | undefined {
  if (edit.kind !== "modify" || edit.hunks.length === 0) return undefined;
  const files = lookup.listFiles?.() ?? [];
  const path = tried.map((target) => guessPath(target.path, files)).find((guess) => guess !== undefined);
  if (path === undefined || lookup.refusePath?.(path)) return undefined;
  return { edit, path, state: lookup.read(path), isGuess: true };
}

/** Several edits of one file become one; an edit that is there twice counts once. */
export function mergeTargets(targets: readonly Target[]): readonly Target[] {
  const merged = new Map<string, Target>();
  for (const target of targets) {
    const key = target.edit.kind === "modify" ? `modify ${target.path}` : JSON.stringify([target.path, target.edit]);
    const known = merged.get(key);
    merged.set(key, known === undefined ? target : { ...known, edit: mergeEdits(known.edit, target.edit) });
  }
  return [...merged.values()];
}

function mergeEdits(a: Edit, b: Edit): Edit {
  if (a.kind !== "modify" || b.kind !== "modify") return a;
  return { ...a, ...b, path: a.path, hunks: [...a.hunks, ...b.hunks] };
}
