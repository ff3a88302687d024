/** Keeps what failing tests left to look at, beyond the run's private folder that goes with it. */
import { copyFileSync, lstatSync, mkdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Attachment } from "../core/check.ts";
import type { Report } from "./runners/runner.ts";

/** Traces of browsers are a few megabytes each; code under test may write others. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_FILES = 50;

/**
 * @param from the private folder of the run
 * @param to is emptied first: only the last failure is of use
 */
export function keepAttachments(report: Report, from: string, to: string): readonly Attachment[] {
  const wanted = report.attachments?.slice(0, MAX_FILES) ?? [];
  if (wanted.length === 0) return [];
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  let room = MAX_BYTES;
  return wanted.flatMap(({ testId, name, path }, at) => {
    const size = plainSize(from, path);
    if (size === undefined || size > room) return [];
    room -= size;
    const kept = join(to, `${at + 1}-${plain(basename(path))}`);
    copyFileSync(join(from, path), kept);
    return [{ testId, name, path: kept }];
  });
}

/** Bytes of a plain file that no link leads to; undefined for anything else. */
function plainSize(folder: string, path: string): number | undefined {
  for (let at = dirname(path); at !== "."; at = dirname(at))
    if (!statOf(join(folder, at))?.isDirectory()) return undefined;
  const stats = statOf(join(folder, path));
  return stats?.isFile() === true ? stats.size : undefined;
}

const statOf = (path: string) => lstatSync(path, { throwIfNoEntry: false });
const plain = (name: string): string => name.replaceAll(/[^\w.-]/g, "_").slice(-80);
