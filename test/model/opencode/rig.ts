/** A client for the fixture program, and what the program wrote down. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { RunProcess } from "../../../src/core/process.ts";
import { systemClock } from "../../../src/io/clock.ts";
import { runProcess } from "../../../src/io/process.ts";
import { type OpencodeClient, type OpencodeOptions, opencodeClient } from "../../../src/model/opencode/client.ts";
import { isAlive } from "../../support/is-alive.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const BIN = fileURLToPath(new URL("../../fixtures/bin", import.meta.url));
export const KEY = "planted-key-0123456789";

/** The fixture program is found as a person's own opencode is: on PATH. */
const runWithFixtures: RunProcess = (command, signal) => runProcess({ ...command, pathPrefix: [BIN] }, signal);

/** What test/fixtures/bin/opencode is to do. */
export type Order = Readonly<Record<string, unknown>>;

/** Closed when the test is over. */
export function opencode(order: Order, options: Partial<OpencodeOptions> = {}): OpencodeClient {
  const { env = {}, ...others } = options;
  const folder = temporaryFolder();
  const client = opencodeClient({
    name: "glm",
    model: "zai/glm-4.6",
    run: runWithFixtures,
    cwd: () => folder,
    stateFolder: () => folder,
    clock: systemClock,
    env: { ...env, FAKE_OPENCODE: JSON.stringify(order) },
    ...others,
  });
  onTestFinished(() => client.close());
  return client;
}

export interface Recorded {
  readonly argv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly cwd?: string;
  readonly method?: string;
  readonly path?: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

/** The file for the order's `record`, and its lines so far. */
export function recording() {
  const record = join(temporaryFolder(), "record");
  const lines = (): readonly Recorded[] =>
    readFileSync(record, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Recorded);
  return { record, lines };
}

/** The file for the order's `pids`; whoever is left is ended after the test. */
export function pidFile() {
  const pids = join(temporaryFolder(), "pids");
  writeFileSync(pids, "");
  const written = (): readonly number[] => readFileSync(pids, "utf8").split("\n").filter(Boolean).map(Number);
  const alive = (): readonly number[] => written().filter(isAlive);
  onTestFinished(() => {
    for (const pid of alive()) process.kill(pid, "SIGKILL");
  });
  return { pids, written, alive };
}
