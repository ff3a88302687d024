/** What a schema of single settings cannot say: names that point nowhere, names given twice. */
import { DEFAULT_MODELS, DEFAULT_TIERS } from "./config-defaults.ts";
import type { ConfigProblem } from "./config-problems.ts";
import { isMap, type RawMap } from "./config-raw.ts";
import { nearestWord } from "./nearest-word.ts";

/**
 * Settings that do not fit each other. Looks at raw values, so that it speaks up beside other problems, not after them.
 */
export function findContradictions(raw: RawMap): readonly ConfigProblem[] {
  const models =
    raw.models === undefined ? Object.keys(DEFAULT_MODELS) : isMap(raw.models) ? Object.keys(raw.models) : undefined;
  const tiers = raw.tiers === undefined ? tiersWithout(raw.models) : raw.tiers;
  return [
    ...(models?.length === 0 ? [{ path: ["models"], text: "expected at least one model, found none" }] : []),
    ...(models !== undefined && isMap(tiers) ? missingModels(tiers, models) : []),
    ...(isMap(tiers) ? missingTier(raw.default_tier, Object.keys(tiers)) : []),
    ...repeatedChecks(raw.checks),
  ];
}

function missingModels(tiers: RawMap, models: readonly string[]): readonly ConfigProblem[] {
  return Object.entries(tiers).flatMap(([tier, chain]) =>
    (Array.isArray(chain) ? chain : []).flatMap((name, index) =>
      typeof name !== "string" || models.includes(name)
        ? []
        : [
            {
              path: ["tiers", tier, index],
              text: `no model ${name} is under models; ${suggest(name, models)}`,
            },
          ],
    ),
  );
}

function missingTier(name: unknown, tiers: readonly string[]): readonly ConfigProblem[] {
  if (typeof name !== "string" || tiers.includes(name)) return [];
  return [{ path: ["default_tier"], text: `no tier ${name} is under tiers; ${suggest(name, tiers)}` }];
}

/** Results are told apart by the check's name. */
function repeatedChecks(checks: unknown): readonly ConfigProblem[] {
  const names = (Array.isArray(checks) ? checks : []).map((check) =>
    isMap(check) ? (check.name ?? check.command) : check,
  );
  return names.flatMap((name, index) =>
    typeof name === "string" && names.indexOf(name) < index
      ? [{ path: ["checks", index], text: `has the same name as checks[${names.indexOf(name)}]: ${name}` }]
      : [],
  );
}

function suggest(name: string, known: readonly string[]): string {
  const near = nearestWord(name, known);
  return near === undefined ? `there are: ${known.join(", ")}` : `did you mean ${near}?`;
}

/** The tiers that hold where none are named. */
const tiersWithout = (models: unknown): RawMap => (models === undefined ? DEFAULT_TIERS : { TIER3: [] });
