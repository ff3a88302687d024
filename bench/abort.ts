/**
 * How soon the server is told to stop, once the patch is whole or can no longer become right: from the token that
 * decides to the end of the connection as the server sees it, against the 50 ms that are the goal; and the tokens that
 * were written, against the whole answer that others wait for.
 */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { ReadFile } from "../src/core/patch.ts";
import { systemClock } from "../src/io/clock.ts";
import { openaiClient } from "../src/model/openai/client.ts";
import { watchReply } from "../src/patch/stream.ts";
import type { Row } from "./row.ts";

const FILE = Array.from({ length: 1_000 }, (_, at) => `line ${at}\n`).join("");
const readFile: ReadFile = (path) =>
  path === "a.js" ? { kind: "text", text: FILE, mode: "100644" } : { kind: "missing" };
const hunk = (at: number, old = `line ${at}`): string =>
  `@@ -${at},2 +${at},2 @@\n line ${at - 1}\n-${old}\n+new ${at}\n`;
const prose = "And here is what I changed and why it is right, in many words. ".repeat(200);

const FENCED = `\`\`\`diff\n--- a/a.js\n+++ b/a.js\n`;
/** So much talk after a fence shows that no other one comes. */
const TALK = prose.slice(0, 196);

const CASES = [
  {
    name: "whole by its end mark",
    before: `*** Begin Patch\n*** Update File: a.js\n${hunk(5)}`,
    deciding: "*** End Patch\n",
  },
  { name: "whole, and talking on", before: `${FENCED}${hunk(5)}\`\`\`\n${TALK}`, deciding: "more" },
  { name: "hopeless", before: `${FENCED}${hunk(5, "gone")}`, deciding: "@@ -20,2 +20,2 @@\n" },
];
const RUNS = 9;
const GOAL_MS = 50;
const TOKEN = 4;
/** 250 tokens a second: faster than a GPU at home writes. */
const TOKEN_MS = 4;

interface Seen {
  readonly lateMs: number;
  readonly share: number;
}

export async function abort(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const each of CASES) {
    const seen: Seen[] = [];
    for (let run = 0; run < RUNS; run += 1) seen.push(await once(each));
    const late = median(seen.map(({ lateMs }) => lateMs));
    rows.push(
      {
        name: `abort: ${each.name}, time after the deciding token`,
        ratio: late / GOAL_MS,
        goal: `<= 1x of ${GOAL_MS} ms`,
      },
      {
        name: `abort: ${each.name}, tokens written`,
        ratio: median(seen.map(({ share }) => share)),
        goal: "(1x: to the end)",
      },
    );
  }
  return rows;
}

async function once({ before, deciding }: (typeof CASES)[number]): Promise<Seen> {
  const answer = before + deciding + prose;
  let decidedAt = 0;
  let closedAt = 0;
  let written = 0;
  let onClosed = (): void => {};
  const closed = new Promise<void>((resolve) => {
    onClosed = resolve;
  });
  const stream = async (response: ServerResponse): Promise<void> => {
    response.once("close", () => {
      closedAt = performance.now();
      onClosed();
    });
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (let at = 0; at < answer.length && !response.destroyed; at += TOKEN) {
      await writeToken(response, answer.slice(at, at + TOKEN));
      written = at + TOKEN;
      if (decidedAt === 0 && written >= before.length + deciding.length) decidedAt = performance.now();
    }
    response.end();
  };
  const server = createServer((request, response) => {
    request.resume();
    void stream(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const client = openaiClient({ name: "bench", url: `http://127.0.0.1:${port}/v1`, clock: systemClock });
  const prompt = {
    purpose: { taskId: "T001", role: "builder" as const, attempt: 1 },
    system: "",
    user: "",
    leftOut: [],
  };
  const limits = { maxTokens: 8_000, timeoutMs: 60_000, idleMs: 60_000, maxCharacters: 1_000_000 };
  const watch = () => watchReply({ readFile, isOneFence: true });
  const reply = await client.ask(prompt, { ...limits, watch }, new AbortController().signal);
  await closed;
  server.close();
  if (reply.kind !== "text" || reply.finish !== "stopped") throw new Error("the answer was not ended early");
  return { lateMs: closedAt - decidedAt, share: written / answer.length };
}

async function writeToken(response: ServerResponse, content: string): Promise<void> {
  const chunk = { choices: [{ index: 0, delta: { content }, finish_reason: null }] };
  response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  await pause(TOKEN_MS);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
