/**
 * ralph.yaml as data: what may stand in it, what each key means and what holds where it is left out.
 * The descriptions and defaults here are the only ones: `ralph config schema` and the file that `ralph init` writes
 * are made from them. Where a value can be wrong in a way of its own, the message completes "expected …".
 */
import { z } from "zod";
import { DEFAULT_MODELS } from "./config-defaults.ts";
import { modelSchema } from "./config-models.ts";
import { isMap } from "./config-raw.ts";

/** `90s`, `10m`, `1h30m`, or a bare number of seconds; never nothing. */
const DURATION = /^(?=.*[1-9])(?:\d+(?:\.\d+)?|(?:\d+(?:\.\d+)?[smhd])+)$/;
const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** A Node timer with a longer delay fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const duration = z.union([
  z.number().positive(),
  z.string().regex(DURATION, { error: 'seconds, or a text such as "90s", "10m" or "1h30m"' }),
]);

/** Milliseconds of a duration that the schema has passed. */
export function durationMs(value: number | string): number {
  const text = String(value);
  if (/^[\d.e+-]+$/.test(text)) return Math.min(Number(text) * UNIT_MS.s, LONGEST_TIMER_MS);
  const parts = [...text.matchAll(/([\d.]+)([smhd])/g)];
  const ms = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS], 0);
  return Math.min(ms, LONGEST_TIMER_MS);
}

const atLeastOne = z.int().min(1);
const nonEmpty = z.string().trim().min(1, { error: "a text that is not empty" });
const insideRepository = nonEmpty.refine((path) => isInside(path), {
  error: "a path inside the repository, relative to its top level",
});

function isInside(path: string): boolean {
  const parts = path.split(/[/\\]/).filter((part) => part !== "" && part !== ".");
  const isAbsolute = /^([/~\\]|[A-Za-z]:)/.test(path);
  return !isAbsolute && parts.length > 0 && !parts.includes("..") && !parts.includes(".git");
}

const modelName = z.string().regex(/^[A-Za-z0-9][\w.:/-]*$/, { error: "a name of letters, digits and . _ : / -" });
const tierName = z.string().regex(/^[A-Za-z0-9][\w.-]*$/, { error: "a name of letters, digits and . _ -" });

const check = z.union([
  nonEmpty,
  z.strictObject({
    name: nonEmpty.optional().describe("How reports call it; left out: the command."),
    command: nonEmpty.describe(
      "One command, run without a shell; a leading `cd DIR &&` and NAME=value are understood.",
    ),
    timeout: duration.optional().describe("Longest time; left out: limits.check_seconds."),
  }),
]);

const limits = z.strictObject({
  attempts: atLeastOne.default(15).describe("Attempts at one task before it is BLOCKED."),
  task_seconds: duration.default(600).describe("Wall clock of one task."),
  model_seconds: duration
    .default(300)
    .describe("Wall clock of one question to a model, waiting in its queue included."),
  model_idle_seconds: duration.default(120).describe("Longest silence of a model before the next one is asked."),
  check_seconds: duration.default(300).describe("Wall clock of one run of a check."),
  setup_seconds: duration.default(600).describe("Wall clock of one set-up command."),
  model_down_seconds: duration
    .default(600)
    .describe("How long a run waits for models that do not answer, when it has nothing else to do."),
  escalate_after: z
    .int()
    .min(0)
    .default(2)
    .describe("Attempts in a row that fail in the same way before the next stronger tier takes over; 0: never."),
  task_tokens: atLeastOne
    .optional()
    .describe("Tokens, in and out, of one task; left out: no limit.")
    .meta({ examples: [300_000] }),
  task_cost: z
    .number()
    .positive()
    .optional()
    .describe("US dollars of one task; left out: no limit.")
    .meta({ examples: [2] }),
  run_seconds: duration
    .optional()
    .describe("Wall clock of a whole run; left out: no limit.")
    .meta({ examples: ["8h"] }),
  run_tokens: atLeastOne
    .optional()
    .describe("Tokens, in and out, of a whole run; left out: no limit.")
    .meta({ examples: [2_000_000] }),
  run_cost: z
    .number()
    .positive()
    .optional()
    .describe("US dollars of a whole run; left out: no limit.")
    .meta({ examples: [10] }),
  max_files_per_task: atLeastOne.default(20).describe("Files that one patch may touch."),
  max_loc_per_task: atLeastOne.default(500).describe("Lines that one patch may add and remove."),
  reply_characters: atLeastOne.default(200_000).describe("A reply longer than this is ended and thrown away."),
});

const blocked = z.strictObject({
  add: z.array(nonEmpty).default([]).describe("More patterns, such as migrations/**."),
  remove: z.array(nonEmpty).default([]).describe("Built-in patterns that do not hold here."),
});

export const configSchema = z
  .strictObject({
    tasks: insideRepository.default("tasks").describe("Folder of the task files."),
    checks: z
      .array(check)
      .default([])
      .describe(
        "Commands that judge every task that names none itself, cheapest first: a command, or {name, command, timeout}.",
      ),
    models: z
      .record(modelName, modelSchema)
      .prefault(DEFAULT_MODELS)
      .describe("Who writes patches. LLM_URL, LLM_MODEL and MAX_TOKENS change the one called local."),
    tiers: z
      .record(tierName, z.array(nonEmpty).min(1))
      .optional()
      .describe(
        "Strongest first; the models of each in the order they are tried. Left out: TIER3 with all models, or the three of the models above.",
      ),
    default_tier: nonEmpty
      .optional()
      .describe("For tasks that name neither tier nor complexity; left out: ralph measures them.")
      .meta({ examples: ["TIER3"] }),
    limits: limits.prefault({}).describe("Durations are seconds, or texts such as 90s, 10m, 1h30m."),
    blocked: blocked.prefault({}).describe("Paths that no patch may touch, beyond or out of the built-in list."),
    scope: z
      .enum(["report", "strict"])
      .default("report")
      .describe(
        "Changes to files that a task's list does not name are reported, or refused; **Scope** in a task wins.",
      ),
    verify: z
      .enum(["auto", "always", "off"])
      .default("auto")
      .describe(
        "Whether a second model reads a change that the checks pass: auto where only a reader can judge, always, off.",
      ),
    sandbox: z
      .enum(["auto", "bwrap", "none"])
      .default("auto")
      .describe(
        "What checks run in: bubblewrap (no network but loopback, your home and repository out of reach), if it works here (auto) or always (bwrap).",
      ),
    setup: z
      .array(nonEmpty)
      .optional()
      .describe(
        "Commands that install what the checks need, such as npm install: run, with network, where a manifest or lock file differs from your checkout's.",
      )
      .meta({ examples: [["npm install"]] }),
    link: z
      .array(insideRepository)
      .default(["node_modules"])
      .describe("What git does not carry and the checks need: linked from your checkout into each work tree."),
    branch: z
      .string()
      .regex(/^(?!.*(\.\.|\/\/|\/\.|\.lock\/))[A-Za-z0-9_][\w./-]*$/, { error: "the beginning of a branch name" })
      .default("ralph/run-")
      .describe("Beginning of the name of a run's branch."),
    lease_seconds: duration
      .default(60)
      .describe("After this long without a sign of life a task may go to another worker."),
    patches: insideRepository.default(".ralph_patches").describe("Folder of every attempt's diff."),
    logs: insideRepository.default("logs").describe("Folder of the logs."),
    prompts: insideRepository
      .default("prompts")
      .describe("Folder of your own prompt files; used as far as they are there."),
    worktrees: nonEmpty
      .optional()
      .describe("Folder of the work trees; left out: in your cache folder, outside of the reach of test runners.")
      .meta({ examples: ["~/.cache/ralph/my-project"] }),
  })
  .describe("Settings of ralph for one repository.");

/** ralph.yaml with the defaults filled in, in its own words and units. */
export type ConfigFile = z.output<typeof configSchema>;
export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** The alternatives of a schema that a value can mean: those of its provider, or all of them. */
export function alternativesOf(schema: JsonSchema, value: unknown): readonly JsonSchema[] {
  const provider = isMap(value) ? value.provider : undefined;
  const all = schema.anyOf ?? schema.oneOf ?? [];
  return all.filter(({ properties }) => {
    const named = properties?.provider;
    return typeof named !== "object" || named.const === provider;
  });
}

/** For editors, `ralph init` and "did you mean": the schema of what a person writes. */
export const configJsonSchema = (): JsonSchema => z.toJSONSchema(configSchema, { io: "input" });
