/**
 * The file that `replay` plays: one JSON object a line, {"task", "role", "text"} and, where wanted,
 * "attempt", "model", "finish", "usage", "durationMs", "delayMs" and "failure" (in place of "text").
 * A line without "attempt" is the next attempt of its task, so plain lines are answers 1, 2, 3 … of a task,
 * the tester's and the builder's counted together as ralph counts them. Pure.
 */
import { RalphError } from "../core/error.ts";
import type { FailureClass, ModelFailure, TextReply, Usage } from "../core/model.ts";
import type { Role } from "../core/prompt.ts";
import { numberAt, textAt, valueAt } from "./unknown-json.ts";

export interface RecordedAnswer {
  readonly task: string;
  readonly role: Role;
  /** 1-based. */
  readonly attempt: number;
  /** How long the answer is waited for. */
  readonly delayMs: number;
  /** How long it took when it was recorded; told, not waited for. */
  readonly durationMs: number | undefined;
  readonly usage: Usage | undefined;
  /** Which model gave it, where that was recorded. */
  readonly model: string | undefined;
  readonly said: Pick<TextReply, "text" | "finish"> | { readonly failure: ModelFailure };
}

const ROLES: Readonly<Record<Role, true>> = { tester: true, builder: true, verifier: true, planner: true };
const FINISHES: Readonly<Record<TextReply["finish"], true>> = { stop: true, length: true, stopped: true };
const CLASSES: Readonly<Record<FailureClass, true>> = {
  refused: true,
  loading: true,
  overloaded: true,
  "rate limited": true,
  "context overflow": true,
  auth: true,
  "bad answer": true,
  timeout: true,
  aborted: true,
};

/** In the file's order. Throws REPLAY_INVALID with the line's number; blank lines are skipped. */
export function parseRecording(text: string, path: string): readonly RecordedAnswer[] {
  const lastAttempts = new Map<string, number>();
  const answers: RecordedAnswer[] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/, "")
    .split("\n")
    .entries()) {
    if (line.trim() === "") continue;
    const refuse: Refuse = (why) => new RalphError("REPLAY_INVALID", { path, why: `line ${index + 1}: ${why}` });
    const answer = readLine(line, lastAttempts, refuse);
    lastAttempts.set(answer.task, answer.attempt);
    answers.push(answer);
  }
  return answers;
}

type Refuse = (why: string) => RalphError;

function readLine(line: string, lastAttempts: ReadonlyMap<string, number>, refuse: Refuse): RecordedAnswer {
  const json = parseJson(line, refuse);
  const task = textAt(json, "task");
  if (task === "") throw refuse('expected "task" with a task\'s id');
  return {
    task,
    role: oneOf(ROLES, valueAt(json, "role"), () => refuse(`expected "role" to be ${list(ROLES)}`)),
    attempt: wholeNumber(json, "attempt", { absent: (lastAttempts.get(task) ?? 0) + 1, least: 1 }, refuse),
    delayMs: wholeNumber(json, "delayMs", { absent: 0, least: 0 }, refuse),
    durationMs: readNumber(json, "durationMs", refuse),
    usage: readUsage(valueAt(json, "usage"), refuse),
    model: textAt(json, "model") || undefined,
    said: readSaid(json, refuse),
  };
}

function readSaid(json: unknown, refuse: Refuse): RecordedAnswer["said"] {
  const failure = valueAt(json, "failure");
  if (failure !== undefined) return { failure: readFailure(failure, refuse) };
  const text = valueAt(json, "text");
  if (typeof text !== "string") throw refuse('expected "text" or "failure"');
  const finish = valueAt(json, "finish") ?? "stop";
  return { text, finish: oneOf(FINISHES, finish, () => refuse(`expected "finish" to be ${list(FINISHES)}`)) };
}

function readUsage(json: unknown, refuse: Refuse): Usage | undefined {
  if (json === undefined) return undefined;
  if (typeof json !== "object" || json === null) throw refuse('expected "usage" to be an object');
  const [promptTokens, cachedTokens, outputTokens] = ["promptTokens", "cachedTokens", "outputTokens"].map((key) =>
    wholeNumber(json, key, { absent: 0, least: 0 }, refuse),
  );
  const costUsd = readNumber(json, "costUsd", refuse);
  return {
    promptTokens: promptTokens ?? 0,
    cachedTokens: cachedTokens ?? 0,
    outputTokens: outputTokens ?? 0,
    estimated: valueAt(json, "estimated") === true,
    ...(costUsd !== undefined && { costUsd }),
  };
}

function readFailure(json: unknown, refuse: Refuse): ModelFailure {
  const cure = textAt(json, "cure");
  const retryAt = numberAt(json, "retryAt");
  const message = textAt(json, "message");
  if (message === "") throw refuse('expected "failure" to have a "message"');
  return {
    class: oneOf(CLASSES, valueAt(json, "class"), () =>
      refuse(`expected the class of "failure" to be ${list(CLASSES)}`),
    ),
    message,
    ...(cure !== "" && { cure }),
    ...(retryAt !== undefined && { retryAt }),
    ...(valueAt(json, "dropped") === true && { dropped: true }),
  };
}

function parseJson(line: string, refuse: Refuse): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw refuse(`expected a JSON object; ${String(error)}`);
  }
}

function readNumber(json: unknown, key: string, refuse: Refuse): number | undefined {
  const value = valueAt(json, key);
  if (value === undefined || (typeof value === "number" && value >= 0)) return value;
  throw refuse(`expected "${key}" to be a number from 0`);
}

function wholeNumber(json: unknown, key: string, range: { absent: number; least: number }, refuse: Refuse): number {
  const value = valueAt(json, key) ?? range.absent;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= range.least) return value;
  throw refuse(`expected "${key}" to be a whole number from ${range.least}`);
}

function oneOf<T extends string>(known: Readonly<Record<T, true>>, value: unknown, refusal: () => RalphError): T {
  if (isKeyOf(known, value)) return value;
  throw refusal();
}

const isKeyOf = <T extends string>(known: Readonly<Record<T, true>>, value: unknown): value is T =>
  typeof value === "string" && Object.hasOwn(known, value);

const list = (known: object): string =>
  Object.keys(known)
    .map((word) => `"${word}"`)
    .join(" or ");
