import { APIConnectionError, APIConnectionTimeoutError } from "openai";
import { describe, expect, test } from "vitest";
import { classifyError, describeServer } from "../../../src/model/openai/failure.ts";

const LOCAL = describeServer({ name: "local", url: "http://127.0.0.1:8000/v1/", apiKey: "sk-planted" });
const REMOTE = describeServer({ name: "cloud", url: "https://models.example/v1" });

/** As fetch throws it, and the openai package hands it on. */
function failedFetch(code: string): Error {
  const cause = Object.assign(new Error(`connect ${code} 127.0.0.1:8000`), { code });
  return new APIConnectionError({ cause: new TypeError("fetch failed", { cause }) });
}

describe("a connection that cannot be made", () => {
  test.each(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"])("%s is refused", (code) => {
    expect(classifyError(failedFetch(code), LOCAL, 0)).toEqual({
      class: "refused",
      message: expect.stringMatching(`^http://127.0.0.1:8000/v1 cannot be reached: .+ \\(${code}\\)$`),
      cure: expect.stringContaining("`llama-server -m MODEL.gguf --port 8000 -c 65536 -ngl 99`"),
    });
  });

  test("in time is refused too, although the package drops the cause", () => {
    expect(classifyError(new APIConnectionTimeoutError(), LOCAL, 0)).toMatchObject({
      class: "refused",
      message: expect.stringContaining("the host does not answer"),
    });
  });

  test("to any of a host's addresses is refused", () => {
    const refused = Object.assign(new Error("connect ECONNREFUSED ::1:8000"), { code: "ECONNREFUSED" });
    const fetchError = new TypeError("fetch failed", { cause: new AggregateError([refused, refused]) });
    expect(classifyError(new APIConnectionError({ cause: fetchError }), LOCAL, 0).class).toBe("refused");
  });

  test.each(["DEPTH_ZERO_SELF_SIGNED_CERT", "CERT_HAS_EXPIRED", "ERR_TLS_CERT_ALTNAME_INVALID"])(
    "securely (%s) is refused with a word on certificates",
    (code) => {
      expect(classifyError(failedFetch(code), REMOTE, 0)).toMatchObject({
        class: "refused",
        cure: expect.stringContaining("NODE_EXTRA_CA_CERTS"),
      });
    },
  );

  test("to a remote server is not cured by starting llama-server", () => {
    expect(classifyError(failedFetch("ENOTFOUND"), REMOTE, 0).cure).not.toContain("llama-server");
  });
});

test.each(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"])("a connection that ends by %s is dropped", (code) => {
  expect(classifyError(failedFetch(code), LOCAL, 0)).toMatchObject({ class: "bad answer", dropped: true });
});

test("a body that breaks off is dropped, whatever the network says of it", () => {
  const cause = Object.assign(new Error("no route"), { code: "EHOSTUNREACH" });
  expect(classifyError(new TypeError("terminated", { cause }), LOCAL, 0)).toMatchObject({ dropped: true });
});

test.each([
  ["OpenAI", { code: "context_length_exceeded", message: "too many tokens" }],
  ["vLLM", { message: "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens" }],
  ["llama-server", { type: "exceed_context_size_error", message: "request (9 tokens) exceeds" }],
  ["LM Studio", { message: "The prompt is greater than the context length" }],
])("a full context is recognised in the words of %s", (_, error) => {
  expect(classifyError({ status: 400, error }, LOCAL, 0).class).toBe("context overflow");
});

test.each([
  ["rate_limit_error", "rate limited"],
  ["overloaded_error", "overloaded"],
  ["invalid_request_error", "bad answer"],
])("an error event of type %s is %s", (type, failureClass) => {
  expect(classifyError({ error: { type, message: "no" } }, LOCAL, 0).class).toBe(failureClass);
});

test("a message is one line of readable length without the key, wherever the cut falls", () => {
  for (let before = 280; before < 310; before += 1) {
    const text = `${"a\n".repeat(before / 2)} sk-planted ${"b".repeat(1_000)}`;
    const { message } = classifyError({ status: 500, error: text }, LOCAL, 0);
    expect(message).not.toMatch(/sk-|\n/);
    expect(message.length).toBeLessThan(400);
  }
});

test.each([
  ["http://127.0.0.1:8000/v1/", "http://127.0.0.1:8000/v1"],
  ["http://me:pw@host/v1?key=k#f", "http://host/v1"],
  ["no address", "no address"],
])("the address %s is shown as %s", (url, endpoint) => {
  expect(describeServer({ name: "local", url }).endpoint).toBe(endpoint);
});
