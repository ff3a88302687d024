import { describe, expect, test, vi } from "vitest";
import type { FailureClass } from "../../../src/core/model.ts";
import type { OpencodeOptions } from "../../../src/model/opencode/client.ts";
import { type Fault, LIMITS, modelClientContract, PROMPT } from "../../contract/model-client.ts";
import { KEY, type Order, opencode, pidFile, type Recorded, recording } from "./rig.ts";

const never = () => new AbortController().signal;
const POLL = { timeout: 20_000, interval: 20 };

const served = (order: Order, options: Partial<OpencodeOptions> = {}) => opencode(order, { serve: true, ...options });

const FAULTS: Readonly<Record<Fault, Partial<OpencodeOptions>>> = {
  none: {},
  empty: {},
  hangs: {},
  stalls: {},
  cut: {},
  refused: { program: "opencode-that-is-not-there" },
};

modelClientContract("a served opencode", async (fault, text) => {
  const client = served({ fault, text }, FAULTS[fault]);
  return { client, stop: () => client.close() };
});

const requests = (lines: readonly Recorded[]) => lines.filter(({ method }) => method !== undefined);

describe("a question", () => {
  test("has a session of its own that is removed, with our agent, whole prompts, and one server for all", async () => {
    const { record, lines } = recording();
    const client = served({ record });
    const user = `${"naïve 🦀 line\n".repeat(20_000)}end`;
    await client.ask({ ...PROMPT, user }, LIMITS, never());
    await client.ask(PROMPT, LIMITS, never());
    const [start] = lines();
    expect(start?.argv?.join(" ")).toBe("serve --hostname 127.0.0.1 --port 0 --pure --print-logs --log-level ERROR");
    expect(requests(lines()).map(({ method, path }) => `${method} ${path}`)).toEqual(
      ["ses_1", "ses_2"].flatMap((id) => [
        "POST /session",
        `POST /session/${id}/prompt_async`,
        `GET /session/${id}/message`,
        `POST /session/${id}/abort`,
        `DELETE /session/${id}`,
      ]),
    );
    expect(requests(lines()).find(({ path }) => path === "/session/ses_1/prompt_async")?.body).toEqual({
      agent: "ralph-patch",
      model: { providerID: "zai", modelID: "glm-4.6" },
      system: PROMPT.system,
      parts: [{ type: "text", text: user }],
    });
  });

  test("is paid for and may be cut by the limit, as without a server", async () => {
    const order = { fault: "finishes", reason: "length", text: "half an ans" };
    expect(await served(order).ask(PROMPT, LIMITS, never())).toMatchObject({
      kind: "text",
      text: "half an ans",
      finish: "length",
      usage: { promptTokens: 130, cachedTokens: 30, outputTokens: 7, estimated: false },
    });
  });
});

interface Failing {
  readonly title: string;
  readonly order: Order;
  readonly class: FailureClass;
  readonly message: string;
  readonly retryAt?: number;
}

const retries = (message: string): Order => ({ fault: "retries", retry: { message, next: 5_000 } });

const FAILING: readonly Failing[] = [
  {
    title: "a server that is away",
    order: retries("Cannot connect to API: Unable to connect. Is the computer able to access the url?"),
    class: "refused",
    message: "Unable to connect",
  },
  { title: "a server that fails", order: retries("boom"), class: "overloaded", message: "boom", retryAt: 5_000 },
  {
    title: "a usage limit",
    order: retries("Too Many Requests"),
    class: "rate limited",
    message: "Too Many",
    retryAt: 5_000,
  },
  {
    title: "a stream that broke off",
    order: retries("The socket connection was closed unexpectedly."),
    class: "bad answer",
    message: "socket",
  },
  {
    title: "a key that is refused",
    order: { fault: "complains", error: { name: "APIError", data: { message: `bad key ${KEY}`, statusCode: 401 } } },
    class: "auth",
    message: "failed with 401: APIError: bad key [redacted]",
  },
  {
    title: "a model that opencode does not know",
    order: { fault: "complains", error: { name: "UnknownError", data: { message: "Model not found: zai/glm-9." } } },
    class: "refused",
    message: "Model not found",
  },
  { title: "a wish for a tool", order: { fault: "wants a tool" }, class: "bad answer", message: "the tool bash" },
  {
    title: "a server that does not start",
    order: { fault: "does not serve", stderr: `no port left, ${KEY}\n` },
    class: "refused",
    message: "cannot be served: no port left, [redacted]",
  },
];

describe("a failure", () => {
  test.each(FAILING)("$title is told at once, with its class", async ({ order, class: what, message, retryAt }) => {
    const provider = { url: "http://127.0.0.1:1/v1", apiKey: KEY };
    const reply = await served(order, { provider }).ask(PROMPT, LIMITS, never());
    expect(reply).toMatchObject({ failure: { class: what, message: expect.stringContaining(message) } });
    expect(reply.kind === "failed" && reply.failure.retryAt).toBe(retryAt);
  });

  test("of the server itself does not outlive it: the next question starts another one", async () => {
    const { pids, written, alive } = pidFile();
    const client = served({ fault: "cut", pids });
    const replies = [await client.ask(PROMPT, LIMITS, never()), await client.ask(PROMPT, LIMITS, never())];
    for (const reply of replies) expect(reply).toMatchObject({ failure: { class: "bad answer", dropped: true } });
    expect(written()).toHaveLength(4);
    await vi.waitFor(() => expect(alive()).toEqual([]), POLL);
  });
});

describe("the server", () => {
  test("is replaced when it does not answer any more", async () => {
    const { pids, written, alive } = pidFile();
    const client = served({ fault: "freezes", pids });
    for (const servers of [1, 2]) {
      const reply = await client.ask(PROMPT, { ...LIMITS, idleMs: 1_500 }, never());
      expect(reply).toMatchObject({ failure: { class: "timeout" } });
      expect(written()).toHaveLength(2 * servers);
      expect(alive()).toEqual([]);
    }
  });

  test("is not started before the first question, nor by one that is aborted beforehand", async () => {
    const { pids, written } = pidFile();
    const client = served({ pids });
    await client.ask(PROMPT, LIMITS, AbortSignal.abort());
    await client.close();
    expect(written()).toEqual([]);
  });

  test("outlives an aborted question, whose session is removed", async () => {
    const { record, lines } = recording();
    const { pids, written, alive } = pidFile();
    const client = served({ fault: "hangs", record, pids });
    const controller = new AbortController();
    const asking = client.ask(PROMPT, LIMITS, controller.signal);
    await vi.waitFor(() => expect(lines().at(-1)?.path).toBe("/session/ses_1/prompt_async"), POLL);
    controller.abort();
    expect(await asking).toMatchObject({ failure: { class: "aborted" } });
    expect(lines().at(-1)).toMatchObject({ method: "DELETE", path: "/session/ses_1" });
    expect(alive()).toEqual(written());
  });

  test("ends with close(), and everything that it started with it", async () => {
    const { pids, written, alive } = pidFile();
    const client = served({ fault: "hangs", pids });
    const asking = client.ask(PROMPT, LIMITS, never());
    await vi.waitFor(() => expect(written()).toHaveLength(2), POLL);
    await client.close();
    expect(alive()).toEqual([]);
    expect(await asking).toMatchObject({ kind: "failed" });
  });

  test("asks for a password that is new each time and that its client alone knows", async () => {
    const { record, lines } = recording();
    for (const client of [served({ record }), served({ record })]) await client.ask(PROMPT, LIMITS, never());
    const passwords = lines().flatMap(({ env }) => (env === undefined ? [] : [env["OPENCODE_SERVER_PASSWORD"]]));
    expect(new Set(passwords).size).toBe(2);
    expect(passwords.every((password) => (password ?? "").length >= 32)).toBe(true);
  });
});
