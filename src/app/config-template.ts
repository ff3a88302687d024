/**
 * The ralph.yaml that `ralph init` writes: every key with its meaning and its value, read off the schema, so that
 * it cannot drift from it. A key without a value stands there as a comment with an example.
 */
import { stringify } from "yaml";
import { isMap, type RawMap } from "./config-raw.ts";
import { alternativesOf, configJsonSchema, type JsonSchema } from "./config-schema.ts";

const HEAD = `# Settings of ralph for this repository. Every key may be left out.
# \`ralph config show\` prints what holds and where it comes from, \`ralph config schema\` what may stand here.
`;

/** `values` stand in place of defaults. */
export function renderConfigFile(values: RawMap): string {
  const parts = entriesOf(configJsonSchema(), values).map((lines) => lines.join("\n"));
  return `${HEAD}\n${parts.join("\n\n")}\n`;
}

function entriesOf(schema: JsonSchema, value: unknown): readonly (readonly string[])[] {
  const map = isMap(value) ? value : {};
  const names = schema.properties === undefined ? Object.keys(map) : Object.keys(schema.properties);
  return names.map((name) => {
    const inner = schema.properties?.[name] ?? schema.additionalProperties;
    const chosen = isSchema(inner) ? { ...inner, ...alternativesOf(inner, map[name])[0] } : {};
    return renderEntry(name, chosen, map[name] ?? chosen.default);
  });
}

function renderEntry(name: string, schema: JsonSchema, value: unknown): readonly string[] {
  const comment = schema.description === undefined ? [] : [`# ${schema.description}`];
  if (value === undefined) return [...comment, `# ${renderValue(name, schema.examples?.[0])}`];
  if (!isSection(schema)) return [...comment, renderValue(name, value)];
  const inner = entriesOf(schema, value).flat();
  return [...comment, `${name}:`, ...inner.map((line) => `  ${line}`)];
}

const renderValue = (name: string, value: unknown): string => stringify({ [name]: value }, { lineWidth: 0 }).trimEnd();

/** Has keys with descriptions of their own, at once or one level down. */
function isSection({ properties, additionalProperties: inner }: JsonSchema): boolean {
  return properties !== undefined || (isSchema(inner) && (inner.anyOf ?? inner.oneOf) !== undefined);
}

const isSchema = (schema: unknown): schema is JsonSchema => isMap(schema);
