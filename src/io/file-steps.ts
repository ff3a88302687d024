/** The mutating calls that writing several files is made of. Tests hand in steps that die at each of them. */
import {
  chmodSync,
  closeSync,
  copyFileSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";

export interface FileSteps {
  makeFolder(path: string): void;
  /** A new file, on disk when the call returns. */
  write(path: string, content: string, mode: number): void;
  /** Copies bytes and mode; on disk when the call returns. */
  copy(from: string, to: string): void;
  rename(from: string, to: string): void;
  remove(path: string): void;
  removeFolder(path: string): void;
  /** The folder's entries are on disk when the call returns. */
  syncFolder(path: string): void;
}

export const fileSteps: FileSteps = {
  makeFolder: (path) => mkdirSync(path),
  write(path, content, mode) {
    writeFileSync(path, content, { mode, flag: "w" });
    chmodSync(path, mode);
    sync(path);
  },
  copy(from, to) {
    copyFileSync(from, to);
    sync(to);
  },
  rename: (from, to) => renameSync(from, to),
  remove: (path) => rmSync(path, { force: true }),
  removeFolder: (path) => rmdirSync(path),
  syncFolder: sync,
};

function sync(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
