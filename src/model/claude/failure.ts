/**
 * From how a call of claude ended to what was wrong with it. Pure.
 * The words are those of Claude Code 2.1.197. An error of the API comes with `subtype: "success"`, so only `is_error`
 * and the exit code count, and of both the worse one: after SIGINT claude exits with 0.
 */
import type { FailureClass, ModelFailure } from "../../core/model.ts";
import { emptyAnswer } from "../call-failure.ts";
import type { CliEnd } from "../cli-call.ts";
import { numberAt, textAt, valueAt } from "../unknown-json.ts";
import { type ClaudeAnswer, finishOf } from "./stream.ts";

export interface Program {
  /** As failures name it: "claude --model opus". */
  readonly endpoint: string;
  /** Takes keys out of what is quoted. */
  readonly redact: (text: string) => string;
}

/** What claude says of a failure. */
interface Complaint {
  /** HTTP status of the API, where it came so far. */
  readonly status: number | undefined;
  readonly name: string;
  readonly words: string;
}

interface Rule {
  readonly class: FailureClass;
  readonly fits: (complaint: Complaint) => boolean;
  readonly cure?: string;
  /** The connection broke off. */
  readonly dropped?: true;
}

export const START_CURE =
  "Install it with `npm install -g @anthropic-ai/claude-code`, then run `claude` once and log in with /login";

const LONGEST_QUOTE = 300;
const OVERFLOW = /prompt is too long|stdin input exceeds|exceeds? (?:the )?context|context (?:window|limit|length)/i;
const NETWORK_FAULT = /unable to connect|connection (?:error|refused)|network error/i;
const USAGE_LIMIT = /(?:usage|session|weekly|monthly|spend|rate|opus|sonnet) limit|limit reached/i;

/** The first that fits counts. */
const RULES: readonly Rule[] = [
  // npm leaves a program that says this where install scripts are off.
  { class: "refused", fits: ({ words }) => /native binary not installed/i.test(words), cure: START_CURE },
  {
    class: "context overflow",
    fits: ({ status, words }) => status === 413 || OVERFLOW.test(words),
    cure: "Lower the model's context in ralph.yaml, or split the task",
  },
  {
    class: "auth",
    fits: ({ status, name, words }) =>
      status === 401 ||
      status === 403 ||
      name === "authentication_failed" ||
      /not logged in|run \/login|invalid api key|oauth token/i.test(words),
    cure: "Run `claude` and log in with /login; a key in the environment of that model goes before the login",
  },
  {
    class: "refused",
    fits: ({ name, words }) => name === "billing_error" || /credit balance/i.test(words),
    cure: "Look at the billing of the account that claude is logged in with",
  },
  {
    class: "rate limited",
    fits: ({ status, name, words }) => status === 429 || name === "rate_limit" || USAGE_LIMIT.test(words),
    cure: "Wait, or look at your plan's limits; a tier can name another model to fall back on",
  },
  {
    class: "bad answer",
    fits: ({ words }) => /ECONNRESET|EPIPE|socket|terminated|connection closed/i.test(words) || /aborted_/.test(words),
    cure: "Look at the connection to the API, and whether somebody ended claude",
    dropped: true,
  },
  {
    class: "refused",
    fits: ({ words }) => NETWORK_FAULT.test(words),
    cure: "Check the network, and ANTHROPIC_BASE_URL where the model's environment sets it",
  },
  {
    class: "overloaded",
    fits: ({ status, name, words }) =>
      status === undefined ? /overloaded|server_error/i.test(`${name} ${words}`) : status >= 500 || status === 408,
    cure: "Wait; https://status.claude.com says whether others have it too",
  },
  {
    class: "refused",
    fits: ({ status, words }) => status !== undefined || /unknown option|unknown argument/i.test(words),
    cure: "Check the model's name in ralph.yaml, and bring claude up to date with `claude update`",
  },
];
const OTHERWISE: Rule = { class: "bad answer", fits: () => true };

/** Undefined: the answer counts. */
export function judgeAnswer(answer: ClaudeAnswer, end: CliEnd, program: Program): ModelFailure | undefined {
  if (end.kind === "failed") return end.failure;
  if (answer.tool !== undefined) return usedTool(answer.tool, program);
  if (answer.result === undefined) return diedEarly(answer, end, program);
  const finish = finishOf(answer);
  if (finish === "length") return undefined;
  if (valueAt(answer.result, "is_error") !== false) return complaintFailure(readComplaint(answer), answer, program);
  if (end.kind === "exited" && end.exitCode !== 0) return oddExit(end, program);
  if (finish === undefined) return oddFinish(textAt(answer.result, "stop_reason"), program);
  return answer.text.trim() === "" ? emptyAnswer(program.endpoint) : undefined;
}

type Exit = Exclude<CliEnd, { kind: "failed" }>;

const usedTool = (tool: string, { endpoint, redact }: Program): ModelFailure => ({
  class: "bad answer",
  message: `${endpoint} wanted to use the tool ${redact(tool)} instead of answering`,
});

const oddFinish = (reason: string, { endpoint }: Program): ModelFailure => ({
  class: "bad answer",
  message: `${endpoint} ended its answer with stop_reason "${reason}"`,
});

const howItEnded = (end: Exit): string => {
  if (end.kind !== "exited") return "hung";
  return end.exitCode === null ? `was ended by ${end.signal ?? "a signal"}` : `ended with exit code ${end.exitCode}`;
};

const oddExit = (end: Exit, { endpoint }: Program): ModelFailure => ({
  class: "bad answer",
  message: `${endpoint} ${howItEnded(end)} after its answer`,
});

/** Without its last event. What it wrote instead, if anything, may say why. */
function diedEarly(answer: ClaudeAnswer, end: Exit, program: Program): ModelFailure {
  const words = [answer.stray ?? "", end.kind === "exited" ? end.stderr : ""].join(" ").trim();
  const rule = ruleFor({ status: undefined, name: answer.errorName ?? "", words });
  const said = words === "" ? "" : `: ${quote(words, program)}`;
  return {
    class: rule.class,
    message: `${program.endpoint} ${howItEnded(end)} before its answer was complete${said}`,
    cure: rule.cure ?? "`claude doctor` looks for what is wrong with it",
    ...((rule.dropped === true || (rule === OTHERWISE && isMidway(answer, end))) && { dropped: true }),
  };
}

/** Killed, or crashed while the model wrote; a program that never got so far would not get there the next time. */
const isMidway = ({ text, unfinished }: ClaudeAnswer, end: Exit): boolean =>
  text.length + unfinished > 0 || (end.kind === "exited" && end.exitCode === null);

function readComplaint({ result, errorName = "" }: ClaudeAnswer): Complaint {
  const errors = valueAt(result, "errors");
  const internal = [
    textAt(result, "subtype"),
    textAt(result, "terminal_reason"),
    ...(Array.isArray(errors) ? errors : []),
  ];
  return {
    status: numberAt(result, "api_error_status"),
    name: errorName,
    words: textAt(result, "result") || internal.join(" "),
  };
}

function complaintFailure(complaint: Complaint, answer: ClaudeAnswer, program: Program): ModelFailure {
  const rule = ruleFor(complaint);
  const retryAt = rule.class === "rate limited" ? (answer.limitEndsAt ?? readLimitEnd(complaint.words)) : undefined;
  return {
    class: rule.class,
    message: `${program.endpoint} failed: ${quote(complaint.words, program)}`,
    ...(rule.cure !== undefined && { cure: rule.cure }),
    ...(retryAt !== undefined && { retryAt }),
    ...(rule.dropped === true && { dropped: true }),
  };
}

const ruleFor = (complaint: Complaint): Rule => RULES.find((rule) => rule.fits(complaint)) ?? OTHERWISE;

/** Older versions write "Claude AI usage limit reached|1717000000": epoch seconds. */
function readLimitEnd(words: string): number | undefined {
  const [, seconds] = /limit reached\|(\d{10})\b/.exec(words) ?? [];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

/** Redacted before it is cut, so that no half of a key is left. */
const quote = (text: string, { redact }: Program): string =>
  redact(text).replace(/\s+/g, " ").trim().slice(0, LONGEST_QUOTE);
