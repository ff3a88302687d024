/** Keeps secrets out of what goes to a model and out of what comes back, so that nothing behind it has to. Pure. */
import type { FailedReply, ModelClient, ModelFailure, QuestionFor, Reply } from "../core/model.ts";
import type { Prompt } from "../core/prompt.ts";

type Redact = (text: string) => string;

export function discreet<Client extends ModelClient>(client: Client, redact: Redact): Client {
  const { countTokens } = client;
  return {
    ...client,
    ask: async (prompt, { grammar, ...options }, signal) => {
      const bound = grammar === undefined ? {} : { grammar: redact(grammar) };
      return cleanReply(await client.ask(cleanPrompt(prompt, redact), { ...options, ...bound }, signal), redact);
    },
    health: async (signal) => {
      const { detail, cure, ...health } = await client.health(signal);
      return { ...health, detail: redact(detail), ...(cure !== undefined && { cure: redact(cure) }) };
    },
    ...(countTokens !== undefined && {
      countTokens: (prompt, signal) => countTokens(cleanPrompt(prompt, redact), signal),
    }),
  };
}

/** Questions that a person is shown. */
export function discreetQuestions(questionFor: QuestionFor, redact: Redact): QuestionFor {
  return async (client, overflows) => {
    const question = await questionFor(client, overflows);
    return question && { ...question, prompt: cleanPrompt(question.prompt, redact) };
  };
}

const cleanPrompt = (prompt: Prompt, redact: Redact): Prompt => ({
  ...prompt,
  system: redact(prompt.system),
  user: redact(prompt.user),
});

const cleanReply = (reply: Reply, redact: Redact): Reply =>
  reply.kind === "text" ? { ...reply, text: redact(reply.text) } : cleanFailure(reply, redact);

const cleanFailure = (reply: FailedReply, redact: Redact): FailedReply => {
  const { message, cure, ...failure } = reply.failure;
  const clean: ModelFailure = {
    ...failure,
    message: redact(message),
    ...(cure !== undefined && { cure: redact(cure) }),
  };
  return { ...reply, failure: clean };
};
