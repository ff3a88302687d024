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

/** Of several entries of one kind only the last is explained key by key; the others show what is set. */
function entriesOf(schema: JsonSchema, value: unknown): readonly (readonly string[])[] {
  const map = isMap(value) ? value : {};
  if (schema.properties !== undefined)
    return Object.keys(schema.properties).map((name) => renderKey(schema.properties?.[name], name, map[name]));
  const names = Object.keys(map);
  return names.map((name, at) =>
    at < names.length - 1 && isMap(map[name])
      ? [`${name}: ${stringify(map[name], { collectionStyle: "flow", lineWidth: 0 }).trimEnd()}`]
      : renderKey(schema.additionalProperties, name, map[name]),
  );
}

function renderKey(schema: unknown, name: string, value: unknown): readonly string[] {
  const chosen = isSchema(schema) ? { ...schema, ...alternativesOf(schema, value)[0] } : {};
  return renderEntry(name, chosen, value ?? chosen.default);
}

function renderEntry(name: string, schema: JsonSchema, value: unknown): readonly string[] {
  const comment = schema.description === undefined ? [] : [`# ${schema.description}`];
  if (value === undefined) return [...comment, `# ${renderExample(name, schema.examples?.[0])}`];
  if (!isSection(schema)) return [...comment, renderValue(name, value)];
  const inner = entriesOf(schema, value).flat();
  return [...comment, `${name}:`, ...inner.map((line) => `  ${line}`)];
}

const renderExample = (name: string, example: unknown): string =>
  typeof example === "object"
    ? `${name}: ${stringify(example, { collectionStyle: "flow", lineWidth: 0 }).trimEnd()}`
    : renderValue(name, example);

const renderValue = (name: string, value: unknown): string => stringify({ [name]: value }, { lineWidth: 0 }).trimEnd();

/** Has keys with descriptions of their own, at once or one level down. */
function isSection({ properties, additionalProperties: inner }: JsonSchema): boolean {
  return properties !== undefined || (isSchema(inner) && (inner.anyOf ?? inner.oneOf) !== undefined);
}

const isSchema = (schema: unknown): schema is JsonSchema => isMap(schema);
