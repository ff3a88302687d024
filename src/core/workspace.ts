import type { FileChange, ReadFile } from "./patch.ts";

/** A full git object name. */
export type CommitId = string;

export interface OpenWorkspace {
  readonly taskId: string;
  readonly title: string;
  /** Go on where an interrupted run of the task stood, instead of starting at the run branch's tip. */
  readonly resume?: { readonly base: CommitId; readonly head: CommitId };
}

interface WorkspaceChange {
  readonly changes: readonly FileChange[];
  readonly message: string;
  /** Last part of refs/ralph/<task>/<name>, which keeps the commit. */
  readonly name: string;
  /** Epoch milliseconds, from the journal: the same change made again is the same commit. */
  readonly at: number;
}

export type LandResult =
  /** `commit` is the branch's tip where that held the whole change already. */
  | { readonly kind: "landed"; readonly branch: string; readonly commit: CommitId }
  /** Another task landed first; `commit` is the same change on the new tip, to be checked again. */
  | { readonly kind: "rebased"; readonly commit: CommitId }
  | { readonly kind: "conflict"; readonly files: readonly string[] };

/** A set-up command that did not do. */
export interface PrepareFailure {
  readonly command: string;
  /** Its exit code or what ended it, and the end of what it printed. */
  readonly message: string;
}

/** A tree in which checks run. */
export interface Place {
  /** Absolute. */
  readonly path: string;
  /** Makes ready what git does not carry and the checks need. */
  prepare(signal: AbortSignal): Promise<PrepareFailure | undefined>;
  /** Makes it again what it was handed over as: a check may have changed it. */
  restore(): Promise<void>;
  /** Files of git's that are not now as they were handed over. */
  changed(): Promise<readonly string[]>;
  /** Puts `files` as they were at `commit` into it, until it is next restored. */
  overlay(commit: CommitId, files: readonly string[]): Promise<void>;
}

/**
 * An isolated work tree of one task, detached. Restored, it stands at `head` again. It always stands at exactly one commit:
 * a change becomes a commit first (kept under refs/ralph/<task>/<name>) and is then checked out,
 * so a kill at any moment leaves the state before or after, never a mix.
 */
export interface Workspace extends Place {
  /** Shows a person where the task stands, as of opening and closing; one that they took over is left to them. */
  readonly branch: string;
  /** Where the task began. */
  readonly base: CommitId;
  /** Where the work tree stands now. */
  head(): CommitId;
  /** Whether an earlier run's state was found and taken up. */
  readonly resumed: boolean;
  /** Paths tracked at `head`, sorted. */
  files(): Promise<readonly string[]>;
  /** Paths that differ between `base` and `head`. */
  changedFiles(): Promise<readonly string[]>;
  readonly read: ReadFile;
  /** A file's text at `base`; undefined = it was not there, or is no text. */
  readBase(path: string): Promise<string | undefined>;
  /** Commits `changes` on top of `head` and checks the result out in a tree that is as it was handed over. */
  commit(change: WorkspaceChange): Promise<CommitId>;
  /** Makes the tree exactly `commit`: changed files restored, stray files removed (ignored caches stay). */
  checkout(commit: CommitId): Promise<void>;
  /** The unified diff between two commits, as git prints it. */
  diff(from: CommitId, to: CommitId): Promise<string>;
  /** Paths that differ between two commits. */
  changedBetween(from: CommitId, to: CommitId): Promise<readonly string[]>;
  /** One commit with the tree of `head` on top of `base`: what lands. The same input gives the same commit. */
  squash(message: string): Promise<CommitId>;
  /** Moves the run's branch from the parent of `commit` to `commit`, if it still stands there. */
  land(commit: CommitId): Promise<LandResult>;
  close(): Promise<void>;
}

export interface Workspaces {
  open(request: OpenWorkspace, signal: AbortSignal): Promise<Workspace>;
  /** Hands `use` a checkout of `commit` with nothing left over from earlier runs. */
  fresh<T>(commit: CommitId, use: (place: Place) => Promise<T>): Promise<T>;
}
