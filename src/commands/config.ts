/** `ralph config schema` and `ralph config show`: what may stand in ralph.yaml, and what holds. */
import { Document, isMap, isScalar, type Node, type Scalar } from "yaml";
import { readConfigText } from "../app/config-file.ts";
import { type ConfigPath, showPath } from "../app/config-raw.ts";
import { type ReadConfig, readConfig } from "../app/config-read.ts";
import type { ConfigSource } from "../app/config-resolve.ts";
import { configJsonSchema } from "../app/config-schema.ts";
import type { Output } from "../app/output.ts";
import { redactor, secretsOf } from "../io/redact.ts";

/** Prints the JSON Schema of ralph.yaml, for editors. */
export function configSchemaCommand(io: Pick<Output, "write">): number {
  io.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
  return 0;
}

/**
 * Prints the settings in the words of ralph.yaml, each with where it came from: `ralph.yaml:LINE`, a variable, `default`.
 * Throws as `loadConfig` does. A secret in a command or a name is hidden.
 */
export function configShowCommand(
  options: ConfigSource & { readonly json: boolean },
  io: Pick<Output, "write">,
): number {
  const settings = readConfig(options, readConfigText(options.root) ?? "");
  const text = options.json ? `${JSON.stringify(withOrigins(settings), null, 2)}\n` : annotate(settings);
  io.write(redactor(secretsOf(options.env))(text));
  return 0;
}

interface Setting {
  readonly path: ConfigPath;
  readonly key: Scalar<string>;
  readonly value: Node;
}

/** The settings that have one origin each: texts, numbers and whole lists. */
function settingsOf(node: unknown, path: ConfigPath = []): readonly Setting[] {
  if (!isMap<Scalar<string>, Node>(node)) return [];
  return node.items.flatMap(({ key, value }) => {
    const inner = [...path, key.value];
    return value === null || isMap(value) ? settingsOf(value, inner) : [{ path: inner, key, value }];
  });
}

function withOrigins({ file, originOf, unused }: ReadConfig): object {
  const settings = settingsOf(new Document(file).contents);
  const origins = Object.fromEntries(settings.map(({ path }) => [showPath(path), originOf(path)]));
  return { settings: file, origins, unused };
}

function annotate({ file, originOf, unused }: ReadConfig): string {
  const document = new Document(file);
  for (const { path, key, value } of settingsOf(document.contents)) {
    // A comment after a list would stand below it.
    if (isScalar(value)) value.comment = ` ${originOf(path)}`;
    else key.commentBefore = ` ${originOf(path)}`;
  }
  const notes = unused.map((name) => `# ${name} is set but does nothing: no model called local is an openai server\n`);
  return `${document.toString({ lineWidth: 0 })}${notes.join("")}`;
}
