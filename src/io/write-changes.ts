/**
 * Writes the files of a patch below a folder: all of them or none, also when the process is killed in between.
 *
 * 1. Old and new contents are staged in `.ralph/apply-<worker>/` and synced.
 * 2. A journal is renamed into place there: from here on the patch counts as made.
 * 3. The new contents are put over the old ones, deleted files are removed, the folders are synced.
 * 4. The journal is removed, then the staging folder.
 *
 * A process that dies before 2 has changed nothing; what one leaves that dies in 3, `finishInterrupted` completes.
 * After an error in 3 the journal is renamed to say "undo", and the old contents are put back in the same way.
 */
import { chownSync, readdirSync, readFileSync, type Stats } from "node:fs";
import { dirname, join } from "node:path";
import { RalphError } from "../core/error.ts";
import type { FileChange, FileMode } from "../core/patch.ts";
import { type FileSteps, fileSteps } from "./file-steps.ts";
import { statIfThere } from "./files.ts";
import { readBelow } from "./read-root.ts";
import { isWorkerGone, workerId } from "./worker-id.ts";

export interface Writer {
  readonly steps: FileSteps;
  /** Names this process, so that another one can tell whether it still writes. */
  readonly worker: string;
  readonly isGone: (worker: string) => boolean;
}

const thisProcess = (): Writer => ({ steps: fileSteps, worker: workerId(), isGone: isWorkerGone });

const FOLDER = ".ralph";
const STAGING = "apply-";

/** Which of the two staged contents is put in place. */
type Direction = "new" | "old";
const JOURNAL: Readonly<Record<Direction, string>> = { new: "make.json", old: "undo.json" };

const isJournal = (name: string): boolean => Object.values(JOURNAL).includes(name);

interface Journal {
  /** Staged contents are named `<index>.old` and `<index>.new`. */
  readonly files: readonly { readonly path: string; readonly old: boolean; readonly new: boolean }[];
  /** Folders that the patch makes, outer ones first. */
  readonly folders: readonly string[];
}

interface Place {
  readonly root: string;
  readonly staging: string;
  readonly steps: FileSteps;
}

/**
 * @param root absolute path
 * @throws RalphError WRITE_FAILED, nothing is changed then; also when a file no longer holds its `before`
 */
export function writeChanges(root: string, changes: readonly FileChange[], writer: Writer = thisProcess()): void {
  finishInterrupted(root, writer);
  const staging = join(root, FOLDER, STAGING + encodeURIComponent(writer.worker));
  const place: Place = { root, staging, steps: writer.steps };
  try {
    const read = readBelow(root);
    for (const { path, before } of changes) {
      const state = read(path);
      const isSame = state.kind === "text" ? state.text === before?.text : state.kind === "missing" && !before;
      if (!isSame) throw new Error(`${path} was changed meanwhile`);
    }
    openStaging(place);
    makeOrUndo(place, stage(place, changes));
    closeStaging(place);
  } catch (error) {
    // With a journal there is something to complete, which the next writer does.
    if (!namesIn(staging).some(isJournal)) closeQuietly(place);
    throw new RalphError("WRITE_FAILED", { path: root, why: (error as Error).message }, { cause: error });
  }
}

/**
 * Completes what killed processes have begun below `root`; what they had only prepared is thrown away.
 * @throws RalphError WRITE_FAILED where somebody has changed the files since
 */
export function finishInterrupted(root: string, { steps, worker, isGone }: Writer = thisProcess()): void {
  for (const name of namesIn(join(root, FOLDER))) {
    const owner = name.startsWith(STAGING) ? decodeURIComponent(name.slice(STAGING.length)) : undefined;
    if (owner === undefined || (owner !== worker && !isGone(owner))) continue;
    const place: Place = { root, staging: join(root, FOLDER, name), steps };
    const names = namesIn(place.staging);
    const direction = (["old", "new"] as const).find((candidate) => names.includes(JOURNAL[candidate]));
    if (direction) putAll(place, readJournal(place, direction), direction);
    closeStaging(place);
  }
}

function openStaging({ root, staging, steps }: Place): void {
  const folder = statIfThere(join(root, FOLDER));
  if (folder && !folder.isDirectory()) throw new Error(`${FOLDER} is no folder`);
  if (!folder) steps.makeFolder(join(root, FOLDER));
  steps.makeFolder(staging);
}

/** The journal goes first: without it the rest is only something prepared. */
function closeStaging({ root, staging, steps }: Place): void {
  const names = namesIn(staging);
  const journals = names.filter(isJournal);
  for (const name of journals) steps.remove(join(staging, name));
  if (journals.length > 0) steps.syncFolder(staging);
  for (const name of names) steps.remove(join(staging, name));
  for (const folder of [staging, join(root, FOLDER)]) {
    if (statIfThere(folder)?.isDirectory() && namesIn(folder).length === 0) steps.removeFolder(folder);
  }
}

/** The failure that led here is the one to tell; what stays is thrown away by the next writer. */
function closeQuietly(place: Place): void {
  try {
    closeStaging(place);
  } catch {}
}

function stage(place: Place, changes: readonly FileChange[]): Journal {
  const { root, staging, steps } = place;
  const files = changes.map(({ path, before, after }, index) => {
    const present = statIfThere(join(root, path));
    if (before) steps.copy(join(root, path), join(staging, `${index}.old`));
    if (after) {
      steps.write(join(staging, `${index}.new`), after.text, toMode(after.mode, present));
      if (present) keepOwner(join(staging, `${index}.new`), present);
    }
    return { path, old: before !== undefined, new: after !== undefined };
  });
  const journal: Journal = { files, folders: missingFolders(root, files) };
  steps.write(join(staging, "journal"), JSON.stringify(journal), 0o600);
  steps.syncFolder(staging);
  steps.rename(join(staging, "journal"), join(staging, JOURNAL.new));
  steps.syncFolder(staging);
  return journal;
}

/** Read and write as it was, or as new files are made; execute where git says so and it may be read. */
function toMode(mode: FileMode, present: Stats | undefined): number {
  const rights = (present?.mode ?? 0o666 & ~process.umask()) & 0o666;
  return mode === "100755" ? rights | ((rights & 0o444) >> 2) : rights;
}

/** Only the superuser may give files away; anybody else owns what they write. */
function keepOwner(path: string, { uid, gid }: Stats): void {
  try {
    chownSync(path, uid, gid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") throw error;
  }
}

/** Folders above new files that are not there yet, outer ones first. */
function missingFolders(root: string, files: Journal["files"]): readonly string[] {
  const missing = new Set<string>();
  for (const { path } of files.filter((file) => file.new)) {
    const parts = path.split("/").slice(0, -1);
    const folders = parts.map((_, index) => parts.slice(0, index + 1).join("/"));
    for (const folder of folders) if (!statIfThere(join(root, folder))) missing.add(folder);
  }
  return [...missing];
}

function makeOrUndo(place: Place, journal: Journal): void {
  try {
    putAll(place, journal, "new");
  } catch (error) {
    place.steps.rename(join(place.staging, JOURNAL.new), join(place.staging, JOURNAL.old));
    putAll(place, journal, "old");
    closeStaging(place);
    throw error;
  }
}

/** Brings every file to one of its two staged states; what is there already is left alone. */
function putAll(place: Place, journal: Journal, direction: Direction): void {
  const { root, steps } = place;
  for (const [index, file] of journal.files.entries()) refuseForeign(place, file, index);
  const folders = journal.folders.map((folder) => join(root, folder));
  if (direction === "new") for (const folder of folders) if (!statIfThere(folder)) steps.makeFolder(folder);
  for (const [index, file] of journal.files.entries()) {
    const target = join(root, file.path);
    if (!file[direction]) steps.remove(target);
    else {
      steps.copy(join(place.staging, `${index}.${direction}`), join(place.staging, "put"));
      steps.rename(join(place.staging, "put"), target);
    }
  }
  if (direction === "old") for (const folder of folders.reverse()) if (statIfThere(folder)) steps.removeFolder(folder);
  const touched = new Set(journal.files.map((file) => dirname(join(root, file.path))));
  for (const folder of touched) if (statIfThere(folder)) steps.syncFolder(folder);
}

/** A file that is neither as before nor as after was changed by somebody since; a link may lead anywhere. */
function refuseForeign({ root, staging }: Place, file: Journal["files"][number], index: number): void {
  const state = readBelow(root)(file.path);
  if (state.kind === "missing") return;
  const known = (["old", "new"] as const).filter((side) => file[side]).map((side) => join(staging, `${index}.${side}`));
  if (state.kind === "text" && known.some((path) => readFileSync(path, "utf8") === state.text)) return;
  throw new RalphError("WRITE_FAILED", {
    path: join(root, file.path),
    why: `it was changed before a patch that was interrupted could be completed; that patch is in ${staging}`,
  });
}

function readJournal({ staging }: Place, direction: Direction): Journal {
  return JSON.parse(readFileSync(join(staging, JOURNAL[direction]), "utf8")) as Journal;
}

function namesIn(folder: string): readonly string[] {
  if (!statIfThere(folder)?.isDirectory()) return [];
  return readdirSync(folder);
}
