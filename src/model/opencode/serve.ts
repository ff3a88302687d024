/**
 * One `opencode serve` for many questions: on a free port of 127.0.0.1, with a password that only its client knows.
 * It is started by the first question and again after it died; everything of it ends with `close()`, or with ralph.
 */
import { randomBytes } from "node:crypto";
import type { Command, ProcessResult, RunProcess } from "../../core/process.ts";

export interface Address {
  readonly url: string;
  /** Value of the Authorization header: basic auth, as the user "opencode". */
  readonly authorization: string;
}

/** Where it listens, or why it ended before it did. */
export type Started = { readonly address: Address } | { readonly ended: ProcessResult };

export interface OpencodeServer {
  /** Resolves when the server listens, or has ended; whoever waits looks at a clock. */
  start(): Promise<Started>;
  /** Ends the server at this address, because it does not answer any more; the next question starts another one. */
  discard(address: Address): Promise<void>;
  close(): Promise<void>;
}

interface Running {
  readonly started: Promise<Started>;
  readonly ended: Promise<unknown>;
  readonly authorization: string;
  readonly stop: AbortController;
}

/** Of its log; the answers come over HTTP. */
const KEPT_OUTPUT_BYTES = 64 * 1024;
const LISTENING = /listening on (http:\/\/\S+)\s/;

/** `command` is made for each start. Never rejects for what the program does. */
export function opencodeServer(run: RunProcess, command: () => Pick<Command, "argv" | "cwd" | "env">): OpencodeServer {
  const closing = new AbortController();
  let running: Running | undefined;

  const launch = (): Running => {
    const { argv, cwd, env } = command();
    const password = randomBytes(24).toString("base64url");
    const authorization = `Basic ${Buffer.from(`opencode:${password}`).toString("base64")}`;
    const mouth = listeningAddress();
    const stop = new AbortController();
    const ended = run(
      {
        argv,
        cwd,
        env: { ...env, OPENCODE_SERVER_USERNAME: "opencode", OPENCODE_SERVER_PASSWORD: password },
        timeoutMs: Number.MAX_SAFE_INTEGER,
        maxOutputBytes: KEPT_OUTPUT_BYTES,
        onStdout: mouth.hear,
      },
      AbortSignal.any([closing.signal, stop.signal]),
    ).then((result) => {
      if (running?.stop === stop) running = undefined;
      return { ended: result };
    });
    const listening = mouth.url.then((url) => ({ address: { url, authorization } }));
    return { started: Promise.race([listening, ended]), ended, authorization, stop };
  };

  return {
    start: () => (running ??= launch()).started,
    async discard(address) {
      if (running?.authorization !== address.authorization) return;
      running.stop.abort();
      await running.ended;
    },
    async close() {
      closing.abort();
      await running?.ended;
    },
  };
}

/** The port is opencode's choice: one that ralph had found free could be taken by the time opencode opens it. */
function listeningAddress() {
  let heard = "";
  let found: (url: string) => void = () => undefined;
  const url = new Promise<string>((resolve) => {
    found = resolve;
  });
  const hear = (chunk: Buffer): void => {
    if (heard.length > KEPT_OUTPUT_BYTES) return;
    heard += chunk.toString();
    const [, address] = LISTENING.exec(heard) ?? [];
    if (address !== undefined) found(address);
  };
  return { url, hear };
}
