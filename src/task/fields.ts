/** The bold fields under a task's title, `**Priority**: P0`, in English or French. */
import type { Complexity, Priority, QueueName, Scope, TaskProblem } from "../core/task.ts";
import { lineNumber, regionAround, type Source } from "./lines.ts";
import { fold, isNone, meanings } from "./words.ts";

interface FieldValues {
  readonly priority: Priority;
  readonly wsjf: number;
  readonly estimateHours: number;
  readonly value: number;
  readonly criticality: number;
  readonly risk: number;
  readonly size: number;
  readonly complexity: Complexity;
  readonly queue: QueueName;
  readonly tier: string;
  readonly dependsOn: readonly string[];
  readonly tdd: boolean;
  readonly scope: Scope;
}

export type Fields = { readonly [K in keyof FieldValues]: FieldValues[K] | undefined };

type FieldName = keyof FieldValues;

export interface FieldsFound {
  readonly fields: Fields;
  /** Where the line starts that names dependencies. */
  readonly dependsOnAt: number | undefined;
  readonly warnings: readonly Omit<TaskProblem, "path">[];
}

/** Undefined where the text is none of what was expected. */
type ReadField<K extends FieldName> = (text: string) => FieldValues[K] | undefined;

interface FieldRule<K extends FieldName> {
  readonly names: readonly string[];
  readonly read: ReadField<K>;
  readonly expected: string;
}

const RULES: { readonly [K in FieldName]: FieldRule<K> } = {
  priority: {
    names: ["priority", "priorite"],
    read: (text) => readWord(PRIORITIES, text),
    expected: "P0, P1, P2 or P3",
  },
  wsjf: { names: ["wsjf", "wsjf score", "score wsjf"], read: readNumber, expected: "a number such as 8.5" },
  estimateHours: {
    names: ["time estimate", "estimate", "estimated time", "estimation", "temps estime", "duree estimee"],
    read: readHours,
    expected: "a time such as 30 min, 2h or 1 day",
  },
  value: { names: ["value", "business value", "valeur", "valeur metier"], read: readNumber, expected: "a number" },
  criticality: {
    names: ["criticality", "time criticality", "criticite", "criticite temporelle"],
    read: readNumber,
    expected: "a number",
  },
  risk: { names: ["risk", "risk reduction", "risque", "reduction du risque"], read: readNumber, expected: "a number" },
  size: { names: ["size", "job size", "taille"], read: readNumber, expected: "a number" },
  complexity: {
    names: ["complexity", "complexite"],
    read: (text) => readWord(COMPLEXITIES, text),
    expected: "simple, medium or complex",
  },
  queue: { names: ["queue", "file d'attente"], read: (text) => readWord(QUEUES, text), expected: "tdd or deploy" },
  tier: { names: ["tier", "model tier"], read: readTier, expected: "the name of a tier" },
  dependsOn: {
    names: ["depends on", "dependencies", "depend de", "dependances"],
    read: readIds,
    expected: "ids of tasks such as T001, T002",
  },
  tdd: { names: ["tdd", "test first"], read: (text) => readWord(SWITCH, text), expected: "on or off" },
  scope: { names: ["scope", "portee"], read: (text) => readWord(SCOPES, text), expected: "report or strict" },
};

const NAMES = new Map(
  (Object.keys(RULES) as FieldName[]).flatMap((field) => RULES[field].names.map((name) => [name, field] as const)),
);

/** With the line ending before it: a heading, or a field's name and what it says. */
const FIELD_LINE =
  /\n {0,3}(?:(#{1,6}[ \t\r\n])|(?:[-*+][ \t]+)?\*\*([^*:\n]{1,40}?)[^\S\n]{0,4}(?::[ \t]{0,4}\*\*|\*\*[^\S\n]{0,4}:)([^\n]*))/g;

/**
 * From the line that starts at `from` to the next heading; the first of two equal fields counts.
 *
 * @param block what the status block says: some loops keep fields there
 */
export function readFields(source: Source, from: number, block?: ReadonlyMap<string, string>): FieldsFound {
  const { text } = source;
  const fields = noFields();
  const seen: FieldName[] = [];
  let dependsOnAt: number | undefined;
  const warnings: Omit<TaskProblem, "path">[] = [];
  if (block !== undefined) setFromBlock(fields, block);
  FIELD_LINE.lastIndex = from - 1;
  for (let match = FIELD_LINE.exec(text); match !== null; match = FIELD_LINE.exec(text)) {
    const start = match.index + 1;
    FIELD_LINE.lastIndex = start;
    if (regionAround(source, start) !== undefined) continue;
    if (match[1] !== undefined) break;
    const field = fieldNamed(match[2] ?? "");
    const said = match[3] ?? "";
    if (field === undefined || seen.includes(field)) continue;
    seen.push(field);
    if (field === "dependsOn") dependsOnAt = start;
    const isClear = setField(fields, field, said);
    if (!isClear && said.trim() !== "") warnings.push(unclear(field, said, lineNumber(text, start)));
  }
  return { fields, dependsOnAt, warnings };
}

type Draft = { -readonly [K in FieldName]: Fields[K] };

const noFields = (): Draft => ({
  priority: undefined,
  wsjf: undefined,
  estimateHours: undefined,
  value: undefined,
  criticality: undefined,
  risk: undefined,
  size: undefined,
  complexity: undefined,
  queue: undefined,
  tier: undefined,
  dependsOn: undefined,
  tdd: undefined,
  scope: undefined,
});

function setFromBlock(fields: Draft, block: ReadonlyMap<string, string>): void {
  for (const { key, field } of KEYS_OF_BLOCK) {
    const said = block.get(key);
    if (said !== undefined) setField(fields, field, said);
  }
}

const KEYS_OF_BLOCK = [
  { key: "COMPLEXITY", field: "complexity" },
  { key: "MODEL_TIER", field: "tier" },
  { key: "WSJF", field: "wsjf" },
] as const;

/** False where the text is none of what the field expects. */
function setField<K extends FieldName>(fields: Pick<Draft, K>, field: K, said: string): boolean {
  const value = RULES[field].read(said.replace(/[*`"]/g, "").trim());
  if (value !== undefined) fields[field] = value;
  return value !== undefined;
}

const fieldNamed = (name: string): FieldName | undefined => NAMES.get(name.toLowerCase()) ?? NAMES.get(fold(name));

const unclear = (field: FieldName, said: string, line: number): Omit<TaskProblem, "path"> => ({
  line,
  expected: `${RULES[field].expected} as ${RULES[field].names[0]}`,
  found: said.trim(),
});

/** At the text's start, and not the first word of a template such as `P0/P1/P2`. */
function readWord<T>(meaning: ReadonlyMap<string, T>, text: string): T | undefined {
  return meaning.get(/^([a-z]+\d*)(?!\s*[/|])/.exec(fold(text))?.[1] ?? "");
}

const PRIORITIES = meanings<Priority>({
  P0: ["p0", "critical", "critique"],
  P1: ["p1", "high", "haute"],
  P2: ["p2", "medium", "moyenne"],
  P3: ["p3", "low", "basse"],
});

const COMPLEXITIES = meanings<Complexity>({
  simple: ["simple"],
  medium: ["medium", "moyen", "moyenne"],
  complex: ["complex", "complexe"],
});

const QUEUES = meanings<QueueName>({ tdd: ["tdd"], deploy: ["deploy", "deploiement"] });

const SWITCH = new Map([
  ...["on", "yes", "true", "oui"].map((word) => [word, true] as const),
  ...["off", "no", "false", "non", "none"].map((word) => [word, false] as const),
]);

const SCOPES = meanings<Scope>({ report: ["report", "signaler"], strict: ["strict", "stricte"] });

/** Anything more is a slip of the keyboard; hundreds of digits would be infinite. */
const MAX_NUMBER = 1e6;

function readNumber(text: string): number | undefined {
  const [digits] = /^\d+(?:[.,]\d+)?/.exec(text) ?? [];
  const number = Number(digits?.replace(",", "."));
  return number <= MAX_NUMBER ? number : undefined;
}

/** A working day has 8 hours, a week 5 days, a month 4 weeks. */
const HOURS: Readonly<Record<string, number>> = { mo: 160, m: 1 / 60, h: 1, d: 8, j: 8, w: 40, sem: 40 };
const TIME = /(\d+(?:[.,]\d+)?)\s*(mo|m|h|d|j|w|sem)[a-z]*(\d\d)?/g;

/** The sum of all times in the text: `1 day 2h`, `1h30`, `30 minutes`, `2 jours`. */
function readHours(text: string): number | undefined {
  let hours: number | undefined;
  const words = fold(text);
  TIME.lastIndex = 0;
  for (let match = TIME.exec(words); match !== null; match = TIME.exec(words)) {
    const number = Number(match[1]?.replace(",", "."));
    const unit = HOURS[match[2] ?? ""] ?? 0;
    hours = (hours ?? 0) + number * unit + Number(match[3] ?? 0) / 60;
  }
  return hours;
}

function readTier(text: string): string | undefined {
  const name = text.replace(/\s*\(.*$/, "");
  return name === "" || /[/|]/.test(name) ? undefined : name;
}

const ID = /^[a-z]{1,10}[-_]?\d+[a-z]?$/i;

/** `T001, T002`, `T001 and [T002](T002.md)`, `T001: Docker (first)`, `none`. */
function readIds(text: string): readonly string[] | undefined {
  const parts = text.replace(/\([^)]*\)|[[\]]/g, "").split(/[,;]|\s(?:and|et|&|\+)\s/i);
  return parts.flatMap((part) => {
    const words = part.trim().split(/[\s:]+/);
    const other = words.findIndex((word) => !ID.test(word));
    const ids = (other === -1 ? words : words.slice(0, other)).map((id) => id.toUpperCase());
    const first = words[0] ?? "";
    return ids.length > 0 || isNone(first) ? ids : [first];
  });
}
