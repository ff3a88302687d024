/** Which files a task is about. Pure. */
import { isTestFile } from "../check/freeze.ts";
import type { Task } from "../core/task.ts";

/** Whether the task's file list names the path, or a folder above it. */
export function isAsked({ files }: Pick<Task, "files">, path: string): boolean {
  return files.some((file) => path === file.path || path.startsWith(`${file.path.replace(/\/+$/, "")}/`));
}

/** Paths that a task with a file list did not ask for; its tests go where the tester finds room for them. */
export const outsideScope = (task: Pick<Task, "files">, paths: readonly string[]): readonly string[] =>
  task.files.length === 0 ? [] : paths.filter((path) => !isAsked(task, path) && !isTestFile(path));
