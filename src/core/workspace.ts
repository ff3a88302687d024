import type { FileChange, ReadFile } from "./patch.ts";

/** A full git object name. */
export type CommitId = string;

export interface OpenWorkspace {
  readonly taskId: string;
  readonly title: string;
  /** Continue from this commit of an earlier, interrupted run instead of the run branch's tip. */
  readonly resume?: { readonly base: CommitId; readonly at: CommitId };
}

export type LandResult =
  | { readonly kind: "landed"; readonly branch: string; readonly commit: CommitId }
  /** Another task landed first; `onto` is the same change on the new tip, to be checked again. */
  | { readonly kind: "rebased"; readonly onto: CommitId; readonly base: CommitId }
  | { readonly kind: "conflict"; readonly files: readonly string[] };

/**
 * An isolated work tree on the task's branch. It always stands at exactly one commit:
 * a change becomes a commit first (kept under refs/ralph/<task>/<name>) and is then checked out,
 * so a kill at any moment leaves the state before or after, never a mix.
 */
export interface Workspace {
  readonly path: string;
  readonly branch: string;
  readonly base: CommitId;
  readonly head: CommitId;
  /** Paths tracked at `head`, sorted. */
  files(): Promise<readonly string[]>;
  read: ReadFile;
  /** Commits `changes` on top of `head` and checks the result out. */
  commit(changes: readonly FileChange[], message: string, refName: string): Promise<CommitId>;
  /** Makes the tree exactly `commit`: changed files restored, stray files removed (ignored caches stay). */
  checkout(commit: CommitId): Promise<void>;
  /** Unified diff from one commit to another, as `git apply` takes it. */
  diff(from: CommitId, to: CommitId): Promise<string>;
  /** One commit with `message` and the tree of `head` on top of `base`; what lands. */
  squash(message: string): Promise<CommitId>;
  /** Compare-and-swap of the run's branch. */
  land(commit: CommitId): Promise<LandResult>;
  close(): Promise<void>;
}

export interface Workspaces {
  open(request: OpenWorkspace, signal: AbortSignal): Promise<Workspace>;
  /** A checkout of `commit` with nothing left over from earlier runs. */
  fresh<T>(commit: CommitId, use: (path: string) => Promise<T>): Promise<T>;
}
