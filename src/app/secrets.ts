/** What must not be seen of this start's environment: values that their names give away, and keys that ralph.yaml names. */
import { type Redact, redactor, secretsOf } from "../io/redact.ts";
import type { Config } from "./config-resolve.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Takes all of them out of a text. */
export const redactorOf = ({ models }: Pick<Config, "models">, env: Environment): Redact =>
  redactor([...secretsOf(env), ...keysOf(models, env)]);

/** The values of the variables that ralph.yaml names, whatever they are called. */
const keysOf = (models: Config["models"], env: Environment): readonly string[] =>
  Object.values(models).flatMap((model) => ("apiKeyEnv" in model && env[model.apiKeyEnv ?? ""]) || []);
