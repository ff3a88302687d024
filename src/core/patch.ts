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

/** One line of a hunk, without its prefix and line end. */
export interface HunkLine {
  readonly op: " " | "-" | "+";
  readonly text: string;
  /** The reply gave no prefix: `op` is a guess, and a blank line may be no part of the hunk at all. */
  readonly bare?: true;
  /** `\ No newline at end of file` follows. */
  readonly noNewline?: true;
}

export interface Hunk {
  readonly lines: readonly HunkLine[];
  /** 1-based line of the old file as the reply states it: a hint. */
  readonly oldStart?: number;
  /** The header's counts agree with the lines, so its numbers come from a tool or from care. */
  readonly isCounted?: true;
  /** Texts of `@@` lines above the hunk, outermost first. */
  readonly headings?: readonly string[];
  /** The reply says that the old lines end the file. */
  readonly endsFile?: true;
  /** The reply ends with this hunk, and nothing vouches for its being whole. */
  readonly cut?: Cut;
}

export interface Cut {
  /** Context lines that are missing by the header's counts; 0 where they do not tell. */
  readonly lines: number;
  /** The last line has no end: it may be half a line. */
  readonly isMidLine: boolean;
}

/**
 * One file operation that a reply proposes, whatever format it was written in.
 * `path` is the likeliest reading of the name in the reply, `otherPaths` are the next ones; existence decides.
 * `mode` is what the reply states, six octal digits, not yet judged.
 */
export type Edit =
  | {
      readonly kind: "modify";
      readonly path: string;
      readonly otherPaths?: readonly string[];
      readonly renameTo?: string;
      readonly mode?: string;
      readonly hunks: readonly Hunk[];
    }
  | { readonly kind: "create"; readonly path: string; readonly mode?: string; readonly text: string }
  /** The whole new content of a file that may or may not exist. */
  | { readonly kind: "replace"; readonly path: string; readonly text: string }
  /** Without hunks the reply names the file only; with them they must be its content. */
  | {
      readonly kind: "delete";
      readonly path: string;
      readonly otherPaths?: readonly string[];
      readonly hunks: readonly Hunk[];
    }
  | { readonly kind: "binary"; readonly path: string };

/** "truncated": the reply stops in the middle of a patch. "no patch": it holds none. */
export type MalformedCause = "truncated" | "no patch" | "unreadable";

/** What a model's reply turned out to be. Words of the model are advice, never a verdict. */
export type Proposal =
  | { readonly kind: "patch"; readonly edits: readonly Edit[] }
  /** The model says that the task is done. */
  | { readonly kind: "complete" }
  /** The model says that it has no patch to offer, and perhaps why. */
  | { readonly kind: "declined"; readonly text: string }
  | { readonly kind: "question"; readonly text: string }
  /** `reason` is short and goes to the model as it is. */
  | { readonly kind: "malformed"; readonly cause: MalformedCause; readonly reason: string };

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
  | "tampering"
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

/** Where a hunk went and which matching step found the place. */
export interface Placement {
  readonly path: string;
  /** 1-based number of the hunk in the file's part of the reply. */
  readonly hunk: number;
  readonly step: string;
  /** 1-based first line of the old file that the hunk covers. */
  readonly line: number;
}

export type PlanResult =
  | { readonly ok: true; readonly changes: readonly FileChange[]; readonly placements: readonly Placement[] }
  | { readonly ok: false; readonly rejects: readonly Reject[]; readonly placements: readonly Placement[] };
