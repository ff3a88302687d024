/**
 * From how a question to opencode ended to what was wrong with it. Pure.
 * The words are those of opencode 1.18.33, which hands on what the model's server said.
 */
import type { FailureClass, ModelFailure } from "../../core/model.ts";
import { emptyAnswer } from "../call-failure.ts";
import type { CliEnd } from "../cli-call.ts";
import { numberAt, textAt, valueAt } from "../unknown-json.ts";
import type { OpencodeAnswer } from "./stream.ts";

export interface Program {
  /** As failures name it: "opencode zai/glm-4.6". */
  readonly endpoint: string;
  /** Takes keys out of what is quoted. */
  readonly redact: (text: string) => string;
}

/** What came of one question; without a failure the answer counts. */
export interface Heard {
  readonly answer: OpencodeAnswer;
  readonly failure: ModelFailure | undefined;
}

/** What opencode says of a failure. */
export interface Complaint {
  /** HTTP status of the model's server, where it came so far and opencode tells. */
  readonly status: number | undefined;
  /** Name and message of the error, to be searched. */
  readonly words: string;
  /** Epoch milliseconds before which another try is useless. */
  readonly retryAt: number | undefined;
}

interface Rule {
  readonly class: FailureClass;
  readonly fits: (complaint: Complaint) => boolean;
  readonly cure: string;
  /** The connection broke off. */
  readonly dropped?: true;
}

export const START_CURE =
  "Install it with `npm install -g opencode-ai`, then run `opencode auth login` once, or give the model a url";

const LONGEST_QUOTE = 300;
const SERVER_LOG_CURE = "Look at the log of the model's server; opencode's own is in ~/.local/share/opencode/log";

/** The first that fits counts. */
const RULES: readonly Rule[] = [
  {
    class: "context overflow",
    fits: ({ status, words }) =>
      status === 413 || /ContextOverflowError|context (?:size|length|window)|maximum context/i.test(words),
    cure: "Lower the model's context in ralph.yaml, or split the task",
  },
  {
    class: "auth",
    fits: ({ status, words }) =>
      status === 401 ||
      status === 403 ||
      /ProviderAuthError|unauthorized|invalid api key|api key is missing|no credentials/i.test(words),
    cure: "Run `opencode auth login`; for a model with a url in ralph.yaml check its api_key_env",
  },
  {
    class: "rate limited",
    fits: ({ status, words }) =>
      status === 429 || (status === undefined && /rate.?limit|too many requests|quota|usage limit/i.test(words)),
    cure: "Wait, or look at your plan's limits; a tier can name another model to fall back on",
  },
  {
    class: "refused",
    fits: ({ words }) => /model not found|agent not found/i.test(words),
    cure: "`opencode models` lists what there is: put one of these names, as provider/model, into ralph.yaml",
  },
  {
    class: "bad answer",
    // opencode says "Cannot connect to API: The socket connection was closed unexpectedly" of a stream that broke off.
    fits: ({ status, words }) => status === undefined && /socket|terminated|ECONNRESET/i.test(words),
    cure: SERVER_LOG_CURE,
    dropped: true,
  },
  {
    class: "refused",
    fits: ({ status, words }) =>
      status === undefined && /cannot connect|unable to connect|ECONNREFUSED|certificate/i.test(words),
    cure: "Start the model's server, or check its url and your network; `ralph llm check` tries it",
  },
  {
    class: "loading",
    fits: ({ status, words }) => (status === undefined || status === 503) && /loading model/i.test(words),
    cure: "Wait until the server has loaded its model",
  },
  {
    class: "overloaded",
    fits: ({ status, words, retryAt }) =>
      status === undefined ? retryAt !== undefined || /overloaded|unavailable/i.test(words) : status >= 500,
    cure: SERVER_LOG_CURE,
  },
  {
    class: "refused",
    fits: ({ status }) => status !== undefined,
    cure: "Check the model's name and url in ralph.yaml; `opencode models` lists what opencode knows",
  },
];
const OTHERWISE: Rule = { class: "bad answer", fits: () => true, cure: SERVER_LOG_CURE };

/** How one call of `opencode run` went; undefined: the answer counts. `now` is epoch milliseconds. */
export function judgeRun(answer: OpencodeAnswer, end: CliEnd, program: Program, now: number): ModelFailure | undefined {
  if (end.kind === "failed") return end.failure;
  const { exitCode, stderr } = end.kind === "exited" ? end : { exitCode: 0, stderr: "" };
  if (stderr.includes("Falling back")) return lostAgent(stderr, program);
  if (answer.finish === undefined && answer.error === undefined) return diedEarly(answer, end, program);
  const failure = judgeAnswer(answer, stderr, program, now);
  if (failure === undefined && exitCode !== 0) return diedEarly(answer, end, program);
  return failure;
}

/** What was said, however it came; `log` is what opencode logged, where that is known. */
export function judgeAnswer(answer: OpencodeAnswer, log: string, program: Program, now: number): Heard["failure"] {
  const { endpoint, redact } = program;
  if (answer.tool !== undefined) {
    return badAnswer(`${endpoint} wanted to use the tool ${redact(answer.tool)} instead of answering`);
  }
  if (answer.error !== undefined) return describeComplaint(readComplaint(answer.error, log, now), program);
  if (answer.stray !== undefined) {
    return badAnswer(`${endpoint} wrote something that is no event: ${quote(answer.stray, program)}`);
  }
  if (answer.finish !== "stop" && answer.finish !== "length") {
    return badAnswer(`${endpoint} ended its answer with the reason "${quote(answer.finish ?? "", program)}"`);
  }
  return answer.text.trim() === "" ? emptyAnswer(endpoint) : undefined;
}

export function describeComplaint(complaint: Complaint, program: Program): ModelFailure {
  const { class: what, cure, dropped } = ruleFor(complaint);
  const { status, words, retryAt } = complaint;
  return {
    class: what,
    message: `${program.endpoint} failed${status === undefined ? "" : ` with ${status}`}: ${quote(words, program)}`,
    cure,
    ...(retryAt !== undefined && ["rate limited", "overloaded"].includes(what) && { retryAt }),
    ...(dropped === true && { dropped }),
  };
}

const ruleFor = (complaint: Complaint): Rule => RULES.find((rule) => rule.fits(complaint)) ?? OTHERWISE;

/** An error that opencode did not foresee says nothing; then its log does: `error="ProviderModelNotFoundError: …"`. */
function readComplaint(error: object, log: string, now: number): Complaint {
  const name = textAt(error, "name");
  const [, logged] = /error="(\w+: [^"\\]+)/.exec(log) ?? [];
  const said = `${name}: ${textAt(error, "data", "message")}`;
  return {
    status: numberAt(error, "data", "statusCode"),
    words: name === "UnknownError" ? (logged ?? said) : said,
    retryAt: readRetryAfter(valueAt(error, "data", "responseHeaders"), now),
  };
}

/** Epoch milliseconds from Retry-After: seconds or a date (RFC 9110 §10.2.3). */
function readRetryAfter(headers: unknown, now: number): number | undefined {
  const text = textAt(headers, "retry-after");
  if (/^\d+(\.\d+)?$/.test(text)) return now + Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(date, now);
}

const badAnswer = (message: string): ModelFailure => ({ class: "bad answer", message });

const lostAgent = (stderr: string, program: Program): ModelFailure => ({
  class: "refused",
  message: `${program.endpoint} did not take ralph's agent: ${quote(stderr, program)}`,
  cure: "Bring opencode up to date with `opencode upgrade`; ralph knows version 1.18",
});

type Exit = Exclude<CliEnd, { readonly kind: "failed" }>;

/** Before its last event, or after it with a complaint. What it wrote instead, if anything, may say why. */
function diedEarly(answer: OpencodeAnswer, end: Exit, program: Program): ModelFailure {
  const words = [answer.stray ?? "", end.kind === "exited" ? end.stderr : ""].join(" ").trim();
  const { class: what, cure } = ruleFor({ status: undefined, words, retryAt: undefined });
  const why = words === "" ? "" : `: ${quote(words, program)}`;
  return {
    class: what,
    message: `${program.endpoint} ${howItEnded(end)} without a complete answer${why}`,
    cure,
    ...(what === "bad answer" && { dropped: true }),
  };
}

function howItEnded(end: Exit): string {
  if (end.kind !== "exited") return "hung";
  return end.exitCode === null ? `was ended by ${end.signal ?? "a signal"}` : `ended with exit code ${end.exitCode}`;
}

const ANSI_COLOUR = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

/** Redacted before it is cut, so that no half of a key is left. */
export const quote = (text: string, { redact }: Program): string =>
  redact(text.replace(ANSI_COLOUR, "")).replace(/\s+/g, " ").trim().slice(0, LONGEST_QUOTE);
