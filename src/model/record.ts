/**
 * Writes down what tiers answered, in the form that `replay` plays. A line is what a tier said in the end; a call that
 * failed and was made up for leaves none, and so does a wait, because a replay has neither. Pure but for `append`.
 */
import type { QuestionFor, Tier, TierReply } from "../core/model.ts";
import type { PromptPurpose } from "../core/prompt.ts";
import { judgeTier } from "./tier-failure.ts";

type Ask<Options> = (tier: Tier, questionFor: QuestionFor, options: Options, signal: AbortSignal) => Promise<TierReply>;

/** `ask`, with a line for each answer; the line is appended before the answer is handed on. */
export function recorded<Options>(ask: Ask<Options>, append: (line: string) => void): Ask<Options> {
  return async (tier, questionFor, options, signal) => {
    let purpose: PromptPurpose | undefined;
    const noting: QuestionFor = async (client, overflows) => {
      const question = await questionFor(client, overflows);
      purpose = question?.prompt.purpose ?? purpose;
      return question;
    };
    const reply = await ask(tier, noting, options, signal);
    const line = purpose === undefined ? undefined : recordedLine(purpose, reply);
    if (line !== undefined) append(`${line}\n`);
    return reply;
  };
}

function recordedLine({ taskId: task, role, attempt }: PromptPurpose, reply: TierReply): string | undefined {
  const head = { task, role, attempt, model: reply.model };
  const { durationMs } = reply;
  if (reply.kind === "text") {
    const { text, finish, usage } = reply;
    return JSON.stringify({ ...head, text, finish, usage, durationMs });
  }
  const { kind, failure } = judgeTier(reply);
  return kind === "again" || kind === "too long" ? JSON.stringify({ ...head, failure, durationMs }) : undefined;
}
