/** The few calls that ralph makes to `opencode serve`, over Node's own fetch. Loopback only. */
import type { Address } from "./serve.ts";
import { parseObject } from "./stream.ts";

/** Method and path. */
export type Request = readonly ["GET" | "POST" | "DELETE", string];

const LONGEST_QUOTE = 300;

/** The JSON of the answer; undefined where it has none. Throws for a status that is no success, and what fetch throws. */
export async function callServer(
  address: Address,
  [method, path]: Request,
  body: object | undefined,
  signal: AbortSignal,
): Promise<unknown> {
  const response = await fetch(`${address.url}${path}`, {
    method,
    headers: { authorization: address.authorization, "content-type": "application/json" },
    signal,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, LONGEST_QUOTE)}`);
  return text === "" ? undefined : JSON.parse(text);
}

/** Every event of the server, as it comes: server-sent events, of which opencode writes each on one line. */
export async function* readEvents({ url, authorization }: Address, signal: AbortSignal): AsyncGenerator<object> {
  const response = await fetch(`${url}/event`, { headers: { authorization }, signal });
  if (!response.ok || response.body === null) throw new Error(`GET /event: ${response.status}`);
  const decoder = new TextDecoder();
  let pending = "";
  for await (const chunk of response.body) {
    const lines = (pending + decoder.decode(chunk, { stream: true })).split("\n");
    pending = lines.pop() ?? "";
    for (const line of lines) {
      const event = line.startsWith("data:") ? parseObject(line.slice("data:".length)) : undefined;
      if (event !== undefined) yield event;
    }
  }
}
