/**
 * Environment variables that go over ralph.yaml. They are laid over the raw settings before these are validated,
 * so that one validation judges both, and a bad value is reported under the variable's name.
 */
import { type ConfigPath, isMap, type RawMap, showPath } from "./config-raw.ts";
import { DEFAULT_MODELS } from "./config-schema.ts";

interface Variable {
  readonly name: string;
  readonly path: ConfigPath;
  /** The raw value that stands for the variable's text; text that is no number stays text and fails validation. */
  readonly read: (text: string) => unknown;
}

const number = (text: string): unknown => (Number.isNaN(Number(text)) ? text : Number(text));

const VARIABLES: readonly Variable[] = [
  { name: "LLM_URL", path: ["models", "local", "url"], read: (text) => text },
  { name: "LLM_MODEL", path: ["models", "local", "model"], read: (text) => text },
  { name: "MAX_TOKENS", path: ["models", "local", "max_tokens"], read: number },
  { name: "MAX_ITERATIONS", path: ["limits", "attempts"], read: number },
  { name: "MAX_WAIT_SECONDS", path: ["limits", "task_seconds"], read: number },
];

export interface Overlay {
  readonly raw: RawMap;
  /** Which variable a path's value came from. */
  readonly origins: ReadonlyMap<string, string>;
}

/** `raw` with the variables over it. Those of a model do nothing where `local` is missing or no server. */
export function overlayEnvironment(raw: RawMap, env: Readonly<Record<string, string | undefined>>): Overlay {
  const origins = new Map<string, string>();
  let laid: RawMap = raw;
  for (const { name, path, read } of VARIABLES) {
    const text = env[name]?.trim();
    if (text === undefined || text === "" || (path[0] === "models" && !hasLocalServer(raw))) continue;
    const base = path[0] === "models" && laid.models === undefined ? { ...laid, models: DEFAULT_MODELS } : laid;
    laid = withValue(base, path, read(text));
    origins.set(showPath(path), name);
  }
  return { raw: laid, origins };
}

function hasLocalServer(raw: RawMap): boolean {
  if (raw.models === undefined) return true;
  const local = isMap(raw.models) ? raw.models.local : undefined;
  return isMap(local) && local.provider === "openai";
}

function withValue(map: unknown, path: ConfigPath, value: unknown): RawMap {
  const [head, ...rest] = path;
  const base = isMap(map) ? map : {};
  return { ...base, [String(head)]: rest.length === 0 ? value : withValue(base[String(head)], rest, value) };
}
