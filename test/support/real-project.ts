/**
 * The sum project with the real claude and the real opencode as its models, each with a server on loopback behind it:
 * `opus` is Claude Code, `glm` is opencode, `local` is asked without a program in between.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { RalphEvent } from "../../src/core/event.ts";
import {
  type AnthropicReply,
  type AnthropicServer,
  startAnthropicServer,
} from "../fixtures/servers/anthropic-server.ts";
import { type LlamaServer, type ScriptEntry, startLlamaServer } from "../fixtures/servers/llama-server.ts";
import { isAlive } from "./is-alive.ts";
import { type RalphResult, startRalph } from "./ralph.ts";
import { type SumProject, sumProject } from "./sum-project.ts";
import { temporaryFolder } from "./temporary.ts";

export interface RealProjectOptions {
  /** What each model answers; left out: nothing that anybody could use. */
  readonly opus?: string | AnthropicReply | readonly (string | AnthropicReply)[];
  readonly glm?: ScriptEntry | readonly ScriptEntry[];
  readonly local?: ScriptEntry | readonly ScriptEntry[];
  /** opencode is kept running between two questions. */
  readonly serve?: boolean;
  /** Default: one with all three, in that order. */
  readonly tiers?: Readonly<Record<string, readonly ("opus" | "glm" | "local")[]>>;
  readonly limits?: Readonly<Record<string, number>>;
}

export interface RealProject extends SumProject {
  readonly servers: { readonly opus: AnthropicServer; readonly glm: LlamaServer; readonly local: LlamaServer };
  /** Starts ralph; it has ended when the test is over. */
  start(...args: readonly string[]): { readonly ended: Promise<RalphResult> };
  /** The event log as `ralph logs --json` tells it. */
  events(): Promise<readonly RalphEvent[]>;
  /** Processes that ralph or something below it started and that still live. */
  alive(): readonly number[];
}

/** Not what is in .bin: that is put in its place by install scripts, and those may be off. */
const program = (path: string): string => fileURLToPath(new URL(`../real-clis/node_modules/${path}`, import.meta.url));
const PLATFORM = `${process.platform}-${process.arch}`;
const CLAUDE = program(`@anthropic-ai/claude-code-${PLATFORM}/claude`);
const OPENCODE = program(`opencode-${PLATFORM}/bin/opencode`);

/** A name that only ralph.yaml knows: ralph hands the value on as the program wants it. */
const KEY_VARIABLE = "TEST_ANTHROPIC_KEY";

/** opencode takes 5 s to start on two free cores, and many times that on busy ones. */
const PATIENT = { model_seconds: 120, model_idle_seconds: 120, check_seconds: 120 };

export async function realProject(options: RealProjectOptions): Promise<RealProject> {
  const servers = {
    opus: await startAnthropicServer(options.opus ?? ""),
    glm: await startLlamaServer(options.glm ?? ""),
    local: await startLlamaServer(options.local ?? ""),
  };
  for (const server of Object.values(servers)) onTestFinished(() => server.close());
  const sum = sumProject({ url: servers.local.url, files: { "ralph.yaml": settings(servers, options) } });
  const home = temporaryFolder("ralph-home");
  const alive = () => livingWith(`HOME=${home}`);
  onTestFinished(() => alive().forEach((pid) => process.kill(pid, "SIGKILL")));
  const start = (...args: readonly string[]) =>
    startRalph(args, { cwd: sum.root, env: { HOME: home, [KEY_VARIABLE]: "dummy" } });
  return {
    ...sum,
    servers,
    start,
    alive,
    events: async () => {
      const { stdout } = await start("logs", "--json").ended;
      return stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as RalphEvent);
    },
  };
}

/** ralph.yaml; JSON is YAML. */
function settings(servers: RealProject["servers"], options: RealProjectOptions): string {
  const { serve = false, tiers = { TIER1: ["opus", "glm", "local"] }, limits } = options;
  const models = {
    opus: { provider: "claude", program: CLAUDE, base_url: servers.opus.url, api_key_env: KEY_VARIABLE },
    glm: { provider: "opencode", program: OPENCODE, model: "local/glm", url: servers.glm.url, serve },
    local: { provider: "openai", url: servers.local.url },
  };
  return JSON.stringify({ checks: ["npm test"], models, tiers, limits: { ...PATIENT, ...limits } }, null, 2);
}

/** Processes of this system that have `variable` in their environment. */
function livingWith(variable: string): readonly number[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => environmentOf(pid).includes(variable) && isAlive(pid));
}

function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch {
    return []; // It has ended meanwhile, or is somebody else's.
  }
}
