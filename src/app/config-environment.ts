/**
 * Environment variables that go over ralph.yaml. They are laid over the raw settings before these are validated,
 * so that one validation judges both, and a bad value is reported under the variable's name.
 */
import { DEFAULT_MODELS, DEFAULT_TIERS } from "./config-defaults.ts";
import { type ConfigPath, isMap, type RawMap, showPath } from "./config-raw.ts";

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

/** What the settings depend on beside ralph.yaml. */
export const VARIABLE_NAMES: readonly string[] = [...VARIABLES.map(({ name }) => name), "XDG_CACHE_HOME"];

export interface Overlay {
  readonly raw: RawMap;
  /** Which variable a path's value came from. */
  readonly origins: ReadonlyMap<string, string>;
  /** Variables that are set for the model `local` where there is no such server. */
  readonly unused: readonly string[];
}

/** `raw` with the variables over it. An empty variable counts as none. */
export function overlayEnvironment(raw: RawMap, env: Readonly<Record<string, string | undefined>>): Overlay {
  const set = VARIABLES.filter(({ name }) => (env[name] ?? "").trim() !== "");
  const isUsed = ({ path }: Variable): boolean => path[0] !== "models" || hasLocalServer(raw);
  const used = set.filter(isUsed);
  const changesModel = used.some(({ path }) => path[0] === "models");
  const base =
    changesModel && raw.models === undefined ? { tiers: DEFAULT_TIERS, ...raw, models: DEFAULT_MODELS } : raw;
  return {
    raw: used.reduce((laid, { name, path, read }) => withValue(laid, path, read((env[name] ?? "").trim())), base),
    origins: new Map(used.map(({ name, path }) => [showPath(path), name])),
    unused: set.filter((variable) => !isUsed(variable)).map(({ name }) => name),
  };
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
