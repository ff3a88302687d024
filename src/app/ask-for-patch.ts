/** One question to a task's tier, outside of the loop: nothing is run, applied or recorded. */
import type { ModelFailure, TriedModel } from "../core/model.ts";
import type { Task } from "../core/task.ts";
import { type ReadReply, readReply } from "../engine/read-reply.ts";
import { systemClock } from "../io/clock.ts";
import { askTier } from "../model/ask.ts";
import { renderDiff } from "../patch/render.ts";
import { chooseTier } from "./choose-tier.ts";
import type { Config } from "./config-resolve.ts";
import { promptPreview } from "./preview.ts";
import { askOptionsOf, protectionOf } from "./settings.ts";
import { openCheckout, openTiers } from "./wire.ts";

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
  readonly onFailure: (model: string, failure: ModelFailure) => void;
}

export async function askForPatch(
  { config, env, task, onFailure }: PatchQuestion,
  signal: AbortSignal,
): Promise<Answer> {
  const { tier } = chooseTier(await openTiers(config, env), config.defaultTier, task);
  const workspace = await openCheckout(config);
  const prompt = await promptPreview(config, workspace)(task);
  const options = {
    ...askOptionsOf(config),
    clock: systemClock,
    onFailure: (failed: { readonly model: string; readonly failure: ModelFailure }) =>
      onFailure(failed.model, failed.failure),
  };
  const reply = await askTier(tier, prompt, options, signal);
  if (reply.kind === "failed") return { kind: "no model", tried: reply.tried };
  const paths = await workspace.files();
  const read = readReply(reply.text, {
    writer: { role: "builder", judges: new Set() },
    workspace,
    paths,
    protection: protectionOf(config),
  });
  return describe(reply.model, read);
}

function describe(model: string, read: ReadReply): Answer {
  if (read.kind === "changes") return { kind: "diff", diff: renderDiff(read.changes) };
  return { kind: "no patch", model, reason: read.kind === "question" ? `it asks: ${read.text}` : read.evidence.text };
}
