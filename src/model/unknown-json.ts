/**
 * Reads values out of JSON that somebody else's program wrote.
 * A wrong shape is an absent value, never an exception: servers differ, and a broken one must not break ralph.
 */
export function valueAt(json: unknown, ...path: readonly (string | number)[]): unknown {
  let here = json;
  for (const key of path) {
    if (typeof here !== "object" || here === null) return undefined;
    here = Reflect.get(here, key);
  }
  return here;
}

/** The text there, or "" where there is none. */
export function textAt(json: unknown, ...path: readonly (string | number)[]): string {
  const found = valueAt(json, ...path);
  return typeof found === "string" ? found : "";
}

/** The finite number there, if there is one. */
export function numberAt(json: unknown, ...path: readonly (string | number)[]): number | undefined {
  const found = valueAt(json, ...path);
  return typeof found === "number" && Number.isFinite(found) ? found : undefined;
}
