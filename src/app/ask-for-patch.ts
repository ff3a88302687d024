/** One question to a task's tier, outside of the loop: nothing is run, applied or recorded. */
import type { FailedReply, TriedModel } from "../core/model.ts";
import type { Task } from "../core/task.ts";
import { NO_BOUNDS } from "../engine/protect.ts";
import { type ReadReply, readReply } from "../engine/read-reply.ts";
import type { Redact } from "../io/redact.ts";
import { renderDiff } from "../patch/render.ts";
import type { Config } from "./config-resolve.ts";
import { openOutside } from "./outside-of-the-loop.ts";
import { protectionOf } from "./settings.ts";

export type Answer =
  | { readonly kind: "diff"; readonly diff: string }
  /** Why the reply is none. */
  | { readonly kind: "no patch"; readonly model: string; readonly reason: string }
  | { readonly kind: "no model"; readonly tried: readonly TriedModel[] };

export interface PatchQuestion {
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly task: Task;
  /** Told of every failed call at once. */
  readonly onFailure: (failed: FailedReply) => void;
}

export async function askForPatch(
  { config, env, task, onFailure }: PatchQuestion,
  signal: AbortSignal,
): Promise<Answer> {
  const outside = await openOutside({ config, env, onFailure }, signal);
  try {
    const reply = await outside.askTier(outside.tierOf(task).tier, await outside.questions(task));
    if (reply.kind === "failed") return { kind: "no model", tried: reply.tried };
    const read = readReply(reply.text, {
      writer: { ...NO_BOUNDS, role: "builder" },
      workspace: outside.workspace,
      paths: await outside.workspace.files(),
      protection: { ...protectionOf(config), redact: outside.redact },
    });
    return describe(reply.model, read, outside.redact);
  } finally {
    await outside.close();
  }
}

/** A reason quotes the file's own lines; a diff has to be exact, or git would not take it. */
function describe(model: string, read: ReadReply, redact: Redact): Answer {
  if (read.kind === "changes") return { kind: "diff", diff: renderDiff(read.changes) };
  const reason = read.kind === "question" ? `it asks: ${read.text}` : read.evidence.text;
  return { kind: "no patch", model, reason: redact(reason) };
}
