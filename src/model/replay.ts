/**
 * A model that plays recorded answers: for the demo, for tests, and to go through a run again without any model.
 * Answers are found by the attempt that the prompt names, so a run that goes on after a kill gets the answer it
 * would have got. Several lines of one attempt answer its first, second … call (a failure, then the retry);
 * the last of them repeats.
 */
import { setTimeout as pause } from "node:timers/promises";
import { isRalphError, RalphError } from "../core/error.ts";
import type { AskOptions, Health, ModelClient, ModelFailure, TextReply } from "../core/model.ts";
import type { PromptPurpose } from "../core/prompt.ts";
import { emptyAnswer, endingFailure } from "./call-failure.ts";
import { watchCall } from "./call-watch.ts";
import { parseRecording, type RecordedAnswer } from "./recording.ts";
import { estimateUsage } from "./usage.ts";

export interface ReplayOptions {
  /** As in ralph.yaml. */
  readonly name: string;
  readonly file: string;
  readonly readText: (path: string) => string | Promise<string>;
}

/**
 * The file is read by the first call. Throws REPLAY_INVALID where it cannot be used.
 * A call takes the recorded "delayMs", and says that it took exactly that, or as long as was recorded.
 */
export function replayClient(options: ReplayOptions): ModelClient {
  const { name, file } = options;
  const calls = new Map<string, number>();
  let loading: Promise<readonly RecordedAnswer[]> | undefined;
  const load = () => (loading ??= readRecording(options));

  const next = async ({ taskId, role, attempt }: PromptPurpose): Promise<RecordedAnswer | undefined> => {
    const key = `${taskId} ${role} ${attempt}`;
    const call = calls.get(key) ?? 0;
    calls.set(key, call + 1);
    const fits = (line: RecordedAnswer) => line.task === taskId && line.role === role && line.attempt === attempt;
    const lines = (await load()).filter(fits);
    return lines[call] ?? lines.at(-1);
  };

  return {
    name,
    endpoint: file,
    async ask(prompt, limits, signal) {
      const line = await next(prompt.purpose);
      const model = line?.model ?? name;
      const durationMs = line?.durationMs ?? Math.min(line?.delayMs ?? 0, limits.timeoutMs, limits.idleMs);
      const said = line === undefined ? missing(file, prompt.purpose) : await speak(line, file, limits, signal);
      if ("class" in said) return { kind: "failed", model, failure: said, durationMs };
      const usage = line?.usage ?? estimateUsage(prompt, said.text.length);
      return { kind: "text", model, ...said, usage, durationMs };
    },
    health: () => readHealth(load),
    traits: async () => ({ outputTokens: Number.MAX_SAFE_INTEGER, takesGrammar: false }),
  };
}

async function readRecording({ file, readText }: ReplayOptions): Promise<readonly RecordedAnswer[]> {
  try {
    return parseRecording(await readText(file), file);
  } catch (error) {
    if (isRalphError(error)) throw error;
    throw new RalphError("REPLAY_INVALID", { path: file, why: String(error) }, { cause: error });
  }
}

type Said = Pick<TextReply, "text" | "finish"> | ModelFailure;

async function speak(line: RecordedAnswer, file: string, limits: AskOptions, signal: AbortSignal): Promise<Said> {
  const { said, delayMs } = line;
  const watch = watchCall(limits, signal);
  // Rejects only because the watch has ended the call: its reason is asked for below.
  await pause(delayMs, undefined, { signal: watch.signal }).catch(() => undefined);
  if ("text" in said && said.text.length > limits.maxCharacters) watch.end("too long");
  watch.stop();
  const ending = watch.ending();
  if (ending !== undefined) return endingFailure(ending, file, limits);
  if ("failure" in said) return said.failure;
  return said.finish === "stop" && said.text.trim() === "" ? emptyAnswer(file) : said;
}

const missing = (file: string, { taskId, role, attempt }: PromptPurpose): ModelFailure => ({
  class: "bad answer",
  message: `${file} has no answer of the ${role} for attempt ${attempt} of ${taskId}`,
  cure: "Record that attempt too, or give the task a tier with a real model",
});

async function readHealth(load: () => Promise<readonly RecordedAnswer[]>): Promise<Health> {
  try {
    const answers = await load();
    const tasks = [...new Set(answers.map((answer) => answer.task))];
    return {
      ok: true,
      recorded: true,
      detail: `${answers.length} recorded answers for ${tasks.join(", ") || "no task"}`,
    };
  } catch (error) {
    if (!isRalphError(error)) throw error;
    return { ok: false, recorded: true, detail: error.message, cure: error.cure };
  }
}
