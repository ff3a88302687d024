/**
 * In which format a model is asked for its changes, and whether a grammar binds its reply: what ralph.yaml says, else
 * what worked best for that model in this repository. Pure.
 */
import type { EditFormat } from "../core/model.ts";

export interface EditMode {
  readonly format: EditFormat;
  readonly grammar: boolean;
}

/** How a model did in one mode. */
export interface ModeRecord extends EditMode {
  readonly replies: number;
  /** Of them, those that could be applied, whatever the tests said then. */
  readonly wellFormed: number;
  /** Of them, those that brought the task to red, or to its end. */
  readonly useful: number;
}

export interface ModeRequest {
  /** Of ralph.yaml. */
  readonly format: EditFormat | undefined;
  readonly grammar: boolean | undefined;
  /** The server follows a grammar. */
  readonly takesGrammar: boolean;
  readonly records: readonly ModeRecord[];
}

/** Replies before a rate says anything. */
const ENOUGH = 8;
/** A mode in which so many replies are well-formed is not left for one that may be better. */
const GOOD = 0.9;
/** What a grammar binds is always well-formed: whether it helps shows in what comes of it. */
const GOOD_USE = 0.5;

/** In the order in which they are tried. */
const MODES: readonly EditMode[] = [
  { format: "search-replace", grammar: true },
  { format: "unified-diff", grammar: false },
  { format: "search-replace", grammar: false },
  { format: "whole", grammar: false },
];

/**
 * The first mode that does well or is not known yet; where all are known and none does well, the one with the most
 * well-formed replies, a grammar only where it does not bring less than a mode without.
 */
export function chooseMode(request: ModeRequest): EditMode {
  const known: ModeRecord[] = [];
  for (const mode of modesOf(request)) {
    const record = recordOf(mode, request.records);
    if (record.replies < ENOUGH) return mode;
    if (isGood(record) && !known.some((other) => rate(other, other.useful) > rate(record, record.useful))) return mode;
    known.push(record);
  }
  const lossless = known.filter((record) => !record.grammar || !known.some((other) => isBetterUse(other, record)));
  const [best] = lossless.toSorted((a, b) => rate(b, b.wellFormed) - rate(a, a.wellFormed));
  return best === undefined ? configured(request) : { format: best.format, grammar: best.grammar };
}

/** Those that ralph.yaml and the server leave open; none where there is nothing to choose. */
function modesOf({ format, grammar, takesGrammar }: ModeRequest): readonly EditMode[] {
  if (format !== undefined && grammar !== undefined) return [];
  return MODES.filter((mode) => {
    if (format !== undefined && mode.format !== format) return false;
    return mode.grammar ? takesGrammar && grammar !== false : grammar !== true;
  });
}

/** Whole files are bound to nothing. */
function configured({ format = "unified-diff", grammar, takesGrammar }: ModeRequest): EditMode {
  return { format, grammar: grammar === true && takesGrammar && format !== "whole" };
}

const recordOf = ({ format, grammar }: EditMode, records: readonly ModeRecord[]): ModeRecord =>
  records.find((record) => record.format === format && record.grammar === grammar) ?? {
    format,
    grammar,
    replies: 0,
    wellFormed: 0,
    useful: 0,
  };

const rate = ({ replies }: ModeRecord, count: number): number => count / replies;

const isGood = (record: ModeRecord): boolean =>
  rate(record, record.wellFormed) >= GOOD && (!record.grammar || rate(record, record.useful) >= GOOD_USE);

const isBetterUse = (one: ModeRecord, other: ModeRecord): boolean =>
  !one.grammar && rate(one, one.useful) > rate(other, other.useful);
