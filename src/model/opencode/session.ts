/**
 * One question to `opencode serve`: a session of its own, which is removed afterwards.
 *
 * The question is handed in with `prompt_async`, which returns at once. The event stream then tells that the answer
 * grows, that opencode means to try again, or that it is done; what counts is read from the session's messages.
 * A retry of opencode's own is not waited for: how often a model is asked is decided in ralph.
 */
import type { Clock } from "../../core/clock.ts";
import { isRalphError } from "../../core/error.ts";
import type { AskOptions, ModelFailure } from "../../core/model.ts";
import type { Prompt } from "../../core/prompt.ts";
import { endingFailure } from "../call-failure.ts";
import { type CallWatch, watchCall } from "../call-watch.ts";
import { textAt } from "../unknown-json.ts";
import { AGENT, splitModel } from "./config.ts";
import { addEvent, NOT_BEGUN, type SessionEnd, sessionOf } from "./events.ts";
import { describeComplaint, type Heard, judgeAnswer, type Program, quote, START_CURE } from "./failure.ts";
import { callServer, type Request, readEvents } from "./http.ts";
import type { Address, OpencodeServer, Started } from "./serve.ts";
import { addError, addMessage, NOTHING_SAID, type OpencodeAnswer } from "./stream.ts";

export interface SessionQuestion {
  readonly server: OpencodeServer;
  /** "provider/model". */
  readonly model: string;
  readonly program: Program;
  readonly clock: Clock;
  readonly prompt: Prompt;
  readonly limits: AskOptions;
}

/** For removing a session that is of no use any more. */
const REMOVAL_MS = 5_000;

/** Never rejects for what the server does. Throws WRITE_FAILED where its config file cannot be written. */
export async function askSession(question: SessionQuestion, signal: AbortSignal): Promise<Heard> {
  const { server, program, limits } = question;
  const watch = watchCall(limits, signal);
  try {
    watch.signal.throwIfAborted();
    const started = await orAborted(server.start(), watch.signal);
    if ("ended" in started) return failed(notServing(started, program));
    return await converse(started.address, question, watch);
  } catch (error) {
    if (isRalphError(error)) throw error;
    const ending = watch.ending();
    return failed(ending === undefined ? lostServer(error, program) : endingFailure(ending, program.endpoint, limits));
  } finally {
    watch.stop();
  }
}

async function converse(address: Address, question: SessionQuestion, watch: CallWatch): Promise<Heard> {
  const { server, prompt, limits } = question;
  const release = new AbortController();
  let session = "";
  try {
    const created = await callServer(address, ["POST", "/session"], { title: prompt.purpose.taskId }, watch.signal);
    session = textAt(created, "id");
    const events = readEvents(address, AbortSignal.any([watch.signal, release.signal]));
    // The first one says that the stream is open: nothing of the answer can be missed.
    await events.next();
    await callServer(address, ["POST", `/session/${session}/prompt_async`], bodyOf(question), watch.signal);
    const end = await follow(events, session, limits, watch);
    return await conclude(end, question, () =>
      callServer(address, ["GET", `/session/${session}/message`], undefined, watch.signal),
    );
  } finally {
    release.abort();
    if (!(await isRemoved(address, session))) await server.discard(address);
  }
}

/** `system` is put behind what the agent's own prompt and opencode say. */
const bodyOf = ({ prompt, model }: SessionQuestion): object => ({
  agent: AGENT,
  model: splitModel(model),
  system: prompt.system,
  parts: [{ type: "text", text: prompt.user }],
});

async function follow(
  events: AsyncIterable<object>,
  session: string,
  limits: AskOptions,
  watch: CallWatch,
): Promise<SessionEnd> {
  let progress = NOT_BEGUN;
  for await (const event of events) {
    if (sessionOf(event) !== session) continue;
    watch.touch();
    progress = addEvent(progress, event);
    if (progress.written > limits.maxCharacters) watch.end("too long");
    if (progress.end !== undefined) return progress.end;
  }
  throw new Error("its event stream ended");
}

async function conclude(
  end: SessionEnd,
  { program, clock, limits }: SessionQuestion,
  readMessages: () => Promise<unknown>,
): Promise<Heard> {
  const judged = (answer: OpencodeAnswer): Heard => ({
    answer,
    failure: judgeAnswer(answer, "", program, clock.now()),
  });
  if (end.kind === "retry") return failed(describeComplaint({ status: undefined, ...end }, program));
  if (end.kind === "tool") return judged({ ...NOTHING_SAID, tool: end.tool });
  if (end.kind === "error") return judged(addError(NOTHING_SAID, end.error));
  const messages = await readMessages();
  const answer = Array.isArray(messages) ? messages.reduce(addMessage, NOTHING_SAID) : NOTHING_SAID;
  if (answer.text.length > limits.maxCharacters) return failed(endingFailure("too long", program.endpoint, limits));
  return judged(answer);
}

/** A server that cannot even do that has died or hangs. */
async function isRemoved(address: Address, session: string): Promise<boolean> {
  const signal = AbortSignal.timeout(REMOVAL_MS);
  try {
    for (const request of removal(session)) await callServer(address, request, undefined, signal);
    return true;
  } catch {
    return false;
  }
}

/** Where the question ended before it had a session, there is only to see whether the server still answers. */
const removal = (session: string): readonly Request[] =>
  session === ""
    ? [["GET", "/global/health"]]
    : [
        ["POST", `/session/${session}/abort`],
        ["DELETE", `/session/${session}`],
      ];

function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
  return Promise.race([promise, aborted]);
}

const failed = (failure: ModelFailure): Heard => ({ answer: NOTHING_SAID, failure });

function notServing({ ended }: Extract<Started, { readonly ended: unknown }>, program: Program): ModelFailure {
  const why = ended.startFailure ?? (quote(ended.output, program) || `it ended with exit code ${ended.exitCode}`);
  return { class: "refused", message: `${program.endpoint} cannot be served: ${why}`, cure: START_CURE };
}

const lostServer = (error: unknown, program: Program): ModelFailure => ({
  class: "bad answer",
  message: `${program.endpoint} lost the connection to \`opencode serve\`: ${quote(String(error), program)}`,
  cure: "Look at opencode's log in ~/.local/share/opencode/log: it may have run out of memory",
  dropped: true,
});
