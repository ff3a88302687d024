/**
 * What is wrong with ralph.yaml, in words for the person who wrote it: where, what was expected, what was found,
 * and for an unknown key the one that was probably meant. A value that may be a secret is never repeated.
 */
import type { z } from "zod";
import { type ConfigPath, valueAt } from "./config-raw.ts";
import { alternativesOf, type JsonSchema } from "./config-schema.ts";
import { nearestWord } from "./nearest-word.ts";

export interface ConfigProblem {
  readonly path: ConfigPath;
  readonly text: string;
}

type Issue = z.core.$ZodIssue;
type IssueOf<C extends Issue["code"]> = Extract<Issue, { code: C }>;

/** Keys whose values may carry a password or a key. */
const SECRET_KEYS = new Set<PropertyKey>(["url", "api_key_env"]);

const KINDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "settings (key: value)",
  record: "settings (key: value)",
};

/** The problems behind zod's issues about `raw`. */
export function describeIssues(issues: readonly Issue[], raw: unknown, schema: JsonSchema): readonly ConfigProblem[] {
  return issues.flatMap((issue) => describeIssue(issue, raw, schema));
}

function describeIssue(issue: Issue, raw: unknown, schema: JsonSchema): readonly ConfigProblem[] {
  if (issue.code === "unrecognized_keys") return describeUnknownKeys(issue, raw, schema);
  if (issue.code === "invalid_union" && issue.errors.length > 0) return describeUnion(issue, raw, schema);
  const expected = describeExpected(issue);
  const found = issue.code === "invalid_key" ? issue.path.at(-1) : valueAt(raw, issue.path);
  const text =
    found === undefined ? `missing; expected ${expected}` : `expected ${expected}, found ${show(issue.path, found)}`;
  return [{ path: issue.path, text }];
}

function describeUnknownKeys(
  issue: IssueOf<"unrecognized_keys">,
  raw: unknown,
  schema: JsonSchema,
): readonly ConfigProblem[] {
  const known = keysAt(schema, issue.path, raw);
  return issue.keys.map((key) => {
    const near = nearestWord(key, known);
    const help = near === undefined ? `known here: ${known.join(", ")}` : `did you mean ${near}?`;
    return { path: [...issue.path, key], text: `unknown key; ${help}` };
  });
}

/** The branch whose kind of value was found speaks for the union; where there is none, all kinds are named. */
function describeUnion(issue: IssueOf<"invalid_union">, raw: unknown, schema: JsonSchema): readonly ConfigProblem[] {
  const branch = issue.errors.find((inner) => !isOfOtherKind(inner));
  if (branch !== undefined) {
    return describeIssues(
      branch.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })),
      raw,
      schema,
    );
  }
  const kinds = issue.errors.flatMap((inner) => inner.map(describeExpected));
  const found = show(issue.path, valueAt(raw, issue.path));
  return [{ path: issue.path, text: `expected ${kinds.join(" or ")}, found ${found}` }];
}

const isOfOtherKind = (issues: readonly Issue[]): boolean =>
  issues.some(({ code, path }) => code === "invalid_type" && path.length === 0);

type Expectations = { readonly [C in Issue["code"]]: (issue: IssueOf<C>) => string };

/** Each completes "expected …". The schema's own messages are written to stand here. */
const EXPECTATIONS: Expectations = {
  invalid_type: (issue) => KINDS[issue.expected] ?? issue.expected,
  invalid_value: (issue) => issue.values.map(String).join(" or "),
  too_small: (issue) =>
    issue.origin === "string"
      ? issue.message
      : `${amountOf(issue.origin)} ${issue.inclusive === false ? "above" : "of at least"} ${issue.minimum}`,
  too_big: (issue) => `${amountOf(issue.origin)} of at most ${issue.maximum}`,
  not_multiple_of: (issue) => `a multiple of ${issue.divisor}`,
  invalid_key: (issue) => issue.issues.map((inner) => inner.message).join(", "),
  invalid_format: (issue) => issue.message,
  invalid_union: (issue) => issue.message,
  invalid_element: (issue) => issue.message,
  unrecognized_keys: (issue) => issue.message,
  custom: (issue) => issue.message,
};

const describeExpected = (issue: Issue): string => (EXPECTATIONS[issue.code] as (issue: Issue) => string)(issue);

const amountOf = (origin: string): string => KINDS[origin] ?? "a value";

/** A value in a few words. */
export function show(path: ConfigPath, value: unknown): string {
  if (SECRET_KEYS.has(path.at(-1) ?? "")) return "something else (not shown, as it may hold a secret)";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object" && value !== null) return `settings with the keys ${Object.keys(value).join(", ")}`;
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** The keys that may stand at `path`. */
function keysAt(schema: JsonSchema, path: ConfigPath, value: unknown): readonly string[] {
  const alternatives = alternativesOf(schema, value);
  if (alternatives.length > 0) return alternatives.flatMap((one) => keysAt(one, path, value));
  const [head, ...rest] = path;
  if (head === undefined) return Object.keys(schema.properties ?? {});
  const child = schema.properties?.[String(head)] ?? schema.items ?? schema.additionalProperties;
  return typeof child === "object" && !Array.isArray(child) ? keysAt(child, rest, valueAt(value, [head])) : [];
}
