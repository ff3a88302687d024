/**
 * From the text of ralph.yaml and the environment to settings, or to every problem at once.
 * Loaded only when the cache does not hold the answer: it brings the YAML parser and the validator.
 */
import { join } from "node:path";
import { RalphError } from "../core/error.ts";
import { findContradictions } from "./config-contradictions.ts";
import { type Overlay, overlayEnvironment } from "./config-environment.ts";
import { CONFIG_NAME } from "./config-file.ts";
import { describeIssues, show } from "./config-problems.ts";
import { type ConfigPath, isMap, showPath } from "./config-raw.ts";
import {
  type CompleteConfigFile,
  type Config,
  type ConfigSource,
  completeConfig,
  resolveConfig,
} from "./config-resolve.ts";
import { type ConfigFile, configJsonSchema, configSchema } from "./config-schema.ts";
import { type ParsedYaml, parseYaml } from "./config-yaml.ts";

export interface ReadConfig {
  readonly config: Config;
  /** The same in the words and units of ralph.yaml. */
  readonly file: CompleteConfigFile;
  /** Where a setting came from: `ralph.yaml:12`, the name of a variable, or `default`. */
  originOf(path: ConfigPath): string;
  /** Variables that are set but do nothing here. */
  readonly unused: readonly string[];
}

export function readConfig(source: ConfigSource, text: string): ReadConfig {
  const path = join(source.root, CONFIG_NAME);
  const parsed = parseYaml(text);
  if (!parsed.ok) {
    const problems = parsed.faults.map(({ line, column, text: what }) => `${CONFIG_NAME}:${line}:${column}: ${what}`);
    throw new RalphError("CONFIG_INVALID", { path, problems });
  }
  const { yaml } = parsed;
  const raw = yaml.raw ?? {};
  if (!isMap(raw)) {
    const problem = `${CONFIG_NAME}:${yaml.lineOf([])}: expected settings (key: value), found ${show([], raw)}`;
    throw new RalphError("CONFIG_INVALID", { path, problems: [problem] });
  }
  const overlay = overlayEnvironment(raw, source.env);
  const file = completeConfig(validate(overlay, yaml, path), source);
  const originOf = (at: ConfigPath): string =>
    overlay.origins.get(showPath(at)) ?? (yaml.has(at) ? `${CONFIG_NAME}:${yaml.lineOf(at)}` : "default");
  return { config: resolveConfig(file, source), file, originOf, unused: overlay.unused };
}

function validate({ raw, origins }: Overlay, yaml: ParsedYaml, path: string): ConfigFile {
  const result = configSchema.safeParse(raw);
  const problems = [
    ...(result.success ? [] : describeIssues(result.error.issues, raw, configJsonSchema())),
    ...findContradictions(raw),
  ];
  if (result.success && problems.length === 0) return result.data;
  const ofVariables = problems.filter(({ path: at }) => origins.has(showPath(at)));
  const ofFile = problems.filter((problem) => !ofVariables.includes(problem));
  const lines = [
    ...ofFile
      .map((problem) => ({ line: yaml.lineOf(problem.path), problem }))
      .sort((a, b) => a.line - b.line)
      .map(({ line, problem }) => `${CONFIG_NAME}:${line}: ${showPath(problem.path)}: ${problem.text}`),
    ...ofVariables.map((problem) => `${origins.get(showPath(problem.path))}: ${problem.text}`),
  ];
  if (ofFile.length === 0) throw new RalphError("ENVIRONMENT_INVALID", { problems: lines });
  throw new RalphError("CONFIG_INVALID", { path, problems: lines });
}
