/** Settings as they were written, before anything is known about them; and the way to one of them. */
export type RawMap = Readonly<Record<string, unknown>>;
export type ConfigPath = readonly PropertyKey[];

export const isMap = (value: unknown): value is RawMap =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Undefined where the path leads nowhere. */
export function valueAt(value: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner as Readonly<Record<PropertyKey, unknown>> | undefined)?.[key],
    value,
  );
}

/** As a person writes it: `limits.attempts`, `checks[0].command`. */
export const showPath = (path: ConfigPath): string =>
  path.map((key, at) => (typeof key === "number" ? `[${key}]` : `${at === 0 ? "" : "."}${String(key)}`)).join("");
