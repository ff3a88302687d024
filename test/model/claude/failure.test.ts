import { describe, expect, test } from "vitest";
import type { FailureClass, ModelFailure } from "../../../src/core/model.ts";
import { judgeAnswer } from "../../../src/model/claude/failure.ts";
import { addLine, NOTHING_SAID } from "../../../src/model/claude/stream.ts";
import type { CliEnd } from "../../../src/model/cli-call.ts";

const exited = (exitCode: number, stderr = ""): CliEnd => ({ kind: "exited", exitCode, stderr });

function judge(events: readonly object[], end: CliEnd): ModelFailure | undefined {
  const answer = events.map((event) => JSON.stringify(event)).reduce(addLine, NOTHING_SAID);
  return judgeAnswer(answer, end, { endpoint: "claude", redact: (text) => text.replaceAll("hush", "[redacted]") });
}

const answered = (text: string) => ({ type: "assistant", message: { content: [{ type: "text", text }] } });
const done = (more: object = {}) => ({ type: "result", is_error: false, stop_reason: "end_turn", ...more });

/** How claude tells of an error of the API. */
const complaint = (status: number | null, result: string, error = "unknown"): readonly object[] => [
  { type: "assistant", message: { model: "<synthetic>", content: [{ type: "text", text: result }] }, error },
  {
    type: "result",
    subtype: "success",
    is_error: true,
    api_error_status: status,
    result,
    stop_reason: "stop_sequence",
  },
];

describe("an answer counts", () => {
  test.each([
    ["when claude ended well", exited(0)],
    ["when claude hung after it", { kind: "hung after its last line" } as const],
  ])("%s", (_, end) => {
    expect(judge([answered("yes"), done()], end)).toBeUndefined();
  });

  test("though a warning of the usage limit came, and even where the limit is used up", () => {
    const limit = { type: "rate_limit_event", rate_limit_info: { status: "rejected", resetsAt: 1_999_999_999 } };
    expect(judge([limit, answered("yes"), done()], exited(0))).toBeUndefined();
  });
});

describe("what claude complains of has a class, though the exit code were 0", () => {
  // The words are those of Claude Code 2.1.197.
  const connect = (code: string) => complaint(null, `API Error: Unable to connect to API (${code})`, "server_error");
  const rows: readonly (readonly [FailureClass, readonly object[]])[] = [
    ["auth", complaint(401, "Invalid API key · Fix external API key", "authentication_failed")],
    ["auth", complaint(403, "Failed to authenticate. API Error: 403 not allowed", "authentication_failed")],
    ["auth", complaint(null, "Not logged in · Please run /login")],
    ["refused", complaint(404, "There's an issue with the selected model (x).", "model_not_found")],
    ["refused", complaint(400, "Credit balance is too low", "billing_error")],
    ["refused", connect("ConnectionRefused")],
    ["rate limited", complaint(429, "API Error: Request rejected (429) · slow down", "rate_limit")],
    ["rate limited", complaint(null, "You've hit your weekly limit · resets 3am")],
    ["context overflow", complaint(400, "Prompt is too long · the request is ~210000 tokens (limit 200000)")],
    ["context overflow", complaint(413, "Request too large (max 32MB). Try with a smaller file.", "invalid_request")],
    ["overloaded", complaint(500, "API Error: 500 oops. This is a server-side issue", "server_error")],
    ["overloaded", complaint(529, "API Error: 529 Overloaded.", "overloaded")],
    ["overloaded", complaint(null, "API Error: Overloaded")],
    ["bad answer", connect("ECONNRESET")],
    ["bad answer", complaint(null, "API Error: something new")],
    ["bad answer", [{ type: "result", subtype: "error_max_turns", is_error: true }]],
    ["bad answer", [answered("half"), { type: "result", is_error: true, terminal_reason: "aborted_streaming" }]],
    ["bad answer", [answered("half"), done({ stop_reason: "refusal" })]],
    ["bad answer", [answered(" \n"), done()]],
  ];

  test.each(rows)("%s: %j", (expected, events) => {
    expect(judge(events, exited(0))).toMatchObject({ class: expected, message: expect.stringMatching(/^claude \w/) });
  });

  test("and only a connection that broke off is worth the same question again", () => {
    expect(judge(connect("ECONNRESET"), exited(1))).toMatchObject({ dropped: true });
    expect(judge(complaint(401, "no"), exited(1))).not.toHaveProperty("dropped");
  });
});

describe("the end of a usage limit", () => {
  const limit = { type: "rate_limit_event", rate_limit_info: { status: "rejected", resetsAt: 1_999_999_999 } };

  test.each([
    ["the event that says so", [limit, ...complaint(429, "You've hit your limit")]],
    ["the words of older versions", complaint(null, "Claude AI usage limit reached|1999999999")],
  ])("is read from %s", (_, events) => {
    expect(judge(events, exited(1))).toMatchObject({ class: "rate limited", retryAt: 1_999_999_999_000 });
  });

  test("is no matter of another failure", () => {
    expect(judge([limit, ...complaint(500, "oops")], exited(1))).not.toHaveProperty("retryAt");
  });
});

describe("a program that ends without its last event", () => {
  test.each([
    ["bad answer", exited(0)],
    ["bad answer", { kind: "exited", exitCode: null, signal: "SIGKILL", stderr: "" } as const],
    ["refused", exited(1, "error: unknown option '--tools'")],
    ["refused", exited(1, "Error: claude native binary not installed.")],
    ["context overflow", exited(1, "Error: piped stdin input exceeds 10MB.")],
    ["auth", exited(1, "Invalid API key · Please run /login")],
  ])("is %s: %j", (expected, end) => {
    expect(judge([], end)).toMatchObject({ class: expected });
  });

  test("is worth the same question again when it had begun to answer, or was killed", () => {
    expect(judge([answered("half")], exited(1))).toMatchObject({ class: "bad answer", dropped: true });
    const killed: CliEnd = { kind: "exited", exitCode: null, signal: "SIGKILL", stderr: "" };
    expect(judge([], killed)).toMatchObject({ dropped: true });
    expect(judge([], exited(1))).not.toHaveProperty("dropped");
  });
});

test("a message is one line of bounded length without secrets", () => {
  const failure = judge(complaint(500, `hush\n${"x".repeat(290)}hush`), exited(1));
  expect(failure?.message).toMatch(/^claude failed: \[redacted\] x+/);
  expect(failure?.message).not.toMatch(/\n|hush/);
  expect(failure?.message.length).toBeLessThan(400);
});
