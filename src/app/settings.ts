/** ralph.yaml's settings as the loop takes them. */
import { relative } from "node:path";
import type { AskOptions } from "../core/model.ts";
import type { Protection } from "../engine/protect.ts";
import type { Limits } from "../engine/world.ts";
import { blockPaths } from "../policy/guard.ts";
import type { Config } from "./config-resolve.ts";

/** Each model's own `max_tokens` bounds it further. */
const MAX_TOKENS = 1_000_000;

export function askOptionsOf({ limits }: Config): AskOptions {
  const { modelMs: timeoutMs, modelIdleMs: idleMs, replyCharacters: maxCharacters } = limits;
  return { maxTokens: MAX_TOKENS, timeoutMs, idleMs, maxCharacters };
}

const EVIDENCE_CHARACTERS = 6_000;

export function limitsOf(config: Config): Limits {
  const { attempts, taskMs, checkMs, maxFilesPerTask: maxFiles, maxLocPerTask: maxLines } = config.limits;
  const { escalateAfter, modelDownMs, taskTokens, taskCostUsd } = config.limits;
  return {
    attempts,
    taskMs,
    checkMs,
    maxFiles,
    maxLines,
    leaseMs: config.leaseMs,
    evidenceCharacters: EVIDENCE_CHARACTERS,
    escalateAfter,
    modelDownMs,
    ...(taskTokens !== undefined && { taskTokens }),
    ...(taskCostUsd !== undefined && { taskCostUsd }),
  };
}

/** Paths that no patch may touch: the built-in list, ralph.yaml's additions, and ralph's own folders. */
export function protectionOf({ root, blocked, tasks, patches, logs, limits }: Config): Protection {
  const own = [tasks, patches, logs].map((folder) => `/${relative(root, folder)}/`);
  return {
    isBlocked: blockPaths({ add: [...own, ...blocked.add], remove: blocked.remove }),
    maxFiles: limits.maxFilesPerTask,
    maxChangedLines: limits.maxLocPerTask,
  };
}
