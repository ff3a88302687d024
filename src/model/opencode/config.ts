/**
 * What opencode is told before it starts: its config file and its environment. Pure.
 * Every line here was tried with opencode 1.18.33, by looking at what the model's server received.
 */
export interface OpencodeProvider {
  /** Base URL in front of `/chat/completions`. */
  readonly url: string;
  readonly apiKey?: string;
  readonly contextTokens?: number;
}

export interface ConfigOptions {
  /** As opencode knows it: "provider/model". */
  readonly model: string;
  /** An OpenAI-compatible server; without it opencode's own providers and logins are used. */
  readonly provider?: OpencodeProvider;
  readonly outputTokens: number;
  readonly contextTokens?: number;
}

/**
 * A person's own agent of this name would be merged into ours, permissions included, so it is one that nobody has.
 * An agent that is not there is silently replaced by opencode's own.
 */
export const AGENT = "ralph-patch";

/** Where opencode looks for the key, so that it is in no file. */
const KEY_VARIABLE = "RALPH_OPENCODE_KEY";

/** opencode does not compact a conversation with a model of which it knows no context. */
const UNKNOWN_CONTEXT = 0;

/** The name of a model may hold slashes itself, as "openrouter/z-ai/glm-4.6". */
export function splitModel(model: string): { readonly providerID: string; readonly modelID: string } {
  const [providerID = "", ...rest] = model.split("/");
  return { providerID, modelID: rest.join("/") };
}

/** JSON for the file that OPENCODE_CONFIG names. Nothing in it is secret. */
export function configText(options: ConfigOptions, system: string): string {
  const config = {
    share: "disabled",
    autoupdate: false,
    // Of whatever agent comes into play; a tool that is denied is not even offered to the model.
    permission: "deny",
    agent: { [AGENT]: { mode: "primary", prompt: system, permission: { "*": "deny" } } },
    ...(options.provider !== undefined && { provider: describeProvider(options, options.provider) }),
  };
  return literal(JSON.stringify(config));
}

function describeProvider({ model, outputTokens, contextTokens }: ConfigOptions, provider: OpencodeProvider): object {
  const { providerID, modelID } = splitModel(model);
  const context = contextTokens ?? provider.contextTokens ?? UNKNOWN_CONTEXT;
  return {
    [providerID]: {
      npm: "@ai-sdk/openai-compatible",
      env: [KEY_VARIABLE],
      options: { baseURL: provider.url },
      models: { [modelID]: { limit: { context, output: outputTokens } } },
    },
  };
}

/**
 * opencode puts environment variables and files in place of `{env:NAME}` and `{file:PATH}` before it parses the file.
 * A prompt that speaks of these must not hand over what they name, so their braces are written as JSON escapes.
 */
const literal = (json: string): string => json.replace(/\{(?=(?:env|file):)/g, "\\u007b");

export interface EnvironmentOptions extends ConfigOptions {
  readonly configFile: string;
  /** Private; opencode keeps its own files there where it needs no login. */
  readonly stateFolder: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Sessions live in memory: none is left behind, neither in the person's history nor on the disk. */
const ALWAYS = {
  OPENCODE_DB: ":memory:",
  OPENCODE_DISABLE_PROJECT_CONFIG: "1",
  OPENCODE_DISABLE_MODELS_FETCH: "1",
  OPENCODE_DISABLE_AUTOUPDATE: "1",
  OPENCODE_DISABLE_AUTOCOMPACT: "1",
  OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
  OPENCODE_DISABLE_CLAUDE_CODE: "1",
  OPENCODE_DISABLE_EXTERNAL_SKILLS: "1",
  npm_config_offline: "true",
};

/** To be added to the allow-listed environment of a child. Holds the provider's key. */
export function opencodeEnvironment(options: EnvironmentOptions): Readonly<Record<string, string>> {
  const { provider, configFile, stateFolder, outputTokens, env } = options;
  return {
    ...ALWAYS,
    OPENCODE_CONFIG: configFile,
    // Holds for models of opencode's own list too, whose limits the config does not know.
    OPENCODE_EXPERIMENTAL_OUTPUT_TOKEN_MAX: String(outputTokens),
    ...(provider !== undefined && aloneIn(stateFolder)),
    ...(provider?.apiKey !== undefined && { [KEY_VARIABLE]: provider.apiKey }),
    ...env,
  };
}

/**
 * Without the person's config, instructions and MCP servers. Logins need all of that: they are in the data folder,
 * custom providers in the config, and the subscriptions of Copilot and ChatGPT are default plugins.
 */
const aloneIn = (folder: string): Readonly<Record<string, string>> => ({
  OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
  XDG_CONFIG_HOME: `${folder}/config`,
  XDG_DATA_HOME: `${folder}/data`,
  XDG_STATE_HOME: `${folder}/state`,
  XDG_CACHE_HOME: `${folder}/cache`,
});
