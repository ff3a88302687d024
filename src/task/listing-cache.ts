/** What the scans of a folder's files told, kept as text from one start to the next. */
import type { FileStamp } from "../io/files.ts";
import type { TaskScan } from "./scan.ts";

export interface KnownFile {
  readonly path: string;
  readonly scan: TaskScan;
  /** Undefined: to be read again. */
  readonly stamp: FileStamp | undefined;
}

/** Where the text is kept. A text that is broken or missing costs a scan, and no more. */
export interface ScanCache {
  read(): string | undefined;
  write(text: string): void;
}

interface Kept {
  readonly key: string;
  readonly files: readonly KnownFile[];
}

/** The bundle's chunk name carries a hash of its code and of what it imports: another build scans anew. */
const keyOf = (folder: string): string => `${import.meta.url} ${folder}`;

export function recallFiles(cache: ScanCache | undefined, folder: string): readonly KnownFile[] {
  try {
    const kept = JSON.parse(cache?.read() ?? "null") as Partial<Kept> | null;
    return kept?.key === keyOf(folder) ? (kept.files ?? []) : [];
  } catch {
    return [];
  }
}

/** Written only where something differs from what was recalled; files that are to be read again are left out. */
export function keepFiles(
  cache: ScanCache | undefined,
  folder: string,
  files: readonly KnownFile[],
  recalled: readonly KnownFile[],
): void {
  const settled = files.filter((file) => file.stamp !== undefined);
  if (settled.length === recalled.length && settled.every((file, index) => file === recalled[index])) return;
  const kept: Kept = { key: keyOf(folder), files: settled };
  cache?.write(JSON.stringify(kept));
}
