/** The bold fields under a task's title, `**Priority**: P0`, in English or French. */
import type { Complexity, Priority, QueueName, TaskProblem } from "../core/task.ts";
import { isHeadingAt, type LinedText, lineAt } from "./lines.ts";
import { fold, isNone } from "./words.ts";

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
}

export type Fields = Partial<FieldValues>;

type FieldName = keyof FieldValues;

export interface FieldsFound {
  readonly fields: Fields;
  /** 0-based lines of the fields that are there. */
  readonly lines: Readonly<Partial<Record<FieldName, number>>>;
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
  priority: { names: ["priority", "priorite"], read: readPriority, expected: "P0, P1, P2 or P3" },
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
  complexity: { names: ["complexity", "complexite"], read: readComplexity, expected: "simple, medium or complex" },
  queue: { names: ["queue", "file d'attente"], read: readQueue, expected: "tdd or deploy" },
  tier: { names: ["tier", "model tier"], read: readTier, expected: "the name of a tier" },
  dependsOn: {
    names: ["depends on", "dependencies", "depend de", "dependances"],
    read: readIds,
    expected: "ids of tasks such as T001, T002",
  },
};

const NAMES = new Map(
  (Object.keys(RULES) as FieldName[]).flatMap((field) => RULES[field].names.map((name) => [name, field] as const)),
);

const FIELD_LINE = /^ {0,3}(?:[-*+]\s+)?\*\*([^*:]+?)\s*(?::\s*\*\*|\*\*\s*:)\s*(.*)$/;

/** From the line after the title to the next heading; the first of two equal fields counts. */
export function readFields(source: LinedText, from: number): FieldsFound {
  const fields: Partial<Record<FieldName, FieldValues[FieldName]>> = {};
  const lines: Partial<Record<FieldName, number>> = {};
  const warnings: Omit<TaskProblem, "path">[] = [];
  for (let index = from; index < source.lines.length && !isHeadingAt(source, index); index++) {
    if (source.lines[index]?.region !== undefined) continue;
    const [, name, text] = FIELD_LINE.exec(lineAt(source, index)) ?? [];
    const field = name === undefined ? undefined : fieldNamed(name);
    if (field === undefined || text === undefined || field in lines) continue;
    lines[field] = index;
    const value = readField(field, text);
    if (value !== undefined) fields[field] = value;
    else if (text.trim() !== "") {
      warnings.push({ line: index + 1, expected: `${RULES[field].expected} after ${name}`, found: text.trim() });
    }
  }
  return { fields: fields as Fields, lines, warnings };
}

const fieldNamed = (name: string): FieldName | undefined => NAMES.get(name.toLowerCase()) ?? NAMES.get(fold(name));

/** One value, as a field or as a key of the status block has it. */
export const readField = <K extends FieldName>(field: K, text: string): FieldValues[K] | undefined =>
  RULES[field].read(text.replace(/[*`"]/g, "").trim());

/** At the text's start, and not the first word of a template such as `P0/P1/P2`. */
function readWord<T>(meaning: Readonly<Record<string, T>>, text: string): T | undefined {
  const [, word = ""] = /^([a-z]+\d*)(?!\s*[/|])/.exec(fold(text)) ?? [];
  return meaning[word];
}

function readPriority(text: string): Priority | undefined {
  return readWord(PRIORITIES, text);
}

const PRIORITIES: Readonly<Record<string, Priority>> = {
  p0: "P0",
  critical: "P0",
  critique: "P0",
  p1: "P1",
  high: "P1",
  haute: "P1",
  p2: "P2",
  medium: "P2",
  moyenne: "P2",
  p3: "P3",
  low: "P3",
  basse: "P3",
};

function readComplexity(text: string): Complexity | undefined {
  return readWord(COMPLEXITIES, text);
}

const COMPLEXITIES: Readonly<Record<string, Complexity>> = {
  simple: "simple",
  medium: "medium",
  moyen: "medium",
  moyenne: "medium",
  complex: "complex",
  complexe: "complex",
};

function readQueue(text: string): QueueName | undefined {
  return readWord({ tdd: "tdd", deploy: "deploy", deploiement: "deploy" } as const, text);
}

function readNumber(text: string): number | undefined {
  const [number] = /^\d+(?:[.,]\d+)?/.exec(text) ?? [];
  return number === undefined ? undefined : Number(number.replace(",", "."));
}

/** A working day has 8 hours, a week 5 days. */
const HOURS: Readonly<Record<string, number>> = { m: 1 / 60, h: 1, d: 8, j: 8, w: 40, s: 40 };

/** The sum of all times in the text: `1 day 2h`, `30 minutes`, `2 jours`. */
function readHours(text: string): number | undefined {
  const times = [...fold(text).matchAll(/(\d+(?:[.,]\d+)?)\s*(min|m|h|d|j|w|sem)[a-z]*\b/g)];
  if (times.length === 0) return undefined;
  return times.reduce(
    (sum, [, number = "", unit = ""]) => sum + Number(number.replace(",", ".")) * (HOURS[unit.charAt(0)] ?? 0),
    0,
  );
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
