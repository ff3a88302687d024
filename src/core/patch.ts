/** Text files as the patch engine sees them. `mode` is the git file mode. */
export type FileMode = "100644" | "100755";

/** Bytes decoded as UTF-8 with BOM and line endings untouched; or why they cannot be. */
export type FileState =
  | { readonly kind: "text"; readonly text: string; readonly mode: FileMode }
  | { readonly kind: "missing" }
  | {
      readonly kind: "refused";
      readonly why: "binary" | "symlink" | "directory" | "too large" | "not utf-8" | "outside the root";
    };

/** The present content of a path relative to the root. */
export type ReadFile = (path: string) => FileState;

export type HunkLine = { readonly op: " " | "-" | "+"; readonly text: string };

export interface Hunk {
  readonly lines: readonly HunkLine[];
  /** 1-based line of the old file as the reply states it: a hint. */
  readonly oldStart?: number;
  readonly heading?: string;
}

/** One file operation that a reply proposes, whatever format it was written in. */
export type Edit =
  | {
      readonly kind: "modify";
      readonly path: string;
      readonly renameTo?: string;
      readonly mode?: FileMode;
      readonly hunks: readonly Hunk[];
    }
  | { readonly kind: "create"; readonly path: string; readonly mode?: FileMode; readonly text: string }
  | { readonly kind: "delete"; readonly path: string; readonly hunks: readonly Hunk[] };

/** What a model's reply turned out to be. Words of the model are advice, never a verdict. */
export type Proposal =
  | { readonly kind: "patch"; readonly edits: readonly Edit[] }
  | { readonly kind: "complete" }
  | { readonly kind: "question"; readonly text: string }
  | { readonly kind: "malformed"; readonly reason: string };

export type RejectKind =
  | "malformed"
  | "not found"
  | "ambiguous"
  | "truncated"
  | "already applied"
  | "conflicting hunks"
  | "no change"
  | "missing file"
  | "file exists"
  | "outside the root"
  | "blocked path"
  | "frozen"
  | "symlink"
  | "binary"
  | "not utf-8"
  | "too large";

/** Why a patch was not taken; `text` is short and goes to the model as it is. */
export interface Reject {
  readonly kind: RejectKind;
  readonly path?: string;
  /** 1-based. */
  readonly hunk?: number;
  readonly text: string;
}

/** One file's old and new content; `before` or `after` missing = created or deleted. */
export interface FileChange {
  readonly path: string;
  readonly before?: { readonly text: string; readonly mode: FileMode };
  readonly after?: { readonly text: string; readonly mode: FileMode };
}

export type PlanResult =
  | { readonly ok: true; readonly changes: readonly FileChange[] }
  | { readonly ok: false; readonly rejects: readonly Reject[] };
