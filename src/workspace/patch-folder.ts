/** `.ralph_patches/`: every applied patch as a diff that `git apply` takes, and the last one under a fixed name. */
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../core/clock.ts";
import { RalphError } from "../core/error.ts";
import { replaceFile } from "../io/files.ts";

interface SavedPatch {
  readonly name: string;
  readonly taskId: string;
}

export interface PatchFolder {
  /** Returns the file's name, `T001_HHMMSS.diff` in local time; a second one in the same second gets a counter. */
  save(taskId: string, diff: string): string;
  /** Oldest first. */
  list(): readonly SavedPatch[];
  read(name: string): string;
}

const LAST = "last_patch.diff";
const NAME = /^(.+)_\d{6}(?:-\d+)?\.diff$/;

export function patchFolder(folder: string, clock: Clock): PatchFolder {
  const names = (): string[] => {
    try {
      return readdirSync(folder);
    } catch {
      return [];
    }
  };

  // A name tells the time of day only, and a counter, by which it is longer, within a second.
  const modifiedAt = (name: string): number => statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;

  return {
    save(taskId, diff) {
      makeFolder(folder);
      const name = freeName(new Set(names()), `${taskId}_${timeOfDay(clock.now())}`);
      replaceFile(join(folder, name), diff);
      replaceFile(join(folder, LAST), diff);
      return name;
    },
    list: () =>
      names()
        .map((name) => ({ name, taskId: NAME.exec(name)?.[1] }))
        .filter((patch): patch is SavedPatch => patch.taskId !== undefined)
        .sort((a, b) => modifiedAt(a.name) - modifiedAt(b.name) || a.name.length - b.name.length),
    read(name) {
      const path = join(folder, name);
      try {
        return readFileSync(path, "utf8");
      } catch (error) {
        throw new RalphError("READ_FAILED", { path, why: (error as Error).message }, { cause: error });
      }
    },
  };
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new RalphError("WRITE_FAILED", { path: folder, why: (error as Error).message }, { cause: error });
  }
}

function freeName(taken: ReadonlySet<string>, stem: string): string {
  for (let counter = 1; ; counter++) {
    const name = counter === 1 ? `${stem}.diff` : `${stem}-${counter}.diff`;
    if (!taken.has(name)) return name;
  }
}

function timeOfDay(epochMs: number): string {
  const date = new Date(epochMs);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, "0")).join("");
}
