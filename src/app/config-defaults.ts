/** The models and tiers that hold where ralph.yaml names none; the names in them are those of their makers' tools. */

/** The models where ralph.yaml names none. */
export const DEFAULT_MODELS = {
  opus: { provider: "claude" as const },
  glm: { provider: "opencode" as const, model: "zai/glm-4.6" },
  minimax: { provider: "opencode" as const, model: "minimax/MiniMax-M2" },
  deepseek: { provider: "openai" as const, url: "http://127.0.0.1:8001/v1" },
  local: { provider: "openai" as const, url: "http://127.0.0.1:8000/v1" },
};

/** The tiers of those models, strongest first. */
export const DEFAULT_TIERS: Readonly<Record<string, readonly (keyof typeof DEFAULT_MODELS)[]>> = {
  TIER1: ["opus", "glm", "deepseek"],
  TIER2: ["glm", "minimax", "local"],
  TIER3: ["local", "deepseek", "minimax"],
};
