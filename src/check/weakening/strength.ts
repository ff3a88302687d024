/** How much an assertion proves, judged by its words. Pure. */

/** 2: one value is right and all others are wrong. 1: many values are right. 0: nearly all are. */
export type Strength = 0 | 1 | 2;

const NEGATED =
  /^(?:not|never)$|^(?:assert_?|to|is|does)?_?[nN]ot(?:[A-Z_]|$)|^(?:assert_ne|doesNot\w+|notEqual|notStrictEqual|notDeep\w+|refute\w*)$/;
const VAGUE =
  /^(?:to_?be_?(?:defined|truthy|falsy|ok)|be(?:Truthy|Falsy|Defined)|exists?|(?:assert)?_?is_?not_?(?:none|null|nil)|notnil|notempty)$/i;
const PARTIAL =
  /contain|include|match|greater|less|above|below|atleast|atmost|property|instance|regex|startswith|endswith|haveBeenCalled$|^(?:be_?)?(?:an?|gt|gte|lt|lte|within)$|^(?:assert_?)?_?in$|snapshot|^to_?throw(?:error)?$|^throws$|^rejects$|^(?:no_?)?error$/i;
/** Names of what holds if a condition does. */
const CONDITIONAL =
  /^(?:(?:debug_|prop_)?assert|assert\.ok|ok|is_?true|is_?false|true|false|truthy|falsy|assert_?true|assert_?false|to_?be_?(?:truthy|falsy)|xctassert(?:true|false)?)$/i;

export const isConditional = (name: string): boolean => CONDITIONAL.test(name);

/**
 * @param names the words of an assertion: `["not", "toBe"]`, `["assertEqual"]`
 * @param isBare it has no value to compare with, as in `toThrow()`
 */
export function strengthOf(names: readonly string[], isBare: boolean): Strength {
  if (names.some((name) => NEGATED.test(name))) return 0;
  const last = names.at(-1) ?? "";
  if (names.some((name) => VAGUE.test(name)) || /^(?:ok|truthy|true)$/.test(last)) return last === "true" ? 2 : 0;
  if (/^(?:to_?throw(?:error)?|throws|rejects)$/i.test(last)) return isBare ? 1 : 2;
  return names.some((name) => PARTIAL.test(name)) ? 1 : 2;
}

/** @param condition code whose strings are blank */
export function strengthOfCondition(condition: string): Strength {
  if (/!==?|\bis\s+not\b|\bnot\s+in\b/.test(condition)) return 0;
  if (/(?<![=!<>])===?(?!=)|\bis\s+(?:True|False|None)\b|equal/i.test(condition)) return 2;
  return /[<>]|\bin\b|include|contain|starts_?with|ends_?with|match|is_?instance|instanceof|\.test\s*\(/i.test(
    condition,
  )
    ? 1
    : 0;
}

const NUMBER = "\\s*(-?[\\d.]+(?:e-?\\d+)?)";
const AMOUNTS: readonly RegExp[] = [
  new RegExp(`\\b(?:rel|abs|rel_tol|abs_tol|rtol|atol|delta|epsilon)\\s*=${NUMBER}`),
  new RegExp(`\\b(?:InDelta|InEpsilon|closeTo|approximately|assert_(?:relative|abs_diff)_eq!)\\([^]*,${NUMBER}\\s*\\)`),
  new RegExp(`\\babs\\b[^]*(?:<=?|toBeLessThan(?:OrEqual)?\\()${NUMBER}`, "i"),
];
const DIGITS: readonly RegExp[] = [
  /\btoBeCloseTo\([^]*?,\s*(-?\d+)\s*\)/,
  /\bplaces\s*=\s*(-?\d+)/,
  /\bassertAlmostEqual\([^]*,\s*(\d+)\s*\)/,
];
/** What they take where nothing is said. */
const DEFAULTS: readonly (readonly [RegExp, number])[] = [
  [/\btoBeCloseTo\(/, 0.01],
  [/\bassertAlmostEqual\(/, 1e-7],
  [/\bapprox\(/, 1e-6],
];

/** How far off a value may be for the assertion to hold, where it says so. */
export function toleranceOf(statement: string): number | undefined {
  const amount = firstGroup(AMOUNTS, statement);
  if (amount !== undefined) return Number(amount);
  const digits = firstGroup(DIGITS, statement);
  if (digits !== undefined) return 10 ** -Number(digits);
  return DEFAULTS.find(([pattern]) => pattern.test(statement))?.[1];
}

function firstGroup(patterns: readonly RegExp[], text: string): string | undefined {
  for (const pattern of patterns) {
    const group = pattern.exec(text)?.[1];
    if (group !== undefined) return group;
  }
  return undefined;
}
